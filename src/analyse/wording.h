#pragma once

#include <optional>
#include <string>

#include "analyse/statistics/result.h"

// Numbers as they stand in sentences.
namespace tandem::analyse {

/// `+12.3 %`, `−4.0 %`.
std::string signed_percent(double percent);
/// `+0.0314`, `−12`: three digits.
std::string signed_number(double value);
/// `p < 0.001`, `p = 0.042`; `no p (reason)`.
std::string p_text(const Reading& p);
/// `n = 12 pairs`.
std::string n_text(size_t n, const std::string& unit);
/// `95 % interval +1.0 % to +3.2 %`, `no interval`.
std::string percent_interval_text(const std::optional<Interval>& interval);
/// `+12.3 %`, `no value (reason)`.
std::string percent_text(const Reading& percent);
/// `1 run`, `3 runs`.
std::string count_text(size_t count, const std::string& what);

}  // namespace tandem::analyse

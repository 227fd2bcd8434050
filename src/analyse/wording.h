#pragma once

#include <optional>
#include <string>

#include "analyse/statistics/result.h"
#include "core/language.h"

// Numbers as they stand in sentences.
namespace tandem::analyse {

/// `+12.3 %`, `−4.0 %`.
std::string signed_percent(const core::Texts& texts, double percent);
/// `+0.0314`, `−12`: three digits.
std::string signed_number(double value);
/// `p < 0.001`, `p = 0.042`; `no p (reason)`.
std::string p_text(const core::Texts& texts, const Reading& p);
/// `n = 12 pairs`; the unit is one of the ids below `units`.
std::string n_text(const core::Texts& texts, size_t n, const std::string& unit);
/// `95 % interval +1.0 % to +3.2 %`, `no interval`.
std::string percent_interval_text(const core::Texts& texts,
                                  const std::optional<Interval>& interval);
/// `95 % interval +0.31 to +0.45`, `no interval`.
std::string interval_text(const core::Texts& texts, const std::optional<Interval>& interval);
/// `+12.3 %`, `no value (reason)`.
std::string percent_text(const core::Texts& texts, const Reading& percent);

}  // namespace tandem::analyse

#include "analyse/wording.h"

#include <fmt/format.h>

#include <cmath>

namespace tandem::analyse {

std::string signed_percent(double percent) {
  const double size = std::abs(percent);
  const std::string digits = size < 1e6 ? fmt::format("{:.1f}", size) : fmt::format("{:.1e}", size);
  if (digits == "0.0") return "0.0 %";
  return (percent < 0 ? "−" : "+") + digits + " %";
}

std::string signed_number(double value) {
  return (value < 0 ? "−" : "+") + fmt::format("{:.3g}", std::abs(value));
}

std::string p_text(const Reading& p) {
  if (!p) return fmt::format("no p ({})", p.reason());
  return *p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", *p);
}

std::string n_text(size_t n, const std::string& unit) {
  return "n = " + count_text(n, unit);
}

std::string percent_interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "no interval";
  return fmt::format("95 % interval {} to {}", signed_percent(interval->low),
                     signed_percent(interval->high));
}

std::string percent_text(const Reading& percent) {
  return percent ? signed_percent(*percent) : fmt::format("no value ({})", percent.reason());
}

std::string count_text(size_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace tandem::analyse

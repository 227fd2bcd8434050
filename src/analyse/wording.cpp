#include "analyse/wording.h"

#include <fmt/format.h>

#include <cmath>

namespace tandem::analyse {

std::string signed_percent(const core::Texts& texts, double percent) {
  const double size = std::abs(percent);
  const std::string digits = size < 1e6 ? fmt::format("{:.1f}", size) : fmt::format("{:.1e}", size);
  const char* const sign = digits == "0.0" ? "" : percent < 0 ? "−" : "+";
  return texts("number.percent", fmt::arg("number", sign + digits));
}

std::string signed_number(double value) {
  return (value < 0 ? "−" : "+") + fmt::format("{:.3g}", std::abs(value));
}

std::string p_text(const core::Texts& texts, const Reading& p) {
  if (!p) return texts("number.no_p", fmt::arg("reason", texts.recorded(p.reason())));
  return *p < 0.001 ? texts("number.p_small", fmt::arg("p", "0.001"))
                    : texts("number.p", fmt::arg("p", fmt::format("{:.3f}", *p)));
}

std::string n_text(const core::Texts& texts, size_t n, const std::string& unit) {
  return texts("number.n", fmt::arg("count", texts.count(n, unit)));
}

std::string percent_interval_text(const core::Texts& texts,
                                  const std::optional<Interval>& interval) {
  if (!interval) return texts("number.no_interval");
  return texts("number.interval", fmt::arg("low", signed_percent(texts, interval->low)),
               fmt::arg("high", signed_percent(texts, interval->high)));
}

std::string interval_text(const core::Texts& texts, const std::optional<Interval>& interval) {
  if (!interval) return texts("number.no_interval");
  return texts("number.interval", fmt::arg("low", signed_number(interval->low)),
               fmt::arg("high", signed_number(interval->high)));
}

std::string percent_text(const core::Texts& texts, const Reading& percent) {
  if (percent) return signed_percent(texts, *percent);
  return texts("number.no_value_because", fmt::arg("reason", texts.recorded(percent.reason())));
}

}  // namespace tandem::analyse

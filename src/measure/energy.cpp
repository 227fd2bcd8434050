#include "measure/energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tandem::measure {
namespace {

using core::Reading;

/// The samples that bear on a window: from the last one at or before its begin to the first one at
/// or after its end.
struct Cover {
  std::span<const double> t_s;
  std::span<const double> values;
  std::string problem;  ///< why they don't cover it; empty when they do
};

Cover problem(std::string text) {
  return {{}, {}, std::move(text)};
}

Cover cover(std::span<const double> t_s, std::span<const double> values, Window window) {
  if (t_s.empty()) return problem("nothing was sampled");
  if (window.duration_s() < 0) return problem("the window ends before it begins");
  if (window.begin_s < t_s.front()) {
    return problem(fmt::format("the window begins {:.3g} s before the first sample",
                               t_s.front() - window.begin_s));
  }
  if (window.end_s > t_s.back()) {
    return problem(
        fmt::format("the window ends {:.3g} s after the last sample", window.end_s - t_s.back()));
  }
  const auto first = std::ranges::upper_bound(t_s, window.begin_s) - 1;
  const auto last = std::lower_bound(first, t_s.end(), window.end_s);
  const size_t offset = static_cast<size_t>(first - t_s.begin());
  const size_t count = static_cast<size_t>(last - first) + 1;
  const auto covering = values.subspan(offset, count);
  const auto missing = std::ranges::count_if(covering, [](double v) { return std::isnan(v); });
  if (missing > 0) {
    return problem(fmt::format("{} of {} samples in the window {} missing", missing, count,
                               missing == 1 ? "is" : "are"));
  }
  return {t_s.subspan(offset, count), covering, ""};
}

/// Value between samples i and i + 1.
double interpolate(const Cover& samples, size_t i, double t_s) {
  const double share = (t_s - samples.t_s[i]) / (samples.t_s[i + 1] - samples.t_s[i]);
  return std::lerp(samples.values[i], samples.values[i + 1], share);
}

double value_at_begin(const Cover& samples, Window window) {
  if (samples.t_s.size() == 1) return samples.values.front();
  return interpolate(samples, 0, window.begin_s);
}

double value_at_end(const Cover& samples, Window window) {
  if (samples.t_s.size() == 1) return samples.values.front();
  return interpolate(samples, samples.t_s.size() - 2, window.end_s);
}

}  // namespace

Reading integrate_power(std::span<const double> t_s, std::span<const double> power_w,
                        Window window) {
  const Cover samples = cover(t_s, power_w, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  double energy_j = 0;
  double t_before_s = window.begin_s;
  double before_w = value_at_begin(samples, window);
  const auto add_until = [&](double until_s, double until_w) {
    energy_j += (before_w + until_w) / 2 * (until_s - t_before_s);
    t_before_s = until_s;
    before_w = until_w;
  };
  for (size_t i = 1; i + 1 < samples.t_s.size(); ++i) add_until(samples.t_s[i], samples.values[i]);
  add_until(window.end_s, value_at_end(samples, window));
  return energy_j;
}

Reading counter_growth(std::span<const double> t_s, std::span<const double> counter,
                       Window window) {
  const Cover samples = cover(t_s, counter, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  const auto backwards = std::ranges::is_sorted_until(samples.values);
  if (backwards != samples.values.end()) {
    return Reading::missing(fmt::format("the counter went backwards at {:.3f} s",
                                        samples.t_s[backwards - samples.values.begin()]));
  }
  return value_at_end(samples, window) - value_at_begin(samples, window);
}

Reading mean_over(std::span<const double> t_s, std::span<const double> gauge, Window window) {
  return core::ratio(integrate_power(t_s, gauge, window), window.duration_s());
}

Reading maximum_over(std::span<const double> t_s, std::span<const double> gauge, Window window) {
  const Cover samples = cover(t_s, gauge, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  return std::ranges::max(samples.values);
}

Shares shares_by_cpu_time(const Reading& pair_joules, const Reading& cpu_time_a_s,
                          const Reading& cpu_time_b_s) {
  const auto add = [](double a, double b) { return a + b; };
  const auto subtract = [](double whole, double part) { return whole - part; };
  const auto multiply = [](double whole, double share) { return whole * share; };
  const Reading both_s = core::both(cpu_time_a_s, cpu_time_b_s, add);
  const bool a_is_larger = cpu_time_a_s.value_or(0) >= cpu_time_b_s.value_or(0);
  // The smaller part is the rest after the larger one: this difference is exact (Sterbenz), so the
  // parts add up to the last bit.
  const Reading larger_share = core::ratio(a_is_larger ? cpu_time_a_s : cpu_time_b_s, both_s);
  const Reading larger = core::both(pair_joules, larger_share, multiply);
  const Reading smaller = core::both(pair_joules, larger, subtract);
  return {a_is_larger ? larger : smaller, a_is_larger ? smaller : larger, "cpu_time"};
}

}  // namespace tandem::measure

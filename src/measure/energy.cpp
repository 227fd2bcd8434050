#include "measure/energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace tandem::measure {
namespace {

using core::Reading;

/// The samples that bear on a window, without those that are missing: from the last one at or
/// before its begin to the first one at or after its end.
struct Cover {
  std::vector<double> t_s;
  std::vector<double> values;
  std::string problem;  ///< why they don't cover it; empty when they do

  double value_at(double t) const {
    const auto after = std::ranges::lower_bound(t_s, t);
    const auto i = static_cast<size_t>(after - t_s.begin());
    if (i == 0 || t_s[i] == t) return values[i];
    return std::lerp(values[i - 1], values[i], (t - t_s[i - 1]) / (t_s[i] - t_s[i - 1]));
  }
};

Cover problem(std::string text) {
  return {{}, {}, std::move(text)};
}

std::string why_not_covered(Series series, Window window) {
  const auto is_there = [](double value) { return !std::isnan(value); };
  const auto first = std::ranges::find_if(series.values, is_there);
  if (series.t_s.empty()) return "nothing was sampled";
  if (first == series.values.end()) {
    return fmt::format("all {} samples are missing", series.values.size());
  }
  const double first_s = series.t_s[static_cast<size_t>(first - series.values.begin())];
  if (window.begin_s < first_s) {
    return fmt::format("the window begins {:.3g} s before the first sample",
                       first_s - window.begin_s);
  }
  size_t last = series.t_s.size() - 1;
  while (!is_there(series.values[last])) --last;
  return fmt::format("the window ends {:.3g} s after the last sample",
                     window.end_s - series.t_s[last]);
}

Cover cover(Series series, Window window) {
  if (window.duration_s() < 0) return problem("the window ends before it begins");
  const auto is_there = [&](size_t i) { return !std::isnan(series.values[i]); };
  const size_t size = series.t_s.size();
  const auto at = [&](auto iterator) { return static_cast<size_t>(iterator - series.t_s.begin()); };
  // Past the last sample at or before the begin, and the first one at or after the end.
  size_t first = at(std::ranges::upper_bound(series.t_s, window.begin_s));
  size_t last = at(std::ranges::lower_bound(series.t_s, window.end_s));
  while (first > 0 && !is_there(first - 1)) --first;
  while (last < size && !is_there(last)) ++last;
  if (first == 0 || last == size) return problem(why_not_covered(series, window));
  Cover cover;
  for (size_t i = first - 1; i <= last; ++i) {
    if (!is_there(i)) continue;
    cover.t_s.push_back(series.t_s[i]);
    cover.values.push_back(series.values[i]);
  }
  return cover;
}

double largest_step(std::span<const double> t_s) {
  double largest_s = 0;
  for (size_t i = 1; i < t_s.size(); ++i) largest_s = std::max(largest_s, t_s[i] - t_s[i - 1]);
  return largest_s;
}

double median_step(std::span<const double> t_s) {
  if (t_s.size() < 2) return 0;
  std::vector<double> steps;
  for (size_t i = 1; i < t_s.size(); ++i) steps.push_back(t_s[i] - t_s[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// As cover(), for a signal whose values in a gap aren't known.
Cover cover_of_gauge(Series series, Window window) {
  Cover samples = cover(series, window);
  if (!samples.problem.empty()) return samples;
  constexpr double largest_unseen_share = 0.1;
  constexpr double usual_steps = 10;
  const double usual_s = std::max(median_step(series.t_s), series.period_s);
  double unseen_s = 0;
  for (size_t i = 1; i < samples.t_s.size(); ++i) {
    const auto before = std::ranges::lower_bound(series.t_s, samples.t_s[i - 1]);
    const auto after = std::ranges::lower_bound(series.t_s, samples.t_s[i]);
    const double step_s = samples.t_s[i] - samples.t_s[i - 1];
    if (after - before <= 1 && step_s <= usual_steps * usual_s) continue;
    unseen_s +=
        std::min(samples.t_s[i], window.end_s) - std::max(samples.t_s[i - 1], window.begin_s);
  }
  if (unseen_s > largest_unseen_share * window.duration_s()) {
    return problem(fmt::format("there are no samples for {:.3g} s of the window's {:.3g} s",
                               unseen_s, window.duration_s()));
  }
  return samples;
}

}  // namespace

Reading integrate_power(Series power_w, Window window) {
  const Cover samples = cover_of_gauge(power_w, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  double energy_j = 0;
  double t_before_s = window.begin_s;
  double before_w = samples.value_at(window.begin_s);
  const auto add_until = [&](double until_s, double until_w) {
    energy_j += (before_w + until_w) / 2 * (until_s - t_before_s);
    t_before_s = until_s;
    before_w = until_w;
  };
  for (size_t i = 0; i < samples.t_s.size(); ++i) {
    const bool is_inside = samples.t_s[i] > window.begin_s && samples.t_s[i] < window.end_s;
    if (is_inside) add_until(samples.t_s[i], samples.values[i]);
  }
  add_until(window.end_s, samples.value_at(window.end_s));
  return energy_j;
}

Reading counter_growth(Series counter, Window window, double read_at_least_every_s) {
  const Cover samples = cover(counter, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  if (const double gap_s = largest_step(samples.t_s); gap_s > read_at_least_every_s) {
    return Reading::missing(fmt::format(
        "not read for {:.0f} s, in which the counter may have started again unseen", gap_s));
  }
  const auto backwards = std::ranges::is_sorted_until(samples.values);
  if (backwards != samples.values.end()) {
    return Reading::missing(fmt::format("the counter went backwards at {:.3f} s",
                                        samples.t_s[backwards - samples.values.begin()]));
  }
  return samples.value_at(window.end_s) - samples.value_at(window.begin_s);
}

Reading mean_over(Series gauge, Window window) {
  return core::ratio(integrate_power(gauge, window), window.duration_s());
}

Reading maximum_over(Series gauge, Window window) {
  const Cover samples = cover_of_gauge(gauge, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  return std::ranges::max(samples.values);
}

bool has_value_in(Series series, Window window) {
  for (size_t i = 0; i < series.t_s.size(); ++i) {
    const bool inside = series.t_s[i] >= window.begin_s && series.t_s[i] <= window.end_s;
    if (inside && !std::isnan(series.values[i])) return true;
  }
  return false;
}

Reading largest_gap_s(Series series, Window window) {
  const Cover samples = cover(series, window);
  if (!samples.problem.empty()) return Reading::missing(samples.problem);
  return largest_step(samples.t_s);
}

}  // namespace tandem::measure

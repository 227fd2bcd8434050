#include "measure/gpu_cautions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "measure/gpu_description.h"

namespace tandem::measure {
namespace {

using core::Caution;
using core::Reading;

/// Reasons for low clocks that are nobody's trouble: gpu_idle, applications_clocks_setting,
/// sync_boost, display_clock_setting (nvml.h, nvmlClocksEventReason…).
constexpr std::uint64_t harmless_throttle_bits = 0x1 | 0x2 | 0x10 | 0x100;

}  // namespace

std::optional<Caution> disagreement(const Reading& counter_j, const Reading& power_j,
                                    double largest_share) {
  const Reading difference = core::ratio(
      core::both(power_j, counter_j, [](double p, double c) { return p - c; }), counter_j);
  if (!difference || std::abs(*difference) <= largest_share) return std::nullopt;
  return Caution{"energy_sources_disagree",
                 fmt::format("{:.1f} J by the GPU's counter, {:.1f} J by its power integrated "
                             "({:+.1f} %, limit {:.0f} %)",
                             *counter_j, *power_j, 100 * *difference, 100 * largest_share)};
}

std::optional<Caution> throttling(Series throttle_bits, Window window) {
  std::uint64_t seen = 0;
  size_t samples = 0;
  size_t throttled = 0;
  for (size_t i = 0; i < throttle_bits.t_s.size(); ++i) {
    const double t_s = throttle_bits.t_s[i];
    if (t_s < window.begin_s || t_s > window.end_s || std::isnan(throttle_bits.values[i])) continue;
    const auto bits = static_cast<std::uint64_t>(throttle_bits.values[i]) & ~harmless_throttle_bits;
    ++samples;
    if (bits != 0) ++throttled;
    seen |= bits;
  }
  if (throttled == 0) return std::nullopt;
  return Caution{"throttled",
                 fmt::format("the GPU's clocks were held down in {:.0f} % of {} "
                             "samples: {}",
                             100.0 * static_cast<double>(throttled) / static_cast<double>(samples),
                             samples, fmt::join(throttle_reasons(seen), ", "))};
}

std::optional<Caution> contamination(const GpuProcessSeries& processes, Window window) {
  const Reading foreign = maximum_over(processes.foreign, window);
  if (foreign && *foreign > 0) {
    return Caution{"contaminated",
                   fmt::format("{:.0f} process(es) of other programs on the GPU", *foreign)};
  }
  if (!foreign) {
    return Caution{"contamination_unknown",
                   "the GPU's list of processes could not be read: " + foreign.reason()};
  }
  const Reading unknown = maximum_over(processes.unknown, window);
  const bool own_were_seen =
      has_value_in(processes.memory_a_mib, window) || has_value_in(processes.memory_b_mib, window);
  if (!unknown || *unknown == 0 || own_were_seen) return std::nullopt;
  return Caution{
      "contamination_unknown",
      fmt::format("the driver lists {:.0f} process(es) whose numbers this system doesn't know (a "
                  "container?): ours can't be told from others",
                  *unknown)};
}

}  // namespace tandem::measure

#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "record/run_result.h"
#include "report/run_traces.h"

namespace tandem::test {

/// Power, utilisation and CPU use of a made-up run: noise around a level, a dip at the end of each
/// tenth of the run, and a tail with half the power; a gap of missing samples at 40 %.
inline std::vector<report::Trace> made_up_traces(const record::RunResult& run, size_t points,
                                                 std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  const auto noise = [&] { return static_cast<double>(generator() >> 11U) * 0x1.0p-53 - 0.5; };
  const double length_s = run.makespan_seconds.value_or(60);
  std::vector<double> t_s(points);
  for (size_t i = 0; i < points; ++i) {
    t_s[i] = length_s * static_cast<double>(i) / static_cast<double>(points);
  }
  const auto trace = [&](const char* quantity, const char* role, const char* unit, double level,
                         double decimals) {
    std::vector<double> values(points);
    for (size_t i = 0; i < points; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(points);
      const bool dip = std::fmod(share, 0.1) > 0.09;
      const double value = level * (share > 0.8 ? 0.5 : 1) * (dip ? 0.6 : 1) * (1 + 0.1 * noise());
      values[i] = share > 0.4 && share < 0.41 ? NAN : std::round(value * decimals) / decimals;
    }
    return report::Trace{quantity, role, unit, t_s, values};
  };
  std::vector<report::Trace> traces = {trace("gpu_power", "", "W", 300, 1000),
                                       trace("gpu_utilisation", "", "%", 80, 1)};
  if (!run.spec.concurrent()) {
    traces.push_back(trace("cpu_cores", "solo", "CPUs", 1, 100));
  } else {
    traces.push_back(trace("cpu_cores", "a", "CPUs", 1, 100));
    traces.push_back(trace("cpu_cores", "b", "CPUs", 0.9, 100));
  }
  return traces;
}

}  // namespace tandem::test

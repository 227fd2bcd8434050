#include <cmath>
#include <sstream>
#include <string>

#include "core/error.h"
#include "fuzz.h"
#include "measure/trace_energy.h"
#include "record/power_trace.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;
using tandem::record::MappedSignal;
using tandem::record::PowerTrace;
using tandem::record::TimeFormat;
using tandem::record::TraceMap;

namespace {

TraceMap mapping(TimeFormat::Kind kind) {
  TraceMap map;
  map.time = "t";
  map.time_format = {kind, 3600};
  map.signals = {{MappedSignal::Kind::gpu_power, {"w", "mW", 1e-3}},
                 {MappedSignal::Kind::gpu_memory, {"m", "GiB", 1024}}};
  map.longest_gap_s = 5;
  return map;
}

void check(const PowerTrace& trace) {
  for (size_t i = 1; i < trace.t_s.size(); ++i) {
    require(trace.t_s[i] >= trace.t_s[i - 1], "times never decrease");
  }
  for (const auto& values : trace.values) {
    require(values.size() == trace.t_s.size(), "a value for each time");
    for (const double value : values) {
      require(std::isnan(value) || (std::isfinite(value) && value >= 0), "0 or more, or missing");
    }
    if (trace.t_s.empty()) continue;
    const tandem::measure::Window window{trace.t_s.front() - 1, trace.t_s.back() + 1};
    if (!std::isfinite(window.duration_s()) || window.duration_s() > 1e12) continue;
    const auto integral = tandem::measure::integrate_trace({trace.t_s, values}, window, 5);
    const double all_s = integral.seen_s + integral.held_s + integral.missing_s;
    const double rounding_s = 1e-6 * (1 + std::abs(window.begin_s) + window.duration_s());
    require(std::abs(all_s - window.duration_s()) <= rounding_s, "the window's time adds up");
    require(!(integral.seen < 0), "no negative energy");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TraceMap maps[] = {mapping(TimeFormat::Kind::run_s),
                                  mapping(TimeFormat::Kind::iso8601)};
  for (const TraceMap& map : maps) {
    std::istringstream in("t,w,m\n" + std::string(as_text(data, size)));
    tandem::record::ImportProblems problems;
    try {
      check(tandem::record::read_power_trace(in, "trace.csv", map, problems));
    } catch (const tandem::core::UserError&) {
    }
    for (const auto& problem : problems.list()) {
      require(problem.text().find('\x1b') == std::string::npos, "safe for a terminal");
    }
  }
  return 0;
}

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "record/mapped_quantity.h"

namespace tandem::record {

/// How a source says when something was.
struct TimeFormat {
  /// iso8601: `2024-03-05T14:30:00.5+01:00`. unix_s, unix_ms: since 1970-01-01 UTC. run_s: seconds
  /// since the run's start.
  enum class Kind { iso8601, unix_s, unix_ms, run_s };
  Kind kind = Kind::iso8601;
  std::optional<double> utc_offset_s;  ///< of texts that name no zone; nothing: they must
};

/// A cell's time in seconds, since 1970-01-01 UTC or the run's start; nothing when it is none. The
/// blank or the `T` between date and time, `-` or `/` in the date make no difference.
std::optional<double> seconds_in(std::string_view cell, const TimeFormat& format, char decimal);
/// What `seconds_in` takes, for messages.
std::string expected_time(const TimeFormat& format);

/// A column of the traces: what it holds, in W, % or MiB.
struct MappedSignal {
  enum class Kind { gpu_power, cpu_power, gpu_utilisation, gpu_memory };
  Kind kind = Kind::gpu_power;
  MappedQuantity quantity;

  bool is_power() const { return kind == Kind::gpu_power || kind == Kind::cpu_power; }
};
std::string name_of(MappedSignal::Kind kind);

/// The part of a mapping that says what the power traces of its runs hold. docs/import.md is the
/// format.
struct TraceMap {
  std::string file;   ///< column of the table: the name of the run's trace
  std::string start;  ///< column of the table; empty: the run is as long as its trace
  std::string end;
  TimeFormat window_format;  ///< of start and end
  std::string time;          ///< column of the trace
  TimeFormat time_format;
  std::vector<MappedSignal> signals;
  double longest_gap_s = 0;  ///< a longer time without a sample is missing, not interpolated
  std::string measured_by;
  char separator = ',';
  char decimal = '.';

  bool has_window() const { return !start.empty(); }
};

TraceMap read_trace_map(const core::JsonNode& node);

}  // namespace tandem::record

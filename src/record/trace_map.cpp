#include "record/trace_map.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <set>

#include "core/text.h"
#include "record/cells.h"

namespace tandem::record {
namespace {

using core::JsonNode;

constexpr Unit power_units[] = {{"W", 1}, {"mW", 1e-3}, {"kW", 1e3}};
constexpr Unit utilisation_units[] = {{"%", 1}, {"share", 100}};
constexpr Unit memory_units[] = {
    {"MiB", 1}, {"GiB", 1024}, {"MB", 1e6 / 1048576}, {"GB", 1e9 / 1048576}, {"B", 1.0 / 1048576}};

struct SignalName {
  MappedSignal::Kind kind;
  const char* name;
  std::span<const Unit> units;
};
constexpr std::array<SignalName, 4> signal_names = {{
    {MappedSignal::Kind::gpu_power, "gpu_power", power_units},
    {MappedSignal::Kind::cpu_power, "cpu_power", power_units},
    {MappedSignal::Kind::gpu_utilisation, "gpu_utilisation", utilisation_units},
    {MappedSignal::Kind::gpu_memory, "gpu_memory", memory_units},
}};

constexpr double seconds_of_a_day = 86400;

/// Takes digits off the front: as many as `digits`, or nothing.
std::optional<int> take_number(std::string_view& rest, size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  int number = 0;
  const char* const end = rest.data() + digits;
  const auto [stop, error] = std::from_chars(rest.data(), end, number);
  if (error != std::errc() || stop != end || rest[0] == '-') return std::nullopt;
  rest.remove_prefix(digits);
  return number;
}

/// Takes one of these characters off the front.
bool take_one_of(std::string_view& rest, std::string_view characters) {
  if (rest.empty() || characters.find(rest[0]) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

/// `Z`, `+01:00`, `+0100` or `+01`, in seconds; nothing for anything else.
std::optional<double> zone_in(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool is_west = text.starts_with('-');
  if (!take_one_of(text, "+-")) return std::nullopt;
  const std::optional<int> hours = take_number(text, 2);
  int minutes = 0;
  if (!text.empty()) {
    take_one_of(text, ":");
    const std::optional<int> given = take_number(text, 2);
    if (!given || !text.empty()) return std::nullopt;
    minutes = *given;
  }
  if (!hours || *hours > 14 || minutes > 59) return std::nullopt;
  const double offset_s = *hours * 3600.0 + minutes * 60.0;
  return is_west ? -offset_s : offset_s;
}

std::optional<double> iso8601_in(std::string_view text, std::optional<double> utc_offset_s) {
  const auto year = take_number(text, 4);
  if (!year || !take_one_of(text, "-/")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_one_of(text, "-/")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take_one_of(text, "T t")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_one_of(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute) return std::nullopt;
  double second = 0;
  if (take_one_of(text, ":")) {
    const auto whole = take_number(text, 2);
    if (!whole) return std::nullopt;
    second = *whole;
    if (take_one_of(text, ".,")) {
      const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
      if (digits == 0 || digits > 12) return std::nullopt;
      second += *number_in(fmt::format("0.{}", text.substr(0, digits)), '.');
      text.remove_prefix(digits);
    }
  }
  while (take_one_of(text, " ")) {
  }
  const std::optional<double> zone_s = text.empty() ? utc_offset_s : zone_in(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // 60 is a leap second.
  if (!zone_s || !date.ok() || *hour > 23 || *minute > 59 || second >= 61) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * seconds_of_a_day + *hour * 3600.0 + *minute * 60.0 + second -
         *zone_s;
}

TimeFormat read_format(const JsonNode& node, bool may_count_from_start) {
  TimeFormat format;
  if (const auto kind = node.member("format", "how times are written: iso8601, unix_s, unix_ms")) {
    format.kind = static_cast<TimeFormat::Kind>(
        may_count_from_start ? kind->choice({"iso8601", "unix_s", "unix_ms", "run_s"})
                             : kind->choice({"iso8601", "unix_s", "unix_ms"}));
  }
  if (const auto offset = node.find("utc_offset")) {
    format.utc_offset_s = zone_in(offset->string());
    if (!format.utc_offset_s) offset->reject("an offset such as \"+01:00\" or \"Z\"");
  }
  return format;
}

void read_window(const JsonNode& node, TraceMap& map) {
  if (node.raw() == "trace") return;
  if (!node.is_object(R"("trace", or an object with start, end, format)")) return;
  node.allow_only({"start", "end", "format", "utc_offset"});
  if (const auto start = node.member("start", "the column with the start")) {
    map.start = start->string();
  }
  if (const auto end = node.member("end", "the column with the end")) map.end = end->string();
  map.window_format = read_format(node, false);
}

void read_signals(const JsonNode& node, TraceMap& map) {
  std::set<std::string> columns = {map.time};
  for (const auto& [name, member] : node.members()) {
    const auto known = std::ranges::find_if(
        signal_names, [&](const SignalName& signal) { return signal.name == name; });
    if (known == signal_names.end()) continue;
    if (!member.is_object("an object with column and unit")) continue;
    member.allow_only({"column", "unit"});
    map.signals.push_back({known->kind, read_quantity(member, known->units)});
    const std::string& column = map.signals.back().quantity.column;
    if (!column.empty() && !columns.insert(column).second) {
      member.reject("a column of its own for each signal");
    }
  }
  if (!node.raw().is_object()) return;
  node.allow_only({"gpu_power", "cpu_power", "gpu_utilisation", "gpu_memory"});
  if (std::ranges::none_of(map.signals, &MappedSignal::is_power)) {
    node.reject("gpu_power, cpu_power or both: what is integrated");
  }
}

}  // namespace

std::optional<double> seconds_in(std::string_view cell, const TimeFormat& format, char decimal) {
  if (format.kind == TimeFormat::Kind::iso8601) return iso8601_in(cell, format.utc_offset_s);
  const std::optional<double> number = number_in(cell, decimal);
  if (!number) return std::nullopt;
  return format.kind == TimeFormat::Kind::unix_ms ? *number / 1000 : *number;
}

std::string expected_time(const TimeFormat& format) {
  switch (format.kind) {
    case TimeFormat::Kind::iso8601:
      return format.utc_offset_s
                 ? "a time such as 2024-03-05T14:30:00.5"
                 : "a time with its zone, such as 2024-03-05T14:30:00.5Z (or utc_offset in the "
                   "mapping)";
    case TimeFormat::Kind::unix_s:
      return "seconds since 1970";
    case TimeFormat::Kind::unix_ms:
      return "milliseconds since 1970";
    case TimeFormat::Kind::run_s:
      return "seconds since the run's start";
  }
  return "a time";
}

std::string name_of(MappedSignal::Kind kind) {
  return signal_names.at(static_cast<size_t>(kind)).name;
}

TraceMap read_trace_map(const JsonNode& node) {
  TraceMap map;
  if (!node.is_object("an object that says what the traces hold")) return map;
  node.allow_only({"file", "window", "time", "signals", "longest_gap_s", "measured_by", "separator",
                   "decimal"});
  if (const auto file = node.member("file", "the column of the table with the trace's name")) {
    map.file = file->string();
  }
  if (const auto window = node.member(
          "window",
          R"("trace" where a trace is as long as its run, or {"start", "end", "format"})")) {
    read_window(*window, map);
  }
  if (const auto time = node.member("time", "the column with the time, and its format");
      time && time->is_object("an object with column and format")) {
    time->allow_only({"column", "format", "utc_offset"});
    if (const auto column = time->member("column", "the name of a column")) {
      map.time = column->string();
    }
    map.time_format = read_format(*time, true);
  }
  if (const auto signals = node.member("signals", "an object: gpu_power, cpu_power, …")) {
    read_signals(*signals, map);
  }
  if (const auto gap = node.member(
          "longest_gap_s", "seconds: what is longer than this without a sample is missing time")) {
    map.longest_gap_s = gap->number(1e-3, 86400);
  }
  if (const auto by = node.member("measured_by", "the meter, in a few words")) {
    map.measured_by = by->string();
  }
  if (const auto separator = node.find("separator")) {
    constexpr char separators[] = {',', ';', '\t'};
    map.separator = separators[separator->choice({",", ";", "\t"})];
  }
  if (const auto decimal = node.find("decimal")) {
    map.decimal = decimal->choice({".", ","}) == 0 ? '.' : ',';
  }
  return map;
}

}  // namespace tandem::record

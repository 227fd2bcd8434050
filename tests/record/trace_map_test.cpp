#include "record/trace_map.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tandem::record {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Kind = TimeFormat::Kind;

std::optional<double> iso(const std::string& text, std::optional<double> offset_s = std::nullopt) {
  return seconds_in(text, {Kind::iso8601, offset_s}, '.');
}

// The seconds are those of Python's datetime.fromisoformat(...).timestamp().
TEST(SecondsIn, ReadsTimesWithTheirZones) {
  EXPECT_EQ(iso("2024-03-05T14:30:00Z"), 1709649000);
  EXPECT_EQ(iso("2024-03-05T14:30:00.5+01:00"), 1709645400.5);
  EXPECT_EQ(iso("2024/03/05 14:30:00.250-0530"), 1709668800.25);
  EXPECT_EQ(iso("2024-02-29T23:59:59Z"), 1709251199);
  EXPECT_EQ(iso("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(iso("2016-12-31T23:59:60Z"), 1483228800) << "a leap second";
  EXPECT_EQ(iso("2024-03-05T14:30Z"), 1709649000);
}

TEST(SecondsIn, DoesNotGuessAZone) {
  EXPECT_EQ(iso("2024-03-05T14:30:00"), std::nullopt);
  EXPECT_EQ(iso("2024-03-05 14:30:00", 3600), 1709645400);
  EXPECT_EQ(iso("2024-03-05T14:30:00Z", 3600), 1709649000) << "its own zone counts";
}

TEST(SecondsIn, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2024-03-05", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-03-05T24:00:00Z", "2024-03-05T14:60:00Z", "2024-03-05T14:30:61Z",
        "2024-03-05T14:30:00.Z", "2024-03-05T14:30:00+25:00", "2024-03-05T14:30:00Zx",
        "-024-03-05T14:30:00Z", "2024-03-05T14:30:00+", "05.03.2024 14:30"}) {
    EXPECT_EQ(iso(text), std::nullopt) << text;
  }
}

TEST(SecondsIn, ReadsNumbersInTheirUnit) {
  EXPECT_EQ(seconds_in("1709649000.5", {Kind::unix_s, {}}, '.'), 1709649000.5);
  EXPECT_EQ(seconds_in("1709649000500", {Kind::unix_ms, {}}, '.'), 1709649000.5);
  EXPECT_EQ(seconds_in("12,5", {Kind::run_s, {}}, ','), 12.5);
  EXPECT_EQ(seconds_in("12 s", {Kind::run_s, {}}, '.'), std::nullopt);
}

constexpr auto whole = R"({
  "file": "trace", "window": {"start": "from", "end": "to", "format": "iso8601", "utc_offset": "-02:00"},
  "time": {"column": "t", "format": "unix_ms"},
  "signals": {"gpu_power": {"column": "mW", "unit": "mW"}, "gpu_memory": {"column": "mem", "unit": "B"}},
  "longest_gap_s": 5, "measured_by": "nvidia-smi", "separator": ";", "decimal": ","})";

TraceMap map_of(const std::string& text) {
  core::Diagnostics diagnostics("map.json");
  const core::Json document = core::parse_json(text, "map.json");
  TraceMap map = read_trace_map(core::JsonNode(document, "$.traces", diagnostics));
  diagnostics.throw_if_any();
  return map;
}

std::string mistakes_in(const std::string& what, const std::string& with) {
  std::string text = whole;
  EXPECT_NE(text.find(what), std::string::npos) << what;
  try {
    map_of(text.replace(text.find(what), what.size(), with));
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(TraceMap, ReadsEveryMember) {
  const TraceMap map = map_of(whole);
  EXPECT_EQ(map.file, "trace");
  EXPECT_EQ(map.start, "from");
  EXPECT_EQ(map.end, "to");
  EXPECT_EQ(map.window_format.utc_offset_s, -7200);
  EXPECT_EQ(map.time, "t");
  EXPECT_EQ(map.time_format.kind, Kind::unix_ms);
  ASSERT_EQ(map.signals.size(), 2U);
  EXPECT_EQ(map.signals[0].quantity.factor, 1e-3);
  EXPECT_EQ(name_of(map.signals[1].kind), "gpu_memory");
  EXPECT_EQ(map.longest_gap_s, 5);
  EXPECT_EQ(map.separator, ';');
  EXPECT_EQ(map.decimal, ',');
  EXPECT_FALSE(
      map_of(R"({"file": "f", "window": "trace", "time": {"column": "t", "format": "run_s"},
    "signals": {"cpu_power": {"column": "w", "unit": "W"}}, "longest_gap_s": 1, "measured_by": "m"})")
          .has_window());
}

TEST(TraceMap, NamesEachMistake) {
  EXPECT_THAT(mistakes_in("\"mW\", \"unit\": \"mW\"", "\"mW\", \"unit\": \"J\""),
              AllOf(HasSubstr("$.traces.signals.gpu_power.unit"), HasSubstr("W, mW or kW")));
  EXPECT_THAT(mistakes_in("\"gpu_power\"", "\"gpu_powr\""),
              AllOf(HasSubstr("$.traces.signals.gpu_powr"), HasSubstr("perhaps gpu_power"),
                    HasSubstr("what is integrated")));
  EXPECT_THAT(mistakes_in("\"longest_gap_s\": 5, ", ""), HasSubstr("$.traces.longest_gap_s"));
  EXPECT_THAT(mistakes_in("\"longest_gap_s\": 5", "\"longest_gap_s\": 0"),
              HasSubstr("$.traces.longest_gap_s"));
  EXPECT_THAT(mistakes_in("\"-02:00\"", "\"CET\""),
              AllOf(HasSubstr("$.traces.window.utc_offset"), HasSubstr("+01:00")));
  EXPECT_THAT(mistakes_in("\"unix_ms\"", "\"ms\""), HasSubstr("$.traces.time.format"));
  EXPECT_THAT(mistakes_in("\"column\": \"mem\"", "\"column\": \"mW\""),
              HasSubstr("a column of its own for each signal"));
  EXPECT_THAT(mistakes_in("\"measured_by\": \"nvidia-smi\", ", ""),
              HasSubstr("$.traces.measured_by"));
  EXPECT_THAT(mistakes_in("\"to\", \"format\"", "\"to\", \"fromat\""),
              HasSubstr("$.traces.window.fromat"));
}

}  // namespace
}  // namespace tandem::record

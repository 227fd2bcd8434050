#include "record/power_trace.h"

#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "core/error.h"

namespace tandem::record {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TraceMap mapping() {
  TraceMap map;
  map.time = "timestamp";
  map.time_format = {TimeFormat::Kind::run_s, {}};
  map.signals = {{MappedSignal::Kind::gpu_power, {"watts", "W", 1}},
                 {MappedSignal::Kind::gpu_utilisation, {"util", "%", 1}}};
  map.longest_gap_s = 5;
  return map;
}

struct Read {
  PowerTrace trace;
  std::vector<std::string> problems;
  size_t count = 0;
};

Read read(const std::string& text, const TraceMap& map = mapping()) {
  std::istringstream in(text);
  ImportProblems problems;
  Read result{read_power_trace(in, "r1.csv", map, problems), {}, problems.count()};
  for (const ImportProblem& problem : problems.list()) result.problems.push_back(problem.text());
  return result;
}

std::string mistake_in(const std::string& text) {
  try {
    read(text);
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

constexpr auto header = "timestamp, watts, util, extra\n";

TEST(PowerTrace, ReadsTheMappedColumnsOnly) {
  const Read result = read(std::string(header) + "0,100,50,x\n1,110,,y\n2,120,70,z\n");
  EXPECT_THAT(result.trace.t_s, ElementsAre(0, 1, 2));
  EXPECT_THAT(result.trace.values[0], ElementsAre(100, 110, 120));
  EXPECT_TRUE(std::isnan(result.trace.values[1][1])) << "an empty cell is a missing sample";
  EXPECT_THAT(result.problems, IsEmpty());
}

TEST(PowerTrace, ListsCellsThatAreNoNumberWithTheirPlace) {
  const Read result =
      read(std::string(header) + "0,100,50,\n1,110 W,50,\n2,-5,50,\nx,1,1,\n3,90,50,\n");
  EXPECT_THAT(
      result.problems,
      ElementsAre(
          "r1.csv: row 3, column \"watts\": found \"110 W\", expected a number without its unit, "
          "which the mapping says (the sample is missing)",
          "r1.csv: row 4, column \"watts\": found \"-5\", expected 0 or more (the sample is "
          "missing)",
          "r1.csv: row 5, column \"timestamp\": found \"x\", expected seconds since the run's "
          "start "
          "(the row is left out)"));
  EXPECT_THAT(result.trace.t_s, ElementsAre(0, 1, 2, 3));
}

TEST(PowerTrace, TellsTheFirstBadCellsAndCountsTheOthers) {
  std::string text = header;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",n/a,50,\n";
  const Read result = read(text + "1000,100,50,\n");
  EXPECT_THAT(result.problems, testing::SizeIs(4));
  EXPECT_THAT(result.problems.back(), HasSubstr("found 997 more such cells"));
  EXPECT_EQ(result.count, 1000U);
}

TEST(PowerTrace, IsNotUsedWhenItsTimesRunBackwards) {
  const Read result = read(std::string(header) + "0,100,50,\n5,100,50,\n3,100,50,\n4,100,50,\n");
  EXPECT_EQ(result.trace.unusable, "its times run backwards by 2 s in row 4");
  EXPECT_THAT(result.problems,
              ElementsAre("r1.csv: row 4, column \"timestamp\": found \"3\", 2 s before the row "
                          "above, expected times that never decrease (the trace is not used)"));
}

TEST(PowerTrace, ListsARowOfAnotherLengthAsAKilledLoggerLeavesIt) {
  const Read result = read(std::string(header) + "0,100,50,\n1,100,50,\n2,1");
  EXPECT_THAT(result.problems, ElementsAre(HasSubstr("row 4: found \"2 cells\", expected 4")));
  EXPECT_THAT(result.trace.t_s, ElementsAre(0, 1));
}

TEST(PowerTrace, SaysThatThereIsNothingInAnEmptyOne) {
  EXPECT_THAT(read("").problems, ElementsAre(HasSubstr("found an empty file")));
  EXPECT_THAT(read(header).problems, ElementsAre(HasSubstr("found no sample")));
  EXPECT_THAT(read(std::string(header) + "0,,50,\n1,,50,\n").problems,
              ElementsAre(HasSubstr("column \"watts\": found no number in the whole column")));
}

TEST(PowerTrace, DoubtsUnitsAndRescalesNothing) {
  const Read milliwatts = read(std::string(header) + "0,250000,50,\n1,250000,50,\n");
  EXPECT_THAT(
      milliwatts.problems,
      ElementsAre(AllOf(HasSubstr("found a mean of 2.5e+05 W"),
                        HasSubstr("is the unit of the mapping, W, right?"),
                        HasSubstr("in mW it would be 250 W"), HasSubstr("the figure stays"))));
  EXPECT_THAT(milliwatts.trace.values[0], ElementsAre(250000, 250000));
  TraceMap in_milliwatts = mapping();
  in_milliwatts.signals[0].quantity = {"watts", "mW", 1e-3};
  EXPECT_THAT(
      read(std::string(header) + "0,250,50,\n1,250,50,\n", in_milliwatts).problems,
      ElementsAre(AllOf(HasSubstr("a mean of 0.25 W"), HasSubstr("in W it would be 250 W"))));
  EXPECT_THAT(read(std::string(header) + "0,100,0.4,\n1,100,0.9,\n").problems,
              ElementsAre(AllOf(HasSubstr("never more than 0.9 %"), HasSubstr("a share of 1"))));
  EXPECT_THAT(read(std::string(header) + "0,100,4000,\n1,100,50,\n").problems,
              ElementsAre(HasSubstr("as much as 4e+03 %")));
  EXPECT_THAT(read(std::string(header) + "0,100,50,\n1000,100,50,\n2000,100,50,\n").problems,
              ElementsAre(AllOf(HasSubstr("a sample every 1e+03 s"),
                                HasSubstr("are the times in the unit"))));
  TraceMap unix_s = mapping();
  unix_s.time_format.kind = TimeFormat::Kind::unix_s;
  EXPECT_THAT(
      read(std::string(header) + "1709649000000,100,50,\n1709649001000,100,50,\n", unix_s).problems,
      ElementsAre(HasSubstr("times about 1.70965e+12 s after 1970")));
}

TEST(PowerTrace, ThatLacksAColumnOrIsNoCsvStopsTheImport) {
  EXPECT_THAT(mistake_in("timestamp,wats,util\n0,1,1\n"),
              AllOf(HasSubstr("r1.csv"), HasSubstr("row 1"), HasSubstr("no column \"watts\""),
                    HasSubstr("perhaps wats")));
  EXPECT_THAT(mistake_in("timestamp,watts,watts,util\n"), HasSubstr("\"watts\" twice"));
}

TEST(PowerTrace, IsNotUsedWhereItIsNoCsv) {
  const Read open_quote = read(std::string(header) + "0,\"100,50,\n");
  EXPECT_THAT(open_quote.trace.unusable,
              AllOf(HasSubstr("it is no CSV"), HasSubstr("a quote that is never closed")));
  EXPECT_THAT(open_quote.problems,
              ElementsAre(AllOf(HasSubstr("r1.csv: row 2"), HasSubstr("never closed"),
                                HasSubstr("(the trace is not used)"))));
  const Read utf16 = read(std::string("timestamp\0", 10));
  EXPECT_THAT(utf16.trace.unusable, HasSubstr("a byte 0"));
  EXPECT_EQ(utf16.count, 1U);
}

TEST(PowerTrace, ShowsHostileTextsSafely) {
  const Read result = read(std::string(header) + "0,\x1b[31mred,50,\n1,100,50,\n");
  EXPECT_THAT(result.problems, ElementsAre(HasSubstr("\"\\x1b[31mred\"")));
}

}  // namespace
}  // namespace tandem::record

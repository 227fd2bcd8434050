#include <gmock/gmock.h>

#include "report/paper_figures.h"

namespace tandem::report {
namespace {

analyse::RunStatus run_at(const std::string& started_at, core::Reading makespan_s) {
  analyse::RunStatus run;
  run.run_id = started_at;
  run.started_at = started_at;
  run.makespan_seconds = std::move(makespan_s);
  return run;
}

TEST(SessionGantt, BeginsWithTheFirstRunAndGoesOverMidnight) {
  analyse::StudyAnalysis analysis;
  analysis.runs = {run_at("2025-12-01T00:00:30.500Z", 60.0), run_at("2025-11-30T23:59:00Z", 30.0)};
  const Gantt gantt = session_gantt(analysis);
  ASSERT_EQ(gantt.bars.size(), 2U);
  EXPECT_EQ(gantt.rows, std::vector<std::string>{"CPU"});
  EXPECT_DOUBLE_EQ(gantt.bars[0].start_s, 0);
  EXPECT_DOUBLE_EQ(gantt.bars[1].start_s, 90.5);
  EXPECT_DOUBLE_EQ(gantt.end_s, 150.5);
}

TEST(SessionGantt, GivesRunsThatOverlapRowsOfTheirOwn) {
  analyse::StudyAnalysis analysis;
  analysis.runs = {run_at("2025-11-30T10:00:00Z", 90.0), run_at("2025-11-30T10:01:00Z", 60.0),
                   run_at("2025-11-30T10:01:30Z", 60.0)};
  const Gantt gantt = session_gantt(analysis);
  EXPECT_EQ(gantt.rows, (std::vector<std::string>{"CPU", "CPU (2)"}));
  EXPECT_EQ(gantt.bars[2].row, 0U);
}

TEST(SessionGantt, LeavesOutRunsWithoutATime) {
  analyse::StudyAnalysis analysis;
  analysis.runs = {run_at("", 90.0), run_at("yesterday", 1.0), run_at("2025-13-41T10:00:00Z", 1.0),
                   run_at("2025-11-30T10:00:00Z", core::Reading::missing("it failed"))};
  EXPECT_TRUE(session_gantt(analysis).bars.empty());
}

}  // namespace
}  // namespace tandem::report

#include "faults/kill_campaign.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

// The short form of scripts/fault-campaign.
TEST(KillCampaign, LosesDoublesAndLeavesNothingAtRandomInstants) {
  // An orphan stays for ever; a loaded machine may need its time for the others.
  KillCampaign campaign({.kills = 25, .pairs = 1, .seed = 20, .grace_s = 20});
  const KillFigures figures = campaign.run();
  for (const Violation& violation : figures.violations) {
    ADD_FAILURE() << "kill " << violation.kill << ": " << violation.what;
  }
  EXPECT_EQ(figures.kills, 25);
  EXPECT_GE(figures.studies, 1);
  EXPECT_GT(figures.kills_in_a_run, 0);
  EXPECT_GT(figures.results_checked, 0);
  EXPECT_EQ(figures.attempts, figures.runs + figures.cut_with_result + figures.cut_without_result);
}

}  // namespace
}  // namespace tandem::test

#include "analyse/convergence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tandem::analyse {
namespace {

record::ParticipantResult training(const std::vector<double>& metric, bool higher_is_better) {
  record::ParticipantResult participant;
  participant.performance_metric = "metric";
  participant.higher_is_better = higher_is_better;
  for (size_t i = 0; i < metric.size(); ++i) {
    record::EpochRecord epoch;
    epoch.epoch = static_cast<int>(i) + 1;
    epoch.metrics["metric"] = metric[i];
    participant.epochs.push_back(epoch);
  }
  return participant;
}

TEST(Convergence, InterpolatesTheEpochOfNinetyPercentOfTheImprovement) {
  // From 0.2 to 1.0: the mark is 0.92, 3/4 of the way from 0.8 (epoch 2) to 0.96 (epoch 3).
  const Convergence convergence = convergence_of(training({0.2, 0.8, 0.96, 1.0, 0.9}, true));
  EXPECT_NEAR(*convergence.convergence_epoch, 2.75, 1e-12);
  EXPECT_NEAR(*convergence.convergence_speed, 1 / 2.75, 1e-12);
}

TEST(Convergence, FollowsTheDirectionOfTheMetric) {
  const Convergence convergence = convergence_of(training({200, 100, 20, 0}, false));
  EXPECT_NEAR(*convergence.convergence_epoch, 3.0, 1e-12);
}

TEST(Convergence, IsMissingWithoutImprovement) {
  const std::string reason = "no epoch was better than the first";
  EXPECT_EQ(convergence_of(training({0.9, 0.8, 0.7}, true)).convergence_epoch.reason(), reason);
  EXPECT_EQ(convergence_of(training({0.5, 0.5}, true)).convergence_speed.reason(), reason);
}

TEST(Convergence, IsMissingForOneEpochAndWithoutTheMetric) {
  const std::string reason = "fewer than two epochs reported the performance metric";
  EXPECT_EQ(convergence_of(training({0.9}, true)).convergence_epoch.reason(), reason);
  record::ParticipantResult unnamed = training({0.1, 0.9}, true);
  unnamed.performance_metric = "another";
  EXPECT_EQ(convergence_of(unnamed).convergence_speed.reason(), reason);
}

TEST(Convergence, LeavesOutValuesThatAreNotFinite) {
  const Convergence convergence = convergence_of(training({0.0, std::nan(""), 1.0}, true));
  EXPECT_NEAR(*convergence.convergence_epoch, 2.8, 1e-12);
}

}  // namespace
}  // namespace tandem::analyse

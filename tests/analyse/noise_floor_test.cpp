#include "analyse/noise_floor.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analyse/study_analysis.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

record::RunResult run(double duration_s, int repetition = 1, double learning_rate = 0.1) {
  record::RunResult result;
  result.spec.repetition = repetition;
  record::ParticipantResult& training = result.participants.emplace_back();
  training.spec = {"examples/mnist", {{"learning_rate", learning_rate}}, repetition};
  training.duration_seconds = duration_s;
  return result;
}

std::vector<NoiseFloor> floors_of(const std::vector<record::RunResult>& runs) {
  FiguresOfRuns figures;
  for (const record::RunResult& result : runs) figures.add(result);
  figures.finish();
  return noise_floors(figures.counted());
}

TEST(NoiseFloor, IsTheDifferenceOfTwoRunsOfTheSameExperiment) {
  // 98 and 102 differ by 4 % of their mean; two runs have nothing but this difference.
  const auto floors = floors_of({run(98, 1), run(102, 2), run(55, 1, 0.5)});
  EXPECT_NEAR(*noise_percent(floors, Response::duration), 4, 1e-12);
  EXPECT_FALSE(noise_percent(floors, Response::energy));
}

TEST(NoiseFloor, IsPooledOverExperimentsByTheirDegreesOfFreedom) {
  const auto floors =
      floors_of({run(98, 1), run(102, 2), run(10, 1, 0.5), run(10, 2, 0.5), run(10, 3, 0.5)});
  // Variances of 8e-4 with one and 0 with two degrees of freedom.
  EXPECT_NEAR(*noise_percent(floors, Response::duration), 100 * std::sqrt(2 * 8e-4 / 3), 1e-12);
}

TEST(NoiseFloor, IsUnknownWhereNothingWasMadeTwiceOnOneMachine) {
  EXPECT_EQ(noise_percent(floors_of({run(98), run(55, 1, 0.5)}), Response::duration).reason(),
            "no experiment was made twice");
  record::RunResult elsewhere = run(102, 2);
  elsewhere.machine.hostname = "another";
  EXPECT_FALSE(noise_percent(floors_of({run(98), elsewhere}), Response::duration));
  EXPECT_FALSE(noise_percent(floors_of({run(0), run(0, 2)}), Response::duration));
  EXPECT_FALSE(noise_percent(floors_of({}), Response::duration));
}

TEST(NoiseFloor, ForbidsToClaimAnEquivalenceThatIsFinerThanIt) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(6, 4);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  const auto results = test::made_up_results(plan, catalogue, {.noise = 0.02});
  const auto texts = [&](double bound_percent) {
    study.equivalence_bound_percent = bound_percent;
    std::vector<std::string> all;
    for (const Finding& finding : analyse_study(study, plan, catalogue, results).findings) {
      all.push_back(finding.text);
    }
    return all;
  };
  EXPECT_THAT(texts(5), Contains(AllOf(HasSubstr("Sensitivity of duration to learning_rate"),
                                       HasSubstr("equivalent within ±5 %"))));
  // Two runs of one experiment differ by about 1.6 %.
  EXPECT_THAT(texts(1), Contains(AllOf(HasSubstr("Sensitivity of duration to learning_rate"),
                                       Not(HasSubstr("equivalent within")),
                                       HasSubstr("below the A/A noise floor of"))));
}

}  // namespace
}  // namespace tandem::analyse

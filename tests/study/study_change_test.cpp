#include "study/study_change.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "studies.h"

namespace tandem::study {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What stands in the way of going from one study to another, a line each.
std::vector<std::string> changes(const Study& before, const Study& now,
                                 const std::string& machine_now = "this machine") {
  const Plan old_plan = make_plan(before, test::catalogue(), "this machine");
  const Plan new_plan = make_plan(now, test::catalogue(), machine_now);
  std::vector<std::string> lines;
  for (const core::Problem& problem : incompatible_changes({before, test::catalogue(), old_plan},
                                                           {now, test::catalogue(), new_plan})) {
    lines.push_back(problem.place + ": " + problem.found + " | " + problem.expected);
  }
  return lines;
}

Study study_with(const std::string& members) {
  return test::study_from(test::study_text(members));
}

TEST(StudyChange, IsNoneWhenMoreOrFewerRunsAreAskedFor) {
  const Study once = study_with("");
  EXPECT_THAT(changes(once, once), IsEmpty());
  EXPECT_THAT(changes(once, study_with(R"("repetitions": 3)")), IsEmpty());
  EXPECT_THAT(changes(study_with(R"("repetitions": 3)"), once), IsEmpty());
  const std::string mnist = test::pair("examples/mnist", "examples/mnist_rnn");
  const Study two_pairs = test::study_from(
      test::study_text("", mnist + "," + test::pair("examples/mnist", "Person_reID/densenet121")));
  EXPECT_THAT(changes(test::study_from(test::study_text("", mnist)), two_pairs), IsEmpty());
  const Study more_levels = study_with(
      R"("mutate": {"learning_rate": {"min": "default*0.2", "max": "default*5", "mid": 0.3},
                    "epochs": {"min": "default*0.5", "max": "default*1.5"}})");
  EXPECT_THAT(changes(once, more_levels), IsEmpty());
}

TEST(StudyChange, IsNoneWhenOnlyLimitsPausesAndTheOrderChange) {
  EXPECT_THAT(
      changes(study_with(""), study_with(R"("timeout_s": 99, "cool_down_s": 7, "order_seed": 4,
                                    "retries": 0, "sampling_hz": 20)")),
      IsEmpty());
}

TEST(StudyChange, NamesWhatIsAnotherRunOnceHoweverOftenItOccurs) {
  EXPECT_THAT(
      changes(study_with(""), study_with(R"("scale": "quick")")),
      ::testing::Contains(AllOf(HasSubstr("$.scale: \"quick\" | \"full\""), HasSubstr("11 runs"))));
  const auto seeds = changes(study_with(""), study_with(R"("seed": 5)"));
  EXPECT_THAT(seeds, SizeIs(::testing::Ge(2U)));
  EXPECT_THAT(seeds[0], AllOf(HasSubstr("$.participants[0].seed of examples/mnist: 5 | 1, as"),
                              HasSubstr("runs of the study's folder have it")));
  EXPECT_THAT(changes(study_with(""), study_with(R"("resources": {"threads": 2})")),
              ElementsAre(HasSubstr("$.resources.threads: 2 | 1")));
  EXPECT_THAT(changes(study_with(""), study_with(R"("device": "cuda")")),
              ElementsAre(HasSubstr("$.device: \"cuda\" | \"cpu\"")));
}

TEST(StudyChange, NamesALevelThatMeansAnotherValue) {
  const Study before = study_with(R"("mutate": {"epochs": {"max": "default*1.5"}})");
  const Study now = study_with(R"("mutate": {"epochs": {"max": "default*2"}})");
  EXPECT_THAT(changes(before, now),
              ::testing::Each(AllOf(HasSubstr(".hyperparameters.epochs of examples/mnist_rnn"))));
  EXPECT_THAT(changes(before, now), SizeIs(2)) << "alone and concurrent";
}

TEST(StudyChange, NamesAnotherMachineGpuOrPowerModel) {
  const Study study = study_with("");
  EXPECT_THAT(changes(study, study, "another machine"),
              ElementsAre(HasSubstr("$.machine_class: \"another machine\" | \"this machine\"")));
  EXPECT_THAT(changes(study, study_with(R"("gpu": "GPU-2")")),
              ElementsAre("$.gpu: GPU-2 | the first, as in the study's folder"));
  EXPECT_THAT(
      changes(study,
              study_with(R"("cpu_power_model": {"name": "PC", "idle_w": 20, "busy_core_w": 11})")),
      ElementsAre("$.cpu_power_model: PC (20 W idle, 11 W a busy core) | the default, as in the "
                  "study's folder"));
}

TEST(StudyChange, IsAnotherDeviceOrAnotherWayToShareOneButNotOneDeviceMore) {
  const auto on = [](const std::string& devices) {
    return study_with(R"("device": "cuda", "devices": [)" + devices + "]");
  };
  const std::string two = R"({"gpu": "GPU-1"}, {"gpu": "GPU-2"})";
  const Study before = on(two);
  const Plan plan = make_plan(before, test::catalogue(), "this machine");
  const auto changes_to = [&](const Study& now) {
    const Plan new_plan = make_plan(now, test::catalogue(), "this machine", plan.block_devices);
    return incompatible_changes({before, test::catalogue(), plan},
                                {now, test::catalogue(), new_plan});
  };
  EXPECT_THAT(changes_to(on(two + R"(, {"gpu": "GPU-3"})")), IsEmpty());
  EXPECT_THAT(changes_to(on(R"({"gpu": "GPU-2"}, {"gpu": "GPU-1"})")), IsEmpty());
  const auto moved = changes_to(on(R"({"gpu": "GPU-3"}, {"gpu": "GPU-2"})"));
  ASSERT_THAT(moved, SizeIs(1));
  EXPECT_EQ(moved[0].place, "$.gpu");
  EXPECT_THAT(moved[0].found, HasSubstr("GPU-"));
  EXPECT_THAT(changes(study_with(R"("device": "cuda")"),
                      study_with(R"("device": "cuda", "sharing": "mps")")),
              ElementsAre(HasSubstr("$.sharing.mode: \"mps\" | nothing, as 11 runs")));
}

TEST(StudyChange, NamesAWorkloadThatIsCalledInAnotherWay) {
  const Study study = study_with("");
  std::vector<Workload> workloads = test::catalogue().workloads();
  for (Workload& workload : workloads) {
    if (workload.id() == "examples/mnist") workload.command.push_back("--fast");
  }
  const Catalogue other(workloads);
  const Plan before = make_plan(study, test::catalogue(), "this machine");
  const Plan now = make_plan(study, other, "this machine");
  const auto problems =
      incompatible_changes({study, test::catalogue(), before}, {study, other, now});
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].place, "$.command of examples/mnist");
  EXPECT_THAT(problems[0].found, HasSubstr("--fast"));
}

TEST(StudyChange, NamesAWorkloadWhoseLogIsReadInAnotherWay) {
  const Study study = study_with("");
  const auto read_by = [](const std::string& pattern) {
    std::vector<Workload> workloads = test::catalogue().workloads();
    workloads.front().log.emplace();
    workloads.front().log->epoch = {LogPattern(pattern)};
    return Catalogue(workloads);
  };
  const Catalogue old_catalogue = read_by("acc (?P<accuracy>.*)");
  const Catalogue new_catalogue = read_by("accuracy (?P<accuracy>.*)");
  const Plan before = make_plan(study, old_catalogue, "this machine");
  const Plan now = make_plan(study, new_catalogue, "this machine");
  const auto problems =
      incompatible_changes({study, old_catalogue, before}, {study, new_catalogue, now});
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].place, "the manifest of examples/mnist");
  EXPECT_THAT(problems[0].found, HasSubstr("accuracy (?P"));
}

}  // namespace
}  // namespace tandem::study

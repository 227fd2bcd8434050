#include "study/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.h"
#include "studies.h"

namespace tandem::study {
namespace {

using ::testing::ElementsAre;

Plan plan_of(const Study& study) {
  return make_plan(study, test::catalogue(), "test machine");
}

Study seed_full(const std::string& solo_runs) {
  core::Json document = core::read_json(core::shipped_file("studies/seed-full.json"));
  document["solo_runs"] = solo_runs;
  return parse_study(document, "seed-full.json", test::catalogue());
}

TEST(Experiments, AreTheElevenOfTheStudyInItsOrder) {
  const Study study = test::study_from(test::study_text());
  const auto settings = settings_of(study, study.pairs[0], test::catalogue());
  std::vector<std::string> listed;
  for (const Experiment& experiment : experiments_of(settings)) {
    listed.push_back(std::to_string(experiment.number) + " " +
                     (experiment.concurrent ? "A||B "
                      : experiment.of_a     ? "A "
                                            : "B ") +
                     experiment.setting);
  }
  EXPECT_THAT(
      listed,
      ElementsAre("1 A||B default", "2 A default", "3 B default", "4 A||B learning_rate_min",
                  "5 B learning_rate_min", "6 A||B learning_rate_max", "7 B learning_rate_max",
                  "8 A||B epochs_min", "9 B epochs_min", "10 A||B epochs_max", "11 B epochs_max"));
}

TEST(Settings, HoldTheSeedsRanges) {
  const Study study = test::study_from(
      test::study_text("", test::pair("examples/mnist", "Person_reID/densenet121")));
  std::map<std::string, double> values;
  for (const Setting& setting : settings_of(study, study.pairs[0], test::catalogue())) {
    values[setting.name] = setting.value;
  }
  EXPECT_DOUBLE_EQ(values["learning_rate_min"], 0.01);
  EXPECT_DOUBLE_EQ(values["learning_rate_max"], 0.25);
  EXPECT_EQ(values["epochs_min"], 30);
  EXPECT_EQ(values["epochs_max"], 90);
}

TEST(Plan, OfTheTwelvePairsHas132LiteralRunsIn38Point8Hours) {
  const Plan plan = plan_of(seed_full("literal"));
  EXPECT_EQ(plan.cells.size(), 132U);
  EXPECT_EQ(plan.runs.size(), 132U);
  EXPECT_NEAR(plan.expected_s() / 3600, 38.8, 0.05);
}

TEST(Plan, OfTheTwelvePairsHas107DistinctRunsIn30Point4Hours) {
  const Plan plan = plan_of(seed_full("shared"));
  EXPECT_EQ(plan.cells.size(), 132U);
  EXPECT_EQ(plan.runs.size(), 107U);
  const auto concurrent = std::count_if(plan.runs.begin(), plan.runs.end(),
                                        [](const auto& run) { return run.spec.concurrent(); });
  EXPECT_EQ(concurrent, 60);
  EXPECT_NEAR(plan.expected_s() / 3600, 30.4, 0.05);
}

TEST(Plan, OfBothModelsMutatedHasEachPairInBothRolesWithTheSoloRunsShared) {
  const Study study = test::study_from(test::study_text(R"("mutate_models": "both")"));
  ASSERT_EQ(study.pairs.size(), 2U);
  EXPECT_EQ(study.pairs[1].a, study.pairs[0].b);
  EXPECT_EQ(study.pairs[1].b, study.pairs[0].a);
  const Plan plan = plan_of(study);
  EXPECT_EQ(plan.cells.size(), 22U);
  // 5 concurrent runs a role; solo: the two defaults and four levels of each.
  EXPECT_EQ(plan.runs.size(), 10U + 2U + 8U);
}

TEST(Plan, OfBothModelsMutatedKeepsTheNumbersOfThePairsOfTheFile) {
  const std::string first = test::pair("examples/mnist", "examples/mnist_rnn");
  const std::string same = test::pair("examples/mnist", "examples/mnist");
  const std::string swapped = test::pair("examples/mnist_rnn", "examples/mnist");
  const auto pairs_of = [](const std::string& listed) {
    std::vector<std::string> names;
    for (const StudyPair& pair :
         test::study_from(test::study_text(R"("mutate_models": "both")", listed)).pairs) {
      names.push_back(pair.a.substr(9) + " " + pair.b.substr(9));
    }
    return names;
  };
  EXPECT_THAT(pairs_of(first + "," + same),
              ElementsAre("mnist mnist_rnn", "mnist mnist", "mnist_rnn mnist"));
  EXPECT_THAT(pairs_of(first + "," + swapped), ElementsAre("mnist mnist_rnn", "mnist_rnn mnist"));
}

TEST(Plan, GivesEveryCellTheRunThatAnswersIt) {
  const Study study = seed_full("shared");
  const Plan plan = plan_of(study);
  for (const Cell& cell : plan.cells) {
    const RunSpec& run = plan.runs.at(cell.run).spec;
    const StudyPair& pair = study.pairs.at(cell.pair);
    ASSERT_EQ(run.concurrent(), cell.experiment.concurrent);
    EXPECT_EQ(run.participants.back().workload, cell.experiment.of_a ? pair.a : pair.b);
    if (run.concurrent()) {
      EXPECT_EQ(run.participants.front().workload, pair.a);
    }
    const auto settings = settings_of(study, pair, test::catalogue());
    const auto setting = std::find_if(
        settings.begin(), settings.end(),
        [&](const Setting& candidate) { return candidate.name == cell.experiment.setting; });
    ASSERT_NE(setting, settings.end());
    if (!cell.experiment.of_a) {
      EXPECT_EQ(run.participants.back().hyperparameters, setting->hyperparameters);
    }
  }
}

std::vector<std::string> order_of(const Plan& plan) {
  std::vector<std::string> ids;
  for (const PlannedRun& run : plan.runs) ids.push_back(run.id);
  return ids;
}

TEST(Plan, HasTheSameOrderForTheSameSeedAndAnotherForAnother) {
  const auto with_seed = [](int seed) {
    return order_of(
        plan_of(test::study_from(test::study_text("\"order_seed\": " + std::to_string(seed)))));
  };
  EXPECT_EQ(with_seed(7), with_seed(7));
  EXPECT_NE(with_seed(7), with_seed(8));
  EXPECT_THAT(with_seed(8), ::testing::UnorderedElementsAreArray(with_seed(7)));
}

TEST(Plan, RandomisesWithinEachRepetitionAndDifferentlyInEach) {
  const Plan plan = plan_of(test::study_from(test::study_text("\"repetitions\": 3")));
  ASSERT_EQ(plan.runs.size(), 33U);
  std::set<std::vector<std::string>> orders;
  for (int repetition = 1; repetition <= 3; ++repetition) {
    std::vector<std::string> order;
    for (size_t i = 0; i < 11; ++i) {
      const RunSpec& spec = plan.runs[static_cast<size_t>(repetition - 1) * 11 + i].spec;
      EXPECT_EQ(spec.repetition, repetition);
      EXPECT_EQ(spec.participants[0].seed, repetition);
      std::string key;
      for (const auto& participant : spec.participants) {
        key += participant.workload + core::Json(participant.hyperparameters).dump();
      }
      order.push_back(key);
    }
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 3U);
}

TEST(Plan, KeepsTheOrderOfTheFileWhenAsked) {
  const Plan plan = plan_of(test::study_from(test::study_text(R"("order": "as_listed")")));
  for (const Cell& cell : plan.cells) {
    EXPECT_EQ(cell.run + 1, static_cast<size_t>(cell.experiment.number));
  }
}

TEST(Plan, PutsTheFirstSeededOrderWhereItAlwaysWas) {
  // The order is drawn with our own code, so that a stored seed means the same on any machine.
  const Plan plan = plan_of(test::study_from(test::study_text("\"order_seed\": 20251111")));
  std::vector<size_t> places;
  for (const Cell& cell : plan.cells) places.push_back(cell.run);
  EXPECT_THAT(places, ElementsAre(10, 0, 1, 5, 3, 8, 2, 4, 6, 7, 9));
}

TEST(Plan, ExtendedByAPairKeepsTheRunsItHad) {
  const std::string first = test::pair("examples/mnist", "examples/mnist_rnn");
  const auto before = order_of(plan_of(test::study_from(test::study_text("", first))));
  const auto after = order_of(plan_of(test::study_from(test::study_text(
      "\"repetitions\": 2", first + "," + test::pair("examples/mnist", "examples/mnist_ff")))));
  const std::set<std::string> extended(after.begin(), after.end());
  for (const std::string& id : before) EXPECT_TRUE(extended.contains(id)) << id;
}

/// The seed's study on so many GPUs.
Study seed_full_on(size_t devices, const std::string& affinity, int repetitions = 1) {
  core::Json document = core::read_json(core::shipped_file("studies/seed-full.json"));
  for (size_t device = 1; device <= devices; ++device) {
    document["devices"].push_back({{"gpu", "GPU-" + std::to_string(device)}});
  }
  document["device_affinity"] = affinity;
  document["repetitions"] = repetitions;
  return parse_study(document, "seed-full.json", test::catalogue());
}

TEST(PlanForSeveralDevices, KeepsAllThatIsComparedOnOneAndSharesSoloRunsThere) {
  const Study study = seed_full_on(3, "block", 2);
  const Plan plan = plan_of(study);
  std::map<std::pair<size_t, int>, std::set<size_t>> devices_of_block;
  for (const Cell& cell : plan.cells) {
    const PlannedRun& run = plan.runs.at(cell.run);
    ASSERT_TRUE(run.device);
    EXPECT_EQ(run.spec.gpu, study.devices[*run.device].gpu);
    devices_of_block[{cell.pair, cell.repetition}].insert(*run.device);
  }
  for (const auto& [block, devices] : devices_of_block) EXPECT_EQ(devices.size(), 1U);
  EXPECT_EQ(plan.block_devices.size(), 24U);
  std::set<std::string> ids;
  for (const PlannedRun& run : plan.runs) EXPECT_TRUE(ids.insert(run.id).second) << run.id;
  EXPECT_LT(plan.runs.size(), 2U * 132U) << "pairs on one device share their solo runs";
}

TEST(PlanForSeveralDevices, HasTheRunsOfOneDeviceWhereAnyWillDo) {
  const Plan plan = plan_of(seed_full_on(4, "any"));
  EXPECT_EQ(order_of(plan), order_of(plan_of(seed_full("shared"))));
  for (const PlannedRun& run : plan.runs) EXPECT_FALSE(run.device);
}

TEST(PlanForSeveralDevices, IsWithinFivePercentOfTheBoundWhereBlocksAreSmallEnough) {
  const Plan on_one = plan_of(seed_full("shared"));
  const auto excess = [&](size_t devices, const std::string& affinity) {
    std::vector<double> durations_s;
    for (const PlannedRun& run : on_one.runs) durations_s.push_back(run.expected_s);
    const Study study = seed_full_on(devices, affinity);
    return expected_schedule(plan_of(study), devices).makespan_s /
               makespan_lower_bound_s(durations_s, devices) -
           1;
  };
  for (const size_t devices : {2, 3, 4, 8}) EXPECT_LE(excess(devices, "any"), 0.05) << devices;
  // docs/decisions/0015 has these figures: from four devices on the longest pairs decide.
  EXPECT_NEAR(excess(2, "block"), 0.028, 0.001);
  EXPECT_NEAR(excess(3, "block"), 0.044, 0.001);
  EXPECT_NEAR(excess(4, "block"), 0.145, 0.001);
  EXPECT_NEAR(excess(8, "block"), 0.733, 0.001);
}

TEST(PlanForSeveralDevices, TakesTheLongestFirstInEachRepetitionWhereAnyWillDo) {
  const Study study = seed_full_on(2, "any", 2);
  const Plan plan = plan_of(study);
  const std::vector<size_t> order = session_order(plan, 2);
  ASSERT_EQ(order.size(), plan.runs.size());
  for (size_t i = 1; i < order.size(); ++i) {
    const PlannedRun& before = plan.runs[order[i - 1]];
    const PlannedRun& run = plan.runs[order[i]];
    ASSERT_LE(before.spec.repetition, run.spec.repetition);
    if (before.spec.repetition == run.spec.repetition) {
      EXPECT_GE(before.expected_s, run.expected_s);
    }
  }
  const Study kept = seed_full_on(2, "block", 2);
  const std::vector<size_t> as_planned = session_order(plan_of(kept), 2);
  EXPECT_TRUE(std::ranges::is_sorted(as_planned)) << "on its device a block's order stays drawn";
}

TEST(PlanForSeveralDevices, LeavesBlocksWhereTheyAreWhenTheStudyIsExtended) {
  const std::string first = test::pair("examples/mnist", "examples/mnist_rnn") + "," +
                            test::pair("examples/mnist", "examples/mnist_ff");
  const std::string devices = R"("devices": [{"cores": [0]}, {"cores": [1]}])";
  const Plan before = plan_of(test::study_from(test::study_text(devices, first)));
  const Study extended = test::study_from(
      test::study_text(devices + R"(, "repetitions": 2)",
                       test::pair("examples/mnist", "Person_reID/densenet121") + "," + first));
  const Plan after = make_plan(extended, test::catalogue(), "test machine", before.block_devices);
  const std::vector<std::string> all = order_of(after);
  for (const std::string& id : order_of(before)) EXPECT_THAT(all, ::testing::Contains(id));
  for (const auto& [block, device] : before.block_devices) {
    EXPECT_EQ(after.block_devices.at(block), device) << block;
  }
}

TEST(PlanForSeveralDevices, SaysHowManyCoresARunHasWhereAnyCoreSetWillDo) {
  const Plan plan = plan_of(test::study_from(test::study_text(
      R"("devices": [{"cores": [0, 1]}, {"cores": [2, 3]}], "device_affinity": "any")")));
  EXPECT_EQ(plan.runs[0].spec.any_cores, 2);
  EXPECT_THAT(plan.runs[0].spec.resources.cores, ::testing::IsEmpty());
}

TEST(Plan, LimitsTheThreadsOfMpsInPairsOnly) {
  const Plan plan = plan_of(test::study_from(test::study_text(
      R"("device": "cuda", "sharing": {"mps": {"thread_percentages": [60, 40]}})")));
  for (const PlannedRun& run : plan.runs) {
    EXPECT_EQ(run.spec.sharing.mode, Sharing::Mode::mps);
    EXPECT_EQ(run.spec.sharing.thread_percentages.empty(), !run.spec.concurrent());
  }
}

}  // namespace
}  // namespace tandem::study

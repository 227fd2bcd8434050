#include "study/study_file.h"

#include <gtest/gtest.h>

#include "core/file.h"
#include "studies.h"
#include "study/pair.h"
#include "study/plan.h"

namespace tandem::study {
namespace {

TEST(StudyFile, ReadsTheSeedsOwnFormAsItStands) {
  // Appendix B of the original design, word for word.
  const Study study = test::study_from(R"({
  "experiment_name": "concurrent_hp_study_pair1",
  "concurrent_mode": true,
  "model_pairs": [
    {
      "model_a": {"repo": "examples", "model": "mnist", "hp": "default"},
      "model_b": {"repo": "Person_reID", "model": "densenet121", "hp": "default"}
    }
  ]
})");
  EXPECT_EQ(study.name, "concurrent_hp_study_pair1");
  ASSERT_EQ(study.pairs.size(), 1U);
  EXPECT_EQ(study.pairs[0].a, "examples/mnist");
  EXPECT_EQ(study.pairs[0].b, "Person_reID_baseline_pytorch/densenet121");
  EXPECT_EQ(study.scale, Scale::full);
  EXPECT_EQ(study.solo_runs, SoloRuns::shared);
  EXPECT_EQ(study.repetitions, 1);
  ASSERT_EQ(study.mutated.size(), 2U);
  EXPECT_EQ(study.mutated[0].name, "learning_rate");
}

TEST(StudyFile, ReadsEverythingThatAStudyCanSay) {
  const Study study = test::study_from(test::study_text(R"(
    "scale": "quick", "device": "cuda", "solo_runs": "literal", "overlap": "sustained",
    "order": "as_listed", "order_seed": 99, "repetitions": 3, "seed": 5, "sampling_hz": 20,
    "cool_down_s": 60, "timeout_s": 120, "equivalence_bound_percent": 2.5,
    "no_progress_s": 90, "start_skew_at_most_s": 0.5, "log_limit_mib": 16,
    "wait_for_gpu_at_most_s": 7200, "accept_contaminated": true, "retries": 5, "ready_timeout_s": 30, "memory_limit_mib": 8000,
    "description": "all of it", "data_folder": "/data",
    "resources": {"threads": 2, "wait_policy": "active", "cores": [0, 1]},
    "cpu_power_model": {"name": "office PC", "idle_w": 20, "busy_core_w": 11},
    "mutate": {"batch_size": {"half": "default/2", "fixed": 7}})"));
  EXPECT_EQ(study.scale, Scale::quick);
  EXPECT_EQ(study.device, Device::cuda);
  EXPECT_EQ(study.solo_runs, SoloRuns::literal);
  EXPECT_EQ(study.overlap, Overlap::sustained);
  EXPECT_EQ(study.order, RunOrder::as_listed);
  EXPECT_EQ(study.order_seed, 99U);
  EXPECT_EQ(study.repetitions, 3);
  EXPECT_EQ(study.seed, 5);
  EXPECT_EQ(study.sampling_hz, 20);
  EXPECT_EQ(study.cool_down_s, 60);
  EXPECT_EQ(study.timeout_s, 120);
  EXPECT_EQ(study.no_progress_s, 90);
  EXPECT_EQ(study.start_skew_at_most_s, 0.5);
  EXPECT_EQ(study.log_limit_mib, 16);
  EXPECT_EQ(study.wait_for_gpu_at_most_s, 7200);
  EXPECT_TRUE(study.accept_contaminated);
  EXPECT_EQ(study.retries, 5);
  EXPECT_EQ(study.ready_timeout_s, 30);
  EXPECT_EQ(study.memory_limit_mib, 8000);
  EXPECT_EQ(study.equivalence_bound_percent, 2.5);
  EXPECT_EQ(study.data_folder, "/data");
  EXPECT_EQ(study.resources, (Resources{2, "active", {0, 1}}));
  EXPECT_EQ(study.cpu_power_model->name, "office PC");
  ASSERT_EQ(study.mutated.size(), 1U);
  EXPECT_EQ(study.mutated[0].levels[0].name, "half");
  EXPECT_EQ(study.mutated[0].levels[1].expression.text(), "7");
}

TEST(StudyFile, TakesAPowerModelByTheThermalDesignPower) {
  const Study study = test::study_from(test::study_text(
      R"("cpu_power_model": {"name": "65 W part", "tdp_w": 65, "cores": 8, "idle_w": 10})"));
  EXPECT_EQ(study.cpu_power_model->name, "65 W part");
  EXPECT_EQ(study.cpu_power_model->idle_w, 10);
  EXPECT_DOUBLE_EQ(study.cpu_power_model->busy_core_w, (65.0 - 10) / 8);
}

TEST(StudyFile, TakesHyperparametersInPlaceOfTheDefault) {
  const Study study = test::study_from(test::study_text("", R"(
    {"model_a": {"repo": "examples", "model": "mnist"},
     "model_b": {"repo": "examples", "model": "mnist_rnn", "hp": {"batch_size": 64}}})"));
  EXPECT_EQ(study.pairs[0].base_b.at("batch_size"), 64);
  EXPECT_EQ(study.pairs[0].base_a.at("epochs"), 10);
}

TEST(StudyFile, ReadsSeveralDevicesAndWhatMayBeMadeOnThem) {
  const Study cores = test::study_from(test::study_text(
      R"("devices": [{"cores": [0, 1]}, {"cores": [2, 3]}], "device_affinity": "any")"));
  EXPECT_EQ(cores.device_count(), 2U);
  EXPECT_EQ(cores.devices[1].name(), "cores 2,3");
  EXPECT_EQ(cores.device_affinity, DeviceAffinity::any);
  const Study gpus = test::study_from(test::study_text(
      R"("device": "cuda", "devices": [{"gpu": "GPU-1"}, {"gpu": "GPU-2", "cores": [4]}])"));
  EXPECT_EQ(gpus.devices[0].name(), "GPU-1");
  EXPECT_EQ(gpus.devices[1].name(), "GPU-2 with cores 4");
  EXPECT_EQ(gpus.device_affinity, DeviceAffinity::block);
}

TEST(StudyFile, TakesOneDeviceForWhatGpuAndCoresOfResourcesSay) {
  const auto same_runs = [](const std::string& left, const std::string& right) {
    const Study one = test::study_from(test::study_text(left));
    const Study other = test::study_from(test::study_text(right));
    EXPECT_TRUE(one.devices.empty());
    EXPECT_EQ(one.gpu, other.gpu);
    EXPECT_EQ(make_plan(one, test::catalogue(), "").runs[0].id,
              make_plan(other, test::catalogue(), "").runs[0].id);
  };
  same_runs(R"("devices": [{"cores": [0, 1]}])", R"("resources": {"cores": [0, 1]})");
  same_runs(R"("device": "cuda", "devices": [{"gpu": "GPU-1"}])",
            R"("device": "cuda", "gpu": "GPU-1")");
}

TEST(StudyFile, ReadsHowAGpuIsShared) {
  const auto sharing_of = [](const std::string& sharing) {
    return test::study_from(test::study_text(R"("device": "cuda", "sharing": )" + sharing)).sharing;
  };
  EXPECT_EQ(sharing_of(R"("time_slicing")"), Sharing{});
  EXPECT_EQ(describe(sharing_of(R"("mps")")), "MPS");
  EXPECT_EQ(describe(sharing_of(R"({"mps": {"thread_percentages": [60, 40]}})")),
            "MPS with 60 % and 40 % of the threads");
  EXPECT_EQ(describe(sharing_of(R"({"mig": "MIG-1"})")), "the MIG slice MIG-1");
  const Study by_gpu = test::study_from(test::study_text(R"("device": "cuda", "gpu": "MIG-1")"));
  EXPECT_EQ(by_gpu.sharing, sharing_of(R"({"mig": "MIG-1"})"));
}

std::vector<std::pair<std::string, std::string>> pairs_of(const Study& study) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const StudyPair& pair : study.pairs) pairs.emplace_back(pair.a, pair.b);
  return pairs;
}

Study ready_study(const std::string& name) {
  return read_study(core::shipped_file("studies/" + name), test::catalogue());
}

TEST(ReadyStudies, HaveTheSeedsPairsAtBothScales) {
  for (const char* name : {"seed-full.json", "seed-full-quick.json"}) {
    const Study full = ready_study(name);
    ASSERT_EQ(full.pairs.size(), seed_pairs().size()) << name;
    for (size_t i = 0; i < full.pairs.size(); ++i) {
      EXPECT_EQ(std::pair(full.pairs[i].a, full.pairs[i].b), seed_pairs().at(i)) << name;
    }
  }
  const Study pilot = ready_study("pilot.json");
  EXPECT_EQ(pairs_of(pilot), pairs_of(ready_study("seed-pilot.json")));
  EXPECT_EQ(pilot.pairs.size(), 3U);
  EXPECT_EQ(pilot.scale, Scale::quick);
  EXPECT_EQ(ready_study("mnist-family.json").pairs.size(), 3U);
}

}  // namespace
}  // namespace tandem::study

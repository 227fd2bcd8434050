#include "study/run_spec.h"

#include <gtest/gtest.h>

#include <set>

namespace tandem::study {
namespace {

RunSpec example() {
  RunSpec spec;
  spec.participants = {{"examples/mnist", {{"epochs", 10}, {"learning_rate", 0.01}}, 1},
                       {"MRT-OAST/default", {{"epochs", 10}, {"learning_rate", 1e-4}}, 1}};
  spec.machine_class = "Example 3000 x8";
  return spec;
}

TEST(RunId, IsReadableAndSafeAsAFolderName) {
  const std::string id = example().id();
  EXPECT_TRUE(id.starts_with("mnist+MRT-OAST-full-r1-")) << id;
  EXPECT_EQ(id.find_first_of("/ \\\"'"), std::string::npos) << id;
}

TEST(RunId, ChangesWithEverythingThatDefinesTheRun) {
  std::set<std::string> ids = {example().id()};
  const auto expect_new = [&](auto change) {
    RunSpec spec = example();
    change(spec);
    EXPECT_TRUE(ids.insert(spec.id()).second) << spec.id();
  };
  expect_new([](RunSpec& spec) { spec.participants[1].hyperparameters["learning_rate"] = 2e-5; });
  expect_new([](RunSpec& spec) { spec.participants[0].seed = 2; });
  expect_new([](RunSpec& spec) { spec.participants.pop_back(); });
  expect_new([](RunSpec& spec) { std::swap(spec.participants[0], spec.participants[1]); });
  expect_new([](RunSpec& spec) { spec.scale = Scale::quick; });
  expect_new([](RunSpec& spec) { spec.device = Device::cuda; });
  expect_new([](RunSpec& spec) { spec.overlap = Overlap::sustained; });
  expect_new([](RunSpec& spec) { spec.resources.threads = 2; });
  expect_new([](RunSpec& spec) { spec.resources.wait_policy = "active"; });
  expect_new([](RunSpec& spec) { spec.resources.cores = {0, 1}; });
  expect_new([](RunSpec& spec) { spec.repetition = 2; });
  expect_new([](RunSpec& spec) { spec.instance = "copy"; });
  expect_new([](RunSpec& spec) { spec.gpu = "GPU-1"; });
  expect_new([](RunSpec& spec) { spec.any_cores = 2; });
  expect_new([](RunSpec& spec) { spec.sharing.mode = Sharing::Mode::mps; });
  expect_new([](RunSpec& spec) { spec.sharing = {Sharing::Mode::mig, "MIG-1", {}}; });
  expect_new([](RunSpec& spec) { spec.sharing = {Sharing::Mode::mps, "", {60, 40}}; });
  expect_new([](RunSpec& spec) { spec.machine_class = "another machine"; });
}

TEST(RunId, StaysTheSameFromOneVersionToTheNext) {
  // Results that people have would be lost to their studies if this changed.
  EXPECT_EQ(example().id(), "mnist+MRT-OAST-full-r1-25af9c87d842");
}

TEST(RunId, OfASoloRunDoesNotDependOnTheOverlapPolicy) {
  RunSpec spec = example();
  spec.participants.pop_back();
  const std::string once = spec.id();
  spec.overlap = Overlap::sustained;
  EXPECT_EQ(spec.id(), once);
}

TEST(RunSpec, SurvivesJson) {
  RunSpec spec = example();
  spec.overlap = Overlap::sustained;
  spec.scale = Scale::quick;
  spec.device = Device::cuda;
  spec.resources = {2, "active", {0, 3}};
  spec.instance = "copy";
  spec.gpu = "GPU-1";
  spec.any_cores = 2;
  for (const Sharing& sharing :
       {Sharing{}, Sharing{Sharing::Mode::mps, "", {60, 40}}, Sharing{Sharing::Mode::mps, "", {}},
        Sharing{Sharing::Mode::mig, "MIG-1", {}}}) {
    spec.sharing = sharing;
    EXPECT_EQ(core::Json::parse(core::Json(spec).dump()).get<RunSpec>(), spec);
  }
  EXPECT_EQ(core::Json::parse(core::Json(spec).dump()).get<RunSpec>(), spec);
}

}  // namespace
}  // namespace tandem::study

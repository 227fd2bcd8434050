#include "study/workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "studies.h"
#include "temporary_folder.h"

namespace tandem::study {
namespace {

using ::testing::HasSubstr;

TEST(ShippedCatalogue, HasTheSixteenWorkloadsInTheStudysOrder) {
  const auto& workloads = test::catalogue().workloads();
  ASSERT_EQ(workloads.size(), 16U);
  EXPECT_EQ(workloads.front().id(), "examples/mnist");
  EXPECT_EQ(workloads[7].id(), "Person_reID_baseline_pytorch/densenet121");
  EXPECT_EQ(workloads.back().id(), "examples/word_lm");
  for (size_t i = 0; i < workloads.size(); ++i) {
    EXPECT_EQ(workloads[i].catalogue_position, static_cast<int>(i) + 1);
  }
}

TEST(ShippedCatalogue, HoldsTheStudysFigures) {
  const Workload& densenet = *test::catalogue().find("Person_reID", "densenet121");
  EXPECT_EQ(densenet.catalogue.memory_mb, 3300);
  EXPECT_EQ(densenet.catalogue.gpu_util_percent, 71.9);
  EXPECT_EQ(densenet.catalogue.duration_s, 2329);
  EXPECT_EQ(densenet.catalogue.known_runs, 7);
  EXPECT_EQ(densenet.memory_class(), MemoryClass::high);
  EXPECT_EQ(densenet.performance_metric, "rank1");
  EXPECT_FALSE(test::catalogue().find("examples", "word_lm")->higher_is_better);
}

TEST(ShippedCatalogue, TrainsTheMnistFamily) {
  for (const char* model : {"mnist", "mnist_rnn", "mnist_ff"}) {
    const Workload& workload = *test::catalogue().find("examples", model);
    EXPECT_TRUE(workload.can_train()) << model;
    EXPECT_GE(workload.defaults(Scale::quick).at("epochs"), 4) << model;
  }
}

core::Json minimal() {
  return core::Json::parse(R"({
    "manifest_version": 1, "repo": "mine", "model": "net", "title": "t", "domain": "vision",
    "architecture": "cnn",
    "catalogue": {"position": 100, "memory_mb": 1, "gpu_util_percent": 2, "duration_s": 3},
    "command": ["train.py", "--fast"],
    "hyperparameters": {"epochs": {"flag": "--epochs", "type": "integer", "default": 4, "least": 1,
                                    "most": 1000}},
    "performance_metric": {"name": "accuracy", "direction": "higher_is_better"}})");
}

std::string message_of(const core::Json& manifest) {
  try {
    parse_workload(manifest, "mine.json");
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Manifest, OfOnesOwnIsReadLikeAShippedOne) {
  const Workload workload = parse_workload(minimal(), "mine.json");
  EXPECT_EQ(workload.id(), "mine/net");
  EXPECT_EQ(workload.command, (std::vector<std::string>{"train.py", "--fast"}));
  EXPECT_EQ(workload.defaults(Scale::quick).at("epochs"), 4);
  EXPECT_EQ(workload.expected_duration_s.quick, 3);
}

TEST(Manifest, WithAMistakeNamesThePlace) {
  core::Json manifest = minimal();
  manifest["hyperparameters"]["epochs"]["default"] = 0;
  EXPECT_THAT(message_of(manifest), HasSubstr("$.hyperparameters.epochs.default"));

  manifest = minimal();
  manifest.erase("performance_metric");
  EXPECT_THAT(message_of(manifest), HasSubstr("$.performance_metric"));

  manifest = minimal();
  manifest["command"] = "train.py --fast";
  EXPECT_THAT(message_of(manifest), HasSubstr("a list"));

  manifest = minimal();
  manifest["hyperparameters"].erase("epochs");
  EXPECT_THAT(message_of(manifest), HasSubstr("every workload takes epochs"));

  manifest = minimal();
  manifest["hyperparameters"]["epochs"]["least"] = 0;
  EXPECT_THAT(message_of(manifest), HasSubstr("least at least 1"));

  manifest = minimal();
  manifest["hyperparameters"]["epochs"]["type"] = "real";
  EXPECT_THAT(message_of(manifest), HasSubstr("type integer"));

  manifest = minimal();
  manifest["comand"] = core::Json::array({"x"});
  EXPECT_THAT(message_of(manifest), HasSubstr("perhaps command"));

  manifest = minimal();
  manifest["performance_metric"]["direction"] = "up";
  EXPECT_THAT(message_of(manifest), HasSubstr("higher_is_better or lower_is_better"));
}

TEST(Catalogue, RefusesTheSameWorkloadTwice) {
  const test::TemporaryFolder folder;
  folder.write("one.json", minimal().dump());
  folder.write("two.json", minimal().dump());
  try {
    Catalogue::read(folder.path());
    FAIL() << "no error";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("mine/net"));
  }
}

TEST(Catalogue, FindsByTheRepositorysShortName) {
  EXPECT_NE(test::catalogue().find("Person_reID", "pcb"), nullptr);
  EXPECT_EQ(test::catalogue().find("Person_reID", "no-such-model"), nullptr);
}

}  // namespace
}  // namespace tandem::study

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "studies.h"

namespace tandem::study {
namespace {

using ::testing::HasSubstr;

/// A study file with one mistake, and what the message must say of it.
struct BrokenStudy {
  std::string name;
  std::string text;
  std::string place;
  std::string found;
  std::string expected;
};

void PrintTo(const BrokenStudy& broken, std::ostream* out) {
  *out << broken.name;
}

class BrokenStudyFile : public ::testing::TestWithParam<BrokenStudy> {};

TEST_P(BrokenStudyFile, IsRefusedWithPlaceFoundAndExpected) {
  const BrokenStudy& broken = GetParam();
  try {
    test::study_from(broken.text);
    FAIL() << "read without an error";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("study.json"));
    ASSERT_EQ(error.problems().size(), 1U) << error.what();
    EXPECT_EQ(error.problems()[0].place, broken.place);
    EXPECT_THAT(error.problems()[0].found, HasSubstr(broken.found));
    EXPECT_THAT(error.problems()[0].expected, HasSubstr(broken.expected));
  }
}

using test::pair;
using test::study_text;

const std::string mnist_pair = pair("examples/mnist", "examples/mnist_rnn");

INSTANTIATE_TEST_SUITE_P(
    All, BrokenStudyFile,
    ::testing::Values(
        BrokenStudy{"MemoryForNobody", study_text(R"("memory_limit_mib": 0)"), "$.memory_limit_mib",
                    "0", "a number from 16"},
        BrokenStudy{"SlurmFlagThatEndsItsLine",
                    study_text(R"("slurm": {"flags": ["--qos=a\n#SBATCH --uid=root"]})"),
                    "$.slurm.flags[0]", "--qos", "one option of sbatch"},
        BrokenStudy{"SlurmFlagOfTandems", study_text(R"("slurm": {"flags": ["--requeue"]})"),
                    "$.slurm.flags[0]", "--requeue", "tandem doesn't state itself"},
        BrokenStudy{"SlurmPartitionWithAShell", study_text(R"("slurm": {"partition": "a;reboot"})"),
                    "$.slurm.partition", "reboot", "a name of letters"},
        BrokenStudy{"SlurmTimesThatContradict",
                    study_text(R"("slurm": {"time_at_least_s": 7200, "time_at_most_s": 3600})"),
                    "$.slurm.time_at_least_s", "7200", "no more than time_at_most_s"},
        BrokenStudy{"RetriesForEver", study_text(R"("retries": "always")"), "$.retries",
                    "\"always\"", "a whole number from 0 to 100"},
        BrokenStudy{"AcceptsContaminationOnlyYesOrNo", study_text(R"("accept_contaminated": 1)"),
                    "$.accept_contaminated", "1", "true"},
        BrokenStudy{"NoTimeForProgress", study_text(R"("no_progress_s": 0)"), "$.no_progress_s",
                    "0", "1"},
        BrokenStudy{"NoJson", "{\n\"experiment_name\": \"x\"\n\"model_pairs\": []}",
                    "line 3, column 13", "model_pairs", "comma"},
        BrokenStudy{"CutOff", R"({"experiment_name": "x", "model_pairs": [)", "line 1, column 42",
                    "the end of the file", "JSON"},
        BrokenStudy{"DoubledKey", R"({"experiment_name": "x", "experiment_name": "y"})",
                    "the key \"experiment_name\"", "twice", "once"},
        BrokenStudy{"AList", "[1]", "$", "[1]", "a study"},
        BrokenStudy{"NoName", R"({"model_pairs": [)" + mnist_pair + "]}", "$.experiment_name",
                    "nothing", "name"},
        BrokenStudy{"NameWithAPath",
                    R"({"experiment_name": "../x", "model_pairs": [)" + mnist_pair + "]}",
                    "$.experiment_name", "../x", "letters"},
        BrokenStudy{"NoPairs", R"({"experiment_name": "x"})", "$.model_pairs", "nothing", "list"},
        BrokenStudy{"EmptyPairs", R"({"experiment_name": "x", "model_pairs": []})", "$.model_pairs",
                    "[]", "at least one"},
        BrokenStudy{"PairsAsObject", R"({"experiment_name": "x", "model_pairs": {}})",
                    "$.model_pairs", "{}", "a list"},
        BrokenStudy{"HalfAPair",
                    study_text("", R"({"model_a": )" + test::model("examples/mnist") + "}"),
                    "$.model_pairs[0].model_b", "nothing", "repo, model"},
        BrokenStudy{"ModelWithoutRepo", study_text("", R"({"model_a": {"model": "mnist"},
                    "model_b": {"repo": "examples", "model": "mnist_rnn"}})"),
                    "$.model_pairs[0].model_a.repo", "nothing", "repository"},
        BrokenStudy{"UnknownModel", study_text("", pair("examples/mnist", "examples/mnist_rn")),
                    "$.model_pairs[0].model_b", "examples/mnist_rn", "examples/mnist_rnn"},
        BrokenStudy{"UnknownRepository", study_text("", pair("exampels/mnist", "VulBERTa/cnn")),
                    "$.model_pairs[0].model_a", "exampels/mnist", "perhaps examples/mnist"},
        BrokenStudy{"UnknownMember", study_text("\"repetition\": 2"), "$.repetition", "unknown",
                    "perhaps repetitions"},
        BrokenStudy{"NotConcurrent", study_text("\"concurrent_mode\": false"), "$.concurrent_mode",
                    "false", "true"},
        BrokenStudy{"NoRepetitions", study_text("\"repetitions\": 0"), "$.repetitions", "0",
                    "from 1 to 1000"},
        BrokenStudy{"HalfARepetition", study_text("\"repetitions\": 1.5"), "$.repetitions", "1.5",
                    "whole number"},
        BrokenStudy{"UnknownScale", study_text(R"("scale": "tiny")"), "$.scale", "tiny",
                    "full or quick"},
        BrokenStudy{"UnknownDevice", study_text(R"("device": "gpu")"), "$.device", "gpu",
                    "cpu or cuda"},
        BrokenStudy{"UnknownOverlap", study_text(R"("overlap": true)"), "$.overlap", "true",
                    "once or sustained"},
        BrokenStudy{"NegativeSeed", study_text("\"order_seed\": -1"), "$.order_seed", "-1",
                    "from 0"},
        BrokenStudy{"LevelNotUnderstood",
                    study_text(R"("mutate": {"epochs": {"min": "half of default"}})"),
                    "$.mutate.epochs.min", "half of default", "default*0.2"},
        BrokenStudy{"LevelEqualToTheDefault",
                    study_text(R"("mutate": {"epochs": {"same": "default*1.01"}})"),
                    "$.mutate.epochs.same", "default*1.01 = 10", "differs"},
        BrokenStudy{"LevelOutOfBounds",
                    study_text(R"("mutate": {"epochs": {"none": "default*0"}})"),
                    "$.mutate.epochs.none", "= 0", "from 1"},
        BrokenStudy{"NoLevels", study_text(R"("mutate": {"epochs": {}})"), "$.mutate.epochs", "{}",
                    "at least one level"},
        BrokenStudy{"UnknownModelsToMutate", study_text(R"("mutate_models": "a")"),
                    "$.mutate_models", "\"a\"", "b or both"},
        BrokenStudy{"LevelThatOnlyADoesNotTake",
                    study_text(R"("mutate_models": "both",
                        "mutate": {"passes_per_epoch": {"more": "default*2"}})",
                               pair("examples/mnist", "examples/mnist_ff")),
                    "$.mutate.passes_per_epoch",
                    "no hyperparameter of examples/mnist, model_a of $.model_pairs[0]", "gamma"},
        BrokenStudy{"UnknownHyperparameter", study_text(R"("mutate": {"momentum": {"min": 0.1}})"),
                    "$.mutate.momentum", "no hyperparameter of examples/mnist_rnn",
                    "learning_rate"},
        BrokenStudy{"UnknownOverride", study_text("", R"({"model_a": {"repo": "examples",
                    "model": "mnist", "hp": {"momentum": 1}},
                    "model_b": {"repo": "examples", "model": "mnist_rnn"}})"),
                    "$.model_pairs[0].model_a.hp.momentum", "unknown hyperparameter", "epochs"},
        BrokenStudy{"OverrideOutOfBounds", study_text("", R"({"model_a": {"repo": "examples",
                    "model": "mnist", "hp": {"epochs": 0}},
                    "model_b": {"repo": "examples", "model": "mnist_rnn"}})"),
                    "$.model_pairs[0].model_a.hp.epochs", "0", "from 1"},
        BrokenStudy{"PairTwice", study_text("", mnist_pair + "," + mnist_pair), "$.model_pairs[1]",
                    "again", "repetitions"},
        BrokenStudy{"CoreTwice", study_text(R"("resources": {"cores": [0, 1, 0]})"),
                    "$.resources.cores[2]", "0", "each core once"},
        BrokenStudy{"UnknownWaitPolicy", study_text(R"("resources": {"wait_policy": "spin"})"),
                    "$.resources.wait_policy", "spin", "passive or active"},
        BrokenStudy{"HalfAPowerModel",
                    study_text(R"("cpu_power_model": {"name": "x", "idle_w": 3})"),
                    "$.cpu_power_model.busy_core_w", "nothing", "watts"},
        BrokenStudy{"PowerModelOfBothForms", study_text(R"("cpu_power_model": {"name": "x",
                    "tdp_w": 65, "cores": 8, "idle_w": 3, "busy_core_w": 4})"),
                    "$.cpu_power_model.busy_core_w", "beside tdp_w", "either busy_core_w"},
        BrokenStudy{"PowerModelWithoutIdle",
                    study_text(R"("cpu_power_model": {"name": "x", "tdp_w": 65, "cores": 8})"),
                    "$.cpu_power_model.idle_w", "nothing", "watts of the idle"},
        BrokenStudy{"PowerModelWithoutCores",
                    study_text(R"("cpu_power_model": {"name": "x", "tdp_w": 65, "idle_w": 8})"),
                    "$.cpu_power_model.cores", "nothing", "busy at once"},
        BrokenStudy{"PowerModelThatTakesMoreWhenIdle", study_text(R"("cpu_power_model":
                    {"name": "x", "tdp_w": 65, "cores": 8, "idle_w": 70})"),
                    "$.cpu_power_model.tdp_w", "65", "at least idle_w, 70"},
        BrokenStudy{"NegativePowerModel", study_text(R"("cpu_power_model":
                    {"name": "x", "tdp_w": -65, "cores": 8, "idle_w": 5})"),
                    "$.cpu_power_model.tdp_w", "-65", "from 0"},
        BrokenStudy{"PowerModelWithoutACore", study_text(R"("cpu_power_model":
                    {"name": "x", "tdp_w": 65, "cores": 0, "idle_w": 5})"),
                    "$.cpu_power_model.cores", "0", "from 1"},
        BrokenStudy{"NegativeIdlePower", study_text(R"("cpu_power_model":
                    {"name": "x", "idle_w": -5, "busy_core_w": 2})"),
                    "$.cpu_power_model.idle_w", "-5", "from 0"},
        BrokenStudy{"PowerModelWithoutAName", study_text(R"("cpu_power_model":
                    {"name": "", "idle_w": 5, "busy_core_w": 2})"),
                    "$.cpu_power_model.name", "\"\"", "not empty"},
        BrokenStudy{"PowerModelAsANumber", study_text(R"("cpu_power_model": 65)"),
                    "$.cpu_power_model", "65", "idle_w"},
        BrokenStudy{"NoDevice", study_text(R"("devices": [])"), "$.devices", "[]",
                    "at least one device"},
        BrokenStudy{"DeviceAsAName", study_text(R"("devices": ["cpu"])"), "$.devices[0]", "cpu",
                    "an object such as {\"cores\": [0, 1]}"},
        BrokenStudy{"DeviceWithoutCores", study_text(R"("devices": [{"cores": [0]}, {}])"),
                    "$.devices[1].cores", "nothing", "a list of cores"},
        BrokenStudy{"DeviceOfNoCores", study_text(R"("devices": [{"cores": []}])"),
                    "$.devices[0].cores", "[]", "at least one core"},
        BrokenStudy{"CoreSetsThatOverlap",
                    study_text(R"("devices": [{"cores": [0, 1]}, {"cores": [2, 1]}])"),
                    "$.devices[1].cores", "core 1", "$.devices[0] has it too"},
        BrokenStudy{"CoreTwiceInADevice", study_text(R"("devices": [{"cores": [3, 3]}])"),
                    "$.devices[0].cores[1]", "3", "each core once"},
        BrokenStudy{"GpuTwice", study_text(R"("device": "cuda",
                    "devices": [{"gpu": "GPU-1"}, {"gpu": "GPU-2"}, {"gpu": "GPU-1"}])"),
                    "$.devices[2].gpu", "GPU-1", "each GPU once; $.devices[0] has it"},
        BrokenStudy{"GpuForAStudyOnTheCpu",
                    study_text(R"("devices": [{"gpu": "GPU-1", "cores": [0]}])"),
                    "$.devices[0].gpu", "GPU-1", "no GPU here"},
        BrokenStudy{"CoresForAStudyOnGpus",
                    study_text(R"("device": "cuda", "devices": [{"cores": [0]}])"),
                    "$.devices[0].gpu", "nothing", "UUID or PCI address"},
        BrokenStudy{"DevicesBesideAGpu", study_text(R"("device": "cuda", "gpu": "GPU-1",
                    "devices": [{"gpu": "GPU-2"}])"),
                    "$.gpu", "GPU-1", "one of gpu and devices"},
        BrokenStudy{"CoresInTwoPlaces",
                    study_text(R"("resources": {"cores": [4]}, "devices": [{"cores": [0]}])"),
                    "$.devices", "cores", "no cores in $.resources"},
        BrokenStudy{"UnequalDevicesForAnyRun", study_text(R"("device_affinity": "any",
                    "devices": [{"cores": [0, 1]}, {"cores": [2]}])"),
                    "$.devices[1].cores", "1 cores", "2 cores, as the first device has"},
        BrokenStudy{"UnknownAffinity", study_text(R"("device_affinity": "pair")"),
                    "$.device_affinity", "pair", "block or any"},
        BrokenStudy{"UnknownSharing", study_text(R"("device": "cuda", "sharing": "fair")"),
                    "$.sharing", "fair", "time_slicing"},
        BrokenStudy{"SharingInTwoWays", study_text(R"("device": "cuda",
                    "sharing": {"mps": {"thread_percentages": [50, 50]}, "mig": "MIG-1"})"),
                    "$.sharing", "mps", "time_slicing"},
        BrokenStudy{"MpsOnTheCpu", study_text(R"("sharing": "mps")"), "$.sharing", "mps",
                    "share a GPU"},
        BrokenStudy{"MpsWithOnePercentage", study_text(R"("device": "cuda",
                    "sharing": {"mps": {"thread_percentages": [50]}})"),
                    "$.sharing.mps.thread_percentages", "[50]", "of A and of B"},
        BrokenStudy{"MpsWithNothing", study_text(R"("device": "cuda",
                    "sharing": {"mps": {"thread_percentages": [0, 50]}})"),
                    "$.sharing.mps.thread_percentages[0]", "0", "from 1 to 100"},
        BrokenStudy{"MigSliceByANumber", study_text(R"("device": "cuda", "sharing": {"mig": "0"})"),
                    "$.sharing.mig", "0", "the UUID of a MIG slice"},
        BrokenStudy{"MigSliceBesideAGpu", study_text(R"("device": "cuda", "gpu": "GPU-1",
                    "sharing": {"mig": "MIG-1"})"),
                    "$.gpu", "GPU-1", "$.sharing.mig says where"},
        BrokenStudy{"MigSlicesAsDevices", study_text(R"("device": "cuda",
                    "devices": [{"gpu": "GPU-1"}, {"gpu": "MIG-1"}])"),
                    "$.devices[1].gpu", "MIG-1", "whole board only"},
        BrokenStudy{"SamplingTooFast", study_text("\"sampling_hz\": 1e6"), "$.sampling_hz",
                    "1000000", "from 0.1 to 100"}),
    [](const auto& broken) { return broken.param.name; });

TEST(BrokenStudyFile, WithManyMistakesNamesAllOfThemAtOnce) {
  try {
    test::study_from(R"({"experiment_name": "", "scale": "tiny", "seed": "x",
      "model_pairs": [{"model_a": {"repo": "examples", "model": "nope"}, "model_c": 1}]})");
    FAIL() << "read without an error";
  } catch (const core::UserError& error) {
    EXPECT_EQ(error.problems().size(), 6U) << error.what();
  }
}

}  // namespace
}  // namespace tandem::study

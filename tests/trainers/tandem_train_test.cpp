#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mnist_files.h"
#include "trainer_process.h"

namespace tandem::trainers::test {
namespace {

using testing::HasSubstr;

/// The real program, as tandem meets it.
class TandemTrain : public testing::Test {
 protected:
  void SetUp() override { write_mnist(folder_.path(), 64, 20); }

  ProcessResult train(Answer answer, std::vector<std::string> flags = {"--epochs", "2"}) {
    flags.insert(flags.begin(),
                 {"mnist_rnn", "--scale", "quick", "--data", folder_.path().string()});
    return run_trainer(std::move(flags), answer);
  }

  void expect_failed(const ProcessResult& result, int exit_code, const std::string& reason,
                     const std::string& message) {
    EXPECT_EQ(result.exit_code, exit_code) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr(message));
    ASSERT_FALSE(result.events.empty());
    EXPECT_EQ(result.events.back()["type"], "failed");
    EXPECT_EQ(result.events.back()["reason"], reason);
    EXPECT_THAT(result.events.back()["message"].get<std::string>(), HasSubstr(message));
  }

  TemporaryFolder folder_;
};

TEST_F(TandemTrain, SpeaksTheProtocolFromReadyToFinal) {
  const ProcessResult result = train(Answer::go, {"--epochs", "2", "--seed", "5"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  ASSERT_EQ(result.events.size(), 5u);
  const nlohmann::json& ready = result.events[0];
  EXPECT_EQ(ready["type"], "ready");
  EXPECT_EQ(ready["protocol"], 1);
  EXPECT_EQ(ready["data"], "real");
  EXPECT_EQ(ready["parameters"], 26'602);
  EXPECT_EQ(ready["train_samples"], 64);
  EXPECT_EQ(ready["test_samples"], 20);
  EXPECT_EQ(ready["threads"], 1);
  EXPECT_EQ(ready["scale"], "quick");
  EXPECT_EQ(ready["seed"], 5);
  EXPECT_EQ(ready["hyperparameters"]["epochs"], 2);
  EXPECT_FALSE(ready["cores"].empty());
  for (const char* name : {"libtorch", "blas", "compiler"}) {
    EXPECT_TRUE(ready["software"][name].is_string()) << name;
  }
  EXPECT_EQ(result.events[1]["type"], "started");
  EXPECT_EQ(result.events[2]["epoch"], 1);
  EXPECT_EQ(result.events[3]["epoch"], 2);
  EXPECT_GT(result.events[3]["train_loss"], 0);
  EXPECT_GT(result.events[3]["tensor_memory_peak_mib"], 0);
  EXPECT_EQ(result.events[4]["type"], "final");
  EXPECT_EQ(result.events[4]["epochs"], 2);
  EXPECT_EQ(result.events[4]["metrics"], result.events[3]["metrics"]);
}

TEST_F(TandemTrain, WritesAReadableLogBesideTheEvents) {
  EXPECT_THAT(train(Answer::go).output, HasSubstr("epoch 2/2: train loss"));
}

TEST_F(TandemTrain, RunsOnItsOwnWithoutTandem) {
  const ProcessResult result = train(Answer::none);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("epoch 1/2: train loss"));
  EXPECT_THAT(result.output, HasSubstr("final: 2 epochs, accuracy"));
}

TEST_F(TandemTrain, GivesTheSameLossesTwice) {
  const auto first = train(Answer::go).events, second = train(Answer::go).events;
  ASSERT_EQ(first.size(), 5u);
  ASSERT_EQ(second.size(), 5u);
  for (const std::size_t i : {2u, 3u}) {
    EXPECT_EQ(first[i]["train_loss"], second[i]["train_loss"]);
    EXPECT_EQ(first[i]["metrics"], second[i]["metrics"]);
  }
}

TEST_F(TandemTrain, EndsWithFiveWhenCalledOff) {
  const ProcessResult result = train(Answer::hang_up);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.errors, HasSubstr("called off before its start"));
}

TEST_F(TandemTrain, EndsWithOneWhenTandemGoesAwayLater) {
  const ProcessResult result = train(Answer::go_then_hang_up, {"--epochs", "1000000"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("tandem went away"));
}

TEST_F(TandemTrain, EndsWithOneWhenTheAnswerIsNotGo) {
  expect_failed(train(Answer::garbage), 1, "failure", "expected {\"type\":\"go\"}");
}

TEST_F(TandemTrain, EndsWithTwoForABadFlag) {
  expect_failed(train(Answer::go, {"--learning-rate", "minus"}), 2, "bad_flag",
                "--learning-rate: found 'minus'");
  expect_failed(run_trainer({"no_such_workload"}, Answer::go), 2, "bad_flag", "no_such_workload");
}

TEST_F(TandemTrain, EndsWithTwoForAFlagThatStandsTwice) {
  expect_failed(train(Answer::go, {"--epochs", "2", "--epochs", "3"}), 2, "bad_flag", "--epochs");
}

TEST_F(TandemTrain, EndsWithTwoForADeviceThatIsNotThere) {
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  expect_failed(train(Answer::go, {"--device", "cuda"}), 2, "bad_flag",
                "--device: found 'cuda', expected cpu");
}

TEST_F(TandemTrain, EndsWithThreeForBadData) {
  write_file(folder_.path() / "train-labels-idx1-ubyte", "nonsense");
  expect_failed(train(Answer::go), 3, "bad_data", "train-labels-idx1-ubyte: found magic number");
  expect_failed(run_trainer({"mnist", "--data", "/nowhere"}, Answer::go), 3, "bad_data",
                "/nowhere/train-images-idx3-ubyte");
}

TEST_F(TandemTrain, EndsWithFourWhenTheLossIsNotFinite) {
  const ProcessResult result = run_trainer(
      {"mnist", "--scale", "quick", "--learning-rate", "1e30", "--data", folder_.path().string()},
      Answer::go);
  expect_failed(result, 4, "non_finite_loss", "the training loss of epoch 1 is");
}

TEST_F(TandemTrain, RejectsAVariableThatNamesNoSocket) {
  const ProcessResult result = run_process(
      {"/usr/bin/env", "TANDEM_EVENTS=77", TANDEM_TRAIN_PROGRAM, "mnist", "--data", "/nowhere"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("TANDEM_EVENTS: found '77'"));
}

TEST_F(TandemTrain, ListsItsWorkloadsAsJson) {
  const ProcessResult result = run_process({TANDEM_TRAIN_PROGRAM, "--list"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(result.output)[0]["name"], "mnist");
}

}  // namespace
}  // namespace tandem::trainers::test

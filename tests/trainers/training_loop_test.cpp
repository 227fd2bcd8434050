#include "training_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <sstream>

#include "expect_error.h"

namespace tandem::trainers::test {
namespace {

/// Writes down what is called and gives made-up losses.
class FakeWorkload : public Workload {
 public:
  explicit FakeWorkload(std::vector<double> losses) : losses_(std::move(losses)) {}

  DataDescription data() const override {
    return {.synthetic = true, .train_samples = 60, .test_samples = 10};
  }
  void initialize() override { calls += "initialize "; }
  std::int64_t parameters() const override { return 5; }
  void warm_up() override { calls += "warm_up "; }
  double train_epoch() override {
    calls += "train ";
    return losses_.at(epoch_++);
  }
  Metrics evaluate() override {
    calls += "evaluate ";
    return {{"accuracy", 0.5 + 0.1 * static_cast<double>(epoch_)}};
  }

  std::string calls;

 private:
  std::vector<double> losses_;
  std::size_t epoch_ = 0;
};

/// Runs the loop against a tandem that has already said go. Returns what it was told.
std::vector<nlohmann::json> events_of(Workload& workload, std::int64_t epochs) {
  int sockets[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  const std::string go = "{\"type\":\"go\"}\n";
  EXPECT_EQ(::write(sockets[0], go.data(), go.size()), static_cast<ssize_t>(go.size()));
  EventStream stream(sockets[1]);
  try {
    run_training(workload, epochs, {{"device", "cpu"}}, stream);
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.code(), ExitCode::non_finite_loss);
    EXPECT_STREQ(error.what(), "the training loss of epoch 2 is nan");
  }
  std::string text(65536, '\0');
  text.resize(static_cast<std::size_t>(::read(sockets[0], text.data(), text.size())));
  ::close(sockets[0]);
  ::close(sockets[1]);
  std::vector<nlohmann::json> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

TEST(TrainingLoop, ReportsReadyStartedEveryEpochAndFinal) {
  FakeWorkload workload({2.0, 1.0});
  const auto events = events_of(workload, 2);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0], nlohmann::json::parse(R"({"type": "ready", "protocol": 1, "device": "cpu",
      "data": "synthetic", "parameters": 5, "train_samples": 60, "test_samples": 10})"));
  EXPECT_EQ(events[1], nlohmann::json::parse(R"({"type": "started"})"));
  EXPECT_EQ(events[2]["epoch"], 1);
  EXPECT_EQ(events[3]["epoch"], 2);
  EXPECT_EQ(events[3]["train_loss"], 1.0);
  EXPECT_EQ(events[3]["metrics"]["accuracy"], 0.7);
  EXPECT_GE(events[3]["train_seconds"], 0);
  EXPECT_GE(events[3]["eval_seconds"], 0);
  EXPECT_TRUE(events[3].contains("tensor_memory_peak_mib"));
  EXPECT_EQ(events[4], nlohmann::json::parse(
                           R"({"type": "final", "epochs": 2, "metrics": {"accuracy": 0.7}})"));
}

TEST(TrainingLoop, StartsAnewAfterTheWarmUp) {
  FakeWorkload workload({2.0});
  events_of(workload, 1);
  EXPECT_EQ(workload.calls, "initialize warm_up initialize train evaluate ");
}

TEST(TrainingLoop, JudgesTheUntrainedNetworkWhenThereIsNoEpoch) {
  FakeWorkload workload({});
  const auto events = events_of(workload, 0);
  EXPECT_EQ(workload.calls, "initialize warm_up initialize evaluate ");
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2], nlohmann::json::parse(
                           R"({"type": "final", "epochs": 0, "metrics": {"accuracy": 0.5}})"));
}

TEST(TrainingLoop, EndsWithoutFinalWhenTheLossIsNotFinite) {
  FakeWorkload workload({2.0, std::nan(""), 1.0});
  const auto events = events_of(workload, 3);
  EXPECT_EQ(events.back()["type"], "epoch");
  EXPECT_EQ(events.back()["epoch"], 1);
}

}  // namespace
}  // namespace tandem::trainers::test

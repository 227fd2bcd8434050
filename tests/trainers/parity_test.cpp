#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <sstream>

#include "mnist_files.h"
#include "trainer_process.h"

namespace tandem::trainers::test {
namespace {

struct ParityCase {
  std::string workload;
  std::vector<std::string> flags;

  friend void PrintTo(const ParityCase& each, std::ostream* stream) { *stream << each.workload; }
};

/// The same training, written in Python without a look at ours, must lose the same bit for bit: on
/// one machine both use one libtorch build (Debian's), seed, batch order and number of threads.
class Parity : public testing::TestWithParam<ParityCase> {};

TEST_P(Parity, LossesAreThoseOfPythonsPyTorch) {
  const TemporaryFolder folder;
  write_mnist(folder.path(), 330, 120);
  std::vector<std::string> flags{
      GetParam().workload, "--data", folder.path().string(), "--epochs", "3", "--seed", "11"};
  flags.insert(flags.end(), GetParam().flags.begin(), GetParam().flags.end());

  auto python_arguments = flags;
  python_arguments.insert(python_arguments.begin(), {"/usr/bin/python3", TANDEM_TRAINING_ORACLE});
  const ProcessResult python = run_process(python_arguments);
  ASSERT_EQ(python.exit_code, 0) << "the oracle needs python3-torch: " << python.errors;

  flags.insert(flags.end(), {"--scale", "quick"});
  const ProcessResult ours = run_trainer(flags, Answer::go);
  ASSERT_EQ(ours.exit_code, 0) << ours.errors;
  ASSERT_EQ(ours.events.size(), 6u);

  std::istringstream lines(python.output);
  double largest_difference = 0;
  for (std::size_t epoch = 1; epoch <= 3; ++epoch) {
    SCOPED_TRACE(epoch);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const auto expected = nlohmann::json::parse(line);
    const nlohmann::json& found = ours.events[epoch + 1];
    const double loss = found["train_loss"], expected_loss = expected["train_loss"];
    EXPECT_EQ(loss, expected_loss);
    EXPECT_EQ(found["metrics"]["accuracy"], expected["accuracy"]);
    largest_difference = std::max(largest_difference, std::abs(loss - expected_loss));
  }
  std::cout << GetParam().workload << ": largest difference of the losses " << largest_difference
            << '\n';
}

INSTANTIATE_TEST_SUITE_P(
    Of, Parity,
    testing::Values(
        ParityCase{"mnist", {"--learning-rate", "0.1", "--batch-size", "32", "--gamma", "0.7"}},
        ParityCase{"mnist_rnn", {"--learning-rate", "0.2", "--batch-size", "32", "--gamma", "0.7"}},
        ParityCase{"mnist_ff", {"--learning-rate", "0.03", "--batch-size", "50"}}),
    [](const auto& each) { return each.param.workload; });

}  // namespace
}  // namespace tandem::trainers::test

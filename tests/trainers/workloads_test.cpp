#include <algorithm>
#include <cmath>
#include <optional>

#include "data/mnist.h"
#include "expect_error.h"
#include "mnist_files.h"
#include "workload.h"

namespace tandem::trainers::test {
namespace {

class Workloads : public testing::Test {
 protected:
  void SetUp() override { write_mnist(folder_.path(), 130, 40); }

  static const WorkloadKind& kind(const std::string& name) {
    return *std::ranges::find(workload_kinds(), name, &WorkloadKind::name);
  }

  /// At quick scale; on made-up data where the workload makes them up. Only the small MNIST
  /// networks take all samples of the folder.
  std::unique_ptr<Workload> create(const WorkloadKind& kind, std::uint64_t seed = 1) {
    Settings settings;
    settings.scale = Scale::quick;
    settings.seed = seed;
    if (!kind.makes_up_data) settings.data = folder_.path();
    if (!kind.name.starts_with("mnist")) settings.samples_at_most = samples_at_most_;
    for (const auto& parameter : kind.hyperparameters) {
      settings.hyperparameters[parameter.name] = parameter.quick_default;
    }
    if (learning_rate_) settings.hyperparameters["learning_rate"] = *learning_rate_;
    return kind.create(settings);
  }

  /// Losses and metrics of two epochs.
  static std::vector<double> course(Workload& workload) {
    std::vector<double> values;
    for (int epoch = 0; epoch < 2; ++epoch) {
      values.push_back(workload.train_epoch());
      for (const auto& [name, value] : workload.evaluate()) values.push_back(value);
    }
    return values;
  }

  std::int64_t parameters(const std::string& name) {
    const auto workload = create(kind(name));
    workload->initialize();
    return workload->parameters();
  }

  TemporaryFolder folder_;
  std::int64_t samples_at_most_ = 48;
  std::optional<double> learning_rate_;  ///< Other than the kind's own.
};

TEST_F(Workloads, HaveTheirPublishedNumberOfParameters) {
  EXPECT_EQ(parameters("mnist"), 1'199'882);
  EXPECT_EQ(parameters("mnist_rnn"), 26'602);
  EXPECT_EQ(parameters("mnist_ff"), 643'000);
  EXPECT_EQ(parameters("siamese"), 11'432'897);
  EXPECT_EQ(parameters("resnet20"), 269'722);
  EXPECT_EQ(parameters("resnet32"), 464'154);
  EXPECT_EQ(parameters("resnet44"), 658'586);
  EXPECT_EQ(parameters("resnet56"), 853'018);
  // At quick scale; CodeNetworks.HaveTheirPublishedNumberOfParameters has the full scale's.
  EXPECT_EQ(parameters("vulberta_mlp"), 175'746);
  EXPECT_EQ(parameters("vulberta_cnn"), 192'686);
  EXPECT_EQ(parameters("bug_localization"), 10 * 2'101);
  EXPECT_EQ(parameters("word_lm"), 1'044'200);
}

TEST_F(Workloads, GiveTheSameCourseBitForBitForTheSameSeed) {
  for (const WorkloadKind& each : workload_kinds()) {
    SCOPED_TRACE(each.name);
    const auto first = create(each), second = create(each);
    first->initialize();
    const auto expected = course(*first);
    second->initialize();
    EXPECT_EQ(course(*second), expected);
  }
}

TEST_F(Workloads, GiveAnotherCourseForAnotherSeed) {
  for (const WorkloadKind& each : workload_kinds()) {
    SCOPED_TRACE(each.name);
    const auto first = create(each, 1), second = create(each, 2);
    first->initialize();
    second->initialize();
    EXPECT_NE(first->train_epoch(), second->train_epoch());
  }
}

TEST_F(Workloads, AreNotChangedByTheWarmUp) {
  for (const WorkloadKind& each : workload_kinds()) {
    SCOPED_TRACE(each.name);
    const auto workload = create(each);
    workload->initialize();
    const auto expected = course(*workload);
    workload->initialize();
    workload->warm_up();
    workload->initialize();
    EXPECT_EQ(course(*workload), expected);
  }
}

TEST_F(Workloads, LearnWhatCanBeLearned) {
  write_mnist(folder_.path(), 600, 100);
  samples_at_most_ = 96;
  for (const WorkloadKind& each : workload_kinds()) {
    SCOPED_TRACE(each.name);
    // Re-identification takes two steps an epoch here: they must be small ones.
    learning_rate_ = each.metric == "rank1" ? std::optional(0.004) : std::nullopt;
    const auto workload = create(each);
    workload->initialize();
    const double first_loss = workload->train_epoch();
    double last_loss = first_loss;
    for (int epoch = 0; epoch < 3; ++epoch) last_loss = workload->train_epoch();
    EXPECT_LT(last_loss, first_loss);
  }
}

TEST_F(Workloads, TakeDataWithASingleSampleInTheLastBatch) {
  write_mnist(folder_.path(), 33, 3);  // batch size 32 at quick scale
  const auto workload = create(kind("mnist_rnn"));
  workload->initialize();
  EXPECT_TRUE(std::isfinite(workload->train_epoch()));
}

TEST_F(Workloads, TakeMnistFilesUnderEachOfTheirNames) {
  const auto rename = [&](const std::string& from, const std::string& to) {
    std::filesystem::rename(folder_.path() / from, folder_.path() / to);
  };
  rename("train-images-idx3-ubyte", "train-images.idx3-ubyte");
  const auto labels = folder_.path() / "t10k-labels-idx1-ubyte";
  write_gzip(labels.string() + ".gz", read_file(labels));
  std::filesystem::remove(labels);
  const ImageDataSet mnist = load_mnist(folder_.path(), 100, 100);
  EXPECT_EQ(mnist.train.size(), 100);
  EXPECT_EQ(mnist.test.size(), 40);
}

TEST_F(Workloads, RejectMnistFilesThatDoNotFit) {
  const auto expect_bad_data = [&](const std::vector<std::string>& message) {
    expect_error(ExitCode::bad_data, message, [&] { load_mnist(folder_.path(), 100, 100); });
    write_mnist(folder_.path(), 130, 40);
  };
  const auto images = folder_.path() / "train-images-idx3-ubyte";
  const auto labels = folder_.path() / "train-labels-idx1-ubyte";
  std::filesystem::remove(images);
  expect_bad_data({images.string(), "no such file"});
  write_file(labels, idx_bytes({2}, std::string(2, '\1')));
  expect_bad_data({labels.string(), "found 2 labels, expected 130"});
  write_file(labels, idx_bytes({130}, std::string(129, '\1') + '\12'));
  expect_bad_data({labels.string(), "found label 10 at position 129, expected 0 to 9"});
  write_file(images, idx_bytes({130, 2, 3}, std::string(780, 'x')));
  expect_bad_data({images.string(), "found images of 2 × 3 pixels, expected 28 × 28"});
  write_file(images, idx_bytes({0, 28, 28}, ""));
  expect_bad_data({images.string(), "found 0 images"});
}

}  // namespace
}  // namespace tandem::trainers::test

#include "networks/word_lm.h"

#include <torch/torch.h>

#include <algorithm>

#include "expect_error.h"
#include "mnist_files.h"
#include "networks/batches.h"
#include "networks/gradients.h"
#include "workload.h"

namespace tandem::trainers::test {
namespace {

class WordLm : public testing::Test {
 protected:
  void write(const std::string& train, const std::string& valid, const std::string& test) {
    write_file(folder_.path() / "train.txt", train);
    write_file(folder_.path() / "valid.txt", valid);
    write_file(folder_.path() / "test.txt", test);
  }

  std::unique_ptr<Workload> create(double learning_rate = 1) {
    const WorkloadKind& kind =
        *std::ranges::find(workload_kinds(), std::string("word_lm"), &WorkloadKind::name);
    Settings settings;
    settings.scale = Scale::quick;
    settings.data = folder_.path();
    settings.hyperparameters = {{"learning_rate", learning_rate},
                                {"batch_size", 2},
                                {"bptt", 6},
                                {"dropout", 0.0},
                                {"gradient_clip", 0.25}};
    return kind.create(settings);
  }

  /// Training losses of some epochs.
  std::vector<double> losses(int epochs) {
    const auto workload = create(5);
    workload->initialize();
    std::vector<double> result;
    for (int epoch = 0; epoch < epochs; ++epoch) result.push_back(workload->train_epoch());
    return result;
  }

  static std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result + "\n";
  }

  TemporaryFolder folder_;
};

TEST_F(WordLm, HasThePublishedParametersWithTheWordsOfWikiText2) {
  // 401 V + 643,200, see the network.
  EXPECT_EQ(count_parameters(*make_word_lm(33'278, 0.2)), 13'987'678);
}

TEST_F(WordLm, GoesOnWithATextWhereItsStateEnded) {
  torch::manual_seed(1);
  const auto network = make_word_lm(50, 0);
  const auto words = torch::randint(50, {12, 3}, torch::kInt64);
  const auto whole = network->forward(words, {}).first;
  const auto [first, state] = network->forward(words.slice(0, 0, 5), {});
  const auto second = network->forward(words.slice(0, 5), state).first;
  EXPECT_TRUE(torch::allclose(torch::cat({first, second}), whole, 1e-5, 1e-6));
  EXPECT_FALSE(torch::allclose(network->forward(words.slice(0, 5), {}).first, second, 1e-5, 1e-6));
}

TEST_F(WordLm, LearnsATextThatRepeatsItself) {
  write(repeated("one two three four ", 30), repeated("one two three four ", 6),
        repeated("one two three four ", 6));
  const auto workload = create(10);
  workload->initialize();
  const double before = workload->evaluate().at("perplexity");
  EXPECT_NEAR(before, 6, 1) << "as many as there are words";
  for (int epoch = 0; epoch < 10; ++epoch) workload->train_epoch();
  EXPECT_LT(workload->evaluate().at("perplexity"), 2);
  EXPECT_NEAR(workload->evaluate().at("perplexity"), std::exp(workload->evaluate().at("test_loss")),
              1e-9);
}

TEST_F(WordLm, TakesSmallerStepsOnceTheValidationTextIsNotSaidBetter) {
  const std::string text = repeated("one two three four ", 30);
  write(text, text, text);
  const std::vector<double> improving = losses(8);
  // What never stands in the training text becomes less likely from epoch to epoch.
  write(text, repeated("one one one one ", 30), text);
  const std::vector<double> annealed = losses(8);
  EXPECT_EQ(annealed[0], improving[0]);
  EXPECT_EQ(annealed[1], improving[1]) << "the first validation has nothing to compare with";
  EXPECT_LT(improving[7], annealed[7] - 0.1);
  EXPECT_NEAR(annealed[7], annealed[6], 0.02) << "a quarter each time is soon nothing";
}

TEST_F(WordLm, RejectsATextThatIsTooShortForItsBatches) {
  write("a b c", "a b c d e f g h i j k l m n o p q r s t", "a b c d e f g h i j k");
  const auto expect_rejected = [&](const std::string& message) {
    expect_error(ExitCode::bad_data, {message}, [&] { create(); });
  };
  expect_rejected("the test text: found 12 words, expected at least 20");
  write("a b", "a b c", "a b c");
  expect_rejected("the training text: found 3 words, expected at least 4");
}

TEST(GradientClipping, ScalesAsTheLibrarysOwnFunction) {
  for (const double longest : {0.25, 100.0}) {
    torch::manual_seed(2);
    std::vector<torch::Tensor> ours{torch::randn({4, 3}), torch::randn({5})}, theirs;
    for (torch::Tensor& each : ours) {
      each.mutable_grad() = torch::randn(each.sizes());
      theirs.push_back(each.clone());
      theirs.back().mutable_grad() = each.grad().clone();
    }
    ours.push_back(torch::randn({2}));  // without a gradient
    clip_gradient_norm(ours, longest);
    torch::nn::utils::clip_grad_norm_(theirs, longest);
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      EXPECT_TRUE(torch::allclose(ours[i].grad(), theirs[i].grad(), 1e-6));
    }
  }
}

}  // namespace
}  // namespace tandem::trainers::test

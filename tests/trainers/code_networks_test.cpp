#include <gmock/gmock.h>
#include <torch/torch.h>

#include <string>

#include "data/token_sequences.h"
#include "networks/batches.h"
#include "networks/binary_metrics.h"
#include "networks/clone_detector.h"
#include "networks/dropout.h"
#include "networks/function_classifier.h"
#include "networks/transformer_encoder.h"
#include "networks/vulberta.h"

namespace tandem::trainers::test {
namespace {

using testing::DoubleEq;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(TokenSequences, AreFilledUpAndCutOff) {
  const auto padded = pad_sequences({{1, 2}, {}, {3, 4, 5, 6}}, 3, 9);
  EXPECT_TRUE(padded.equal(torch::tensor({1, 2, 9, 9, 9, 9, 3, 4, 5}, torch::kInt32).view({3, 3})));
  const auto ended = pad_sequences({{1, 2, 3}, {3, 4, 5, 6}}, 3, 9, 7);
  EXPECT_TRUE(ended.equal(torch::tensor({1, 2, 3, 3, 4, 7}, torch::kInt32).view({2, 3})));
}

Metrics metrics_of(const std::string& actual, const std::string& predicted, std::size_t batch) {
  const auto bits = [](const std::string& text) {
    auto result = torch::zeros({std::ssize(text)}, torch::kBool);
    for (std::int64_t i = 0; i < std::ssize(text); ++i) {
      result[i] = text[static_cast<std::size_t>(i)] == '1';
    }
    return result;
  };
  BinaryMetrics metrics(torch::kCPU);
  for (std::size_t i = 0; i < actual.size(); i += batch) {
    metrics.add(bits(predicted.substr(i, batch)), bits(actual.substr(i, batch)));
  }
  return metrics.metrics();
}

// The numbers are scikit-learn's; oracles/binary_metrics.py prints them.
TEST(BinaryMetrics, AreThoseOfScikitLearn) {
  EXPECT_THAT(metrics_of("0000001000111001000011011110000000010000",
                         "0000100011110011001011101110100001010000", 7),
              UnorderedElementsAre(Pair("accuracy", DoubleEq(0.72499999999999998)),
                                   Pair("precision", DoubleEq(0.52941176470588236)),
                                   Pair("recall", DoubleEq(0.75)),
                                   Pair("f1", DoubleEq(0.62068965517241392))));
  EXPECT_THAT(metrics_of("101", "101", 3),
              UnorderedElementsAre(Pair("accuracy", 1), Pair("precision", 1), Pair("recall", 1),
                                   Pair("f1", 1)));
}

TEST(BinaryMetrics, AreZeroWhereNothingIsThereToBeShared) {
  EXPECT_THAT(metrics_of("1010", "0000", 4),
              UnorderedElementsAre(Pair("accuracy", 0.5), Pair("precision", 0), Pair("recall", 0),
                                   Pair("f1", 0)));
  EXPECT_THAT(metrics_of("000", "010", 4),
              UnorderedElementsAre(Pair("accuracy", DoubleEq(0.66666666666666663)),
                                   Pair("precision", 0), Pair("recall", 0), Pair("f1", 0)));
}

TEST(Dropout, DropsTheShareAskedForAndKeepsTheMean) {
  torch::manual_seed(1);
  const auto x = torch::ones({300, 1'001}, torch::requires_grad());
  const auto y = drop_values(x, 0.2, true);
  EXPECT_NEAR(y.eq(0).to(torch::kFloat32).mean().item<double>(), 0.2, 0.005);
  EXPECT_NEAR(y.max().item<double>(), 1.25, 1e-4);
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.01);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));
}

TEST(Dropout, HasAllPlacesInEveryCombination) {
  // Values share random numbers four by four: each of the 16 patterns has to come as often as the
  // others, and so has each pattern of values that are four apart.
  torch::manual_seed(2);
  const auto dropped = drop_values(torch::ones({64'000}), 0.5, true).eq(0);
  for (const auto& places : {dropped.view({-1, 4}), dropped.view({-1, 4, 4}).select(2, 1)}) {
    const auto pattern = (places * torch::tensor({1, 2, 4, 8})).sum(1);
    const double expected = static_cast<double>(pattern.size(0)) / 16;
    for (int i = 0; i < 16; ++i) {
      const double deviation = std::abs(pattern.eq(i).sum().item<double>() - expected);
      EXPECT_LT(deviation, 5 * std::sqrt(expected)) << i;
    }
  }
}

TEST(Dropout, IsTheSameForTheSameSeedAndAnotherEachTime) {
  const auto x = torch::ones({1'000});
  torch::manual_seed(3);
  const auto first = drop_values(x, 0.5, true), second = drop_values(x, 0.5, true);
  EXPECT_FALSE(first.equal(second));
  torch::manual_seed(3);
  EXPECT_TRUE(drop_values(x, 0.5, true).equal(first));
}

TEST(Dropout, LeavesEverythingAsItIsOutsideOfTraining) {
  const auto x = torch::ones({10});
  EXPECT_TRUE(drop_values(x, 0.5, false).is_same(x));
  EXPECT_TRUE(drop_values(x, 0, true).is_same(x));
}

TransformerOptions small_encoder(bool norm_first) {
  return {.layers = 2, .width = 8, .heads = 2, .feed_forward = 16, .norm_first = norm_first};
}

TEST(TransformerEncoder, PaysNoAttentionToPadding) {
  torch::manual_seed(1);
  for (const bool norm_first : {false, true}) {
    const auto encoder = make_transformer_encoder(small_encoder(norm_first));
    const auto x = torch::randn({3, 6, 8});
    auto other = x.clone();
    other.slice(1, 4).add_(7);
    const auto padding = (torch::arange(6) >= 4).expand({3, 6});
    const auto whole = encoder->forward(x, padding).slice(1, 0, 4);
    EXPECT_TRUE(whole.allclose(encoder->forward(other, padding).slice(1, 0, 4), 1e-5, 1e-5));
    EXPECT_TRUE(whole.allclose(encoder->forward(x.slice(1, 0, 4), {}), 1e-4, 1e-5));
    EXPECT_FALSE(whole.allclose(encoder->forward(x, {}).slice(1, 0, 4), 1e-3, 1e-3));
  }
}

TEST(TransformerEncoder, HasTheParametersThatItsDescriptionSays) {
  EXPECT_EQ(count_parameters(*make_transformer_encoder(small_encoder(false))),
            2 * (4 * (64 + 8) + 2 * 8 * 16 + 16 + 8 + 4 * 8));
  EXPECT_EQ(count_parameters(*make_transformer_encoder(small_encoder(true))),
            2 * (4 * (64 + 8) + 2 * 8 * 16 + 16 + 8 + 4 * 8) + 2 * 8);
}

// torch::nn::Module counts what it holds: none of this allocates what the full scale would need but
// the networks themselves.
TEST(CodeNetworks, HaveTheirPublishedNumberOfParameters) {
  EXPECT_EQ(count_parameters(*make_vulberta_mlp({}, 0.1)), 124'836'866);
  EXPECT_EQ(count_parameters(*make_vulberta_cnn({}, 0.5)), 960'686);
  EXPECT_EQ(count_parameters(*make_clone_detector({.labels = 1'000}, 0.2)), 1'191'431 + 256'000);
}

TEST(CloneSimilarity, IsTheCosineBetweenZeroAndOne) {
  const auto first = torch::tensor({1.0F, 0.0F, 1.0F, 0.0F, 3.0F, 4.0F}).view({3, 2});
  const auto second = torch::tensor({2.0F, 0.0F, -1.0F, 0.0F, 4.0F, 3.0F}).view({3, 2});
  EXPECT_TRUE(clone_similarity(first, second).allclose(torch::tensor({1.0F, 0.0F, 0.96F})));
}

TEST(EncodedFunctions, HaveNumbersOfTheTrainingFunctionsTokens) {
  const LabelledFunctions functions{
      {{"int f() { return 1; }", false}, {"int g() { return f(); }", true}},
      {{"int h() { return f(2) + \"x\"; }", true}},
      false};
  const auto encoded = encode_functions(functions, {.vocabulary = 50, .buckets = 4, .length = 64});
  const auto& train = encoded.train.tokens;
  const auto& test = encoded.test.tokens.select(0, 0);
  ASSERT_EQ(train.size(0), 2);
  EXPECT_EQ(train.size(1), 16) << "as the test function is the longest";
  EXPECT_TRUE(train.select(1, 0).eq(token_begin).all().item<bool>());
  EXPECT_EQ(train[0][10].item<int>(), token_end);
  EXPECT_EQ(train[0][11].item<int>(), token_padding);
  EXPECT_TRUE(encoded.train.vulnerable.equal(torch::tensor({0, 1}, torch::kInt64)));
  EXPECT_EQ(test[7].item<int>(), train[0][2].item<int>()) << "f is known";
  EXPECT_EQ(test[9].item<int>(), 5) << "a number";
  EXPECT_EQ(test[11].item<int>(), 3) << "+ is unknown";
  EXPECT_EQ(test[12].item<int>(), 6) << "a text";
  EXPECT_GE(test[2].item<int>(), 7) << "h has a bucket";
  EXPECT_LT(test[2].item<int>(), 11);
}

TEST(EncodedFunctions, AreCutOffAtTheirLength) {
  const LabelledFunctions functions{
      {{"int f() { return 1; }", false}, {"g", true}}, {{"h", true}}, false};
  const auto encoded = encode_functions(functions, {.vocabulary = 50, .buckets = 4, .length = 8});
  EXPECT_EQ(encoded.train.tokens.size(1), 8);
  EXPECT_EQ(encoded.train.tokens[0][7].item<int>(), token_end);
}

}  // namespace
}  // namespace tandem::trainers::test

#include "network_parity.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "networks/bug_localization.h"
#include "networks/cifar_resnet.h"
#include "networks/clone_detector.h"
#include "networks/densenet121.h"
#include "networks/hrnet18.h"
#include "networks/mnist_networks.h"
#include "networks/pcb.h"
#include "networks/siamese.h"
#include "networks/vulberta.h"
#include "networks/word_lm.h"

namespace tandem::trainers::test {
namespace {

NetworkCase image_case(const std::string& script, const nlohmann::json& options,
                       const std::shared_ptr<ImageNetwork>& network, const torch::Tensor& images) {
  return {.script = script,
          .options = options,
          .network = network,
          .inputs = {images},
          .forward = [network](const std::vector<torch::Tensor>& inputs) {
            return std::vector{network->forward(inputs[0])};
          }};
}

TEST(NetworkParity, OfTheMnistNetwork) {
  torch::manual_seed(1);
  expect_parity(image_case("mnist.py", {}, mnist_network(0, 0), random_input({5, 1, 28, 28})));
}

TEST(NetworkParity, OfTheRecurrentMnistNetwork) {
  torch::manual_seed(1);
  expect_parity(
      image_case("mnist_rnn.py", {}, mnist_rnn_network(0, 0), random_input({7, 1, 28, 28})));
}

TEST(NetworkParity, OfTheLanguageModel) {
  torch::manual_seed(1);
  constexpr std::int64_t words = 60;
  const auto network = make_word_lm(words, 0);
  expect_parity({.script = "word_lm.py",
                 .options = {{"words", words}},
                 .network = network,
                 .inputs = {random_input({9, 4}).mul(1000).to(torch::kInt64).remainder(words)},
                 .forward = [network](const std::vector<torch::Tensor>& inputs) {
                   const auto [logits, state] = network->forward(inputs[0], {});
                   return std::vector{logits, state.first, state.second};
                 }});
}

TEST(NetworkParity, OfTheMultilayerPerceptronsOfBugLocalization) {
  torch::manual_seed(1);
  const auto mlps = std::make_shared<SideBySideMlps>(3, 5, 300);
  expect_parity({.script = "bug_localization.py",
                 .options = {{"networks", 3}, {"inputs", 5}, {"hidden", 300}},
                 .network = mlps,
                 .inputs = {random_input({3, 20, 5})},
                 .forward = [mlps](const std::vector<torch::Tensor>& inputs) {
                   return std::vector{mlps->forward(inputs[0])};
                 }});
}

TEST(NetworkParity, OfTheSiameseNetwork) {
  torch::manual_seed(1);
  const auto network = siamese_network();
  const auto images = random_input({10, 1, 28, 28});
  expect_parity({.script = "siamese.py",
                 .network = network,
                 .inputs = {images.slice(0, 0, 5), images.slice(0, 5)},
                 .forward = [&](const std::vector<torch::Tensor>& inputs) {
                   return std::vector{network->forward(inputs[0], inputs[1])};
                 }});
}

TEST(NetworkParity, OfTheCifarResnets) {
  for (const std::int64_t layers : {20, 32, 44, 56}) {
    torch::manual_seed(1);
    expect_parity(image_case("cifar_resnet.py", {{"layers", layers}},
                             cifar_resnet((layers - 2) / 6), random_input({6, 3, 16, 12})));
  }
}

/// Token numbers from `least` to below `most`, each row with a few less than the one above it and
/// filled up with `padding`.
torch::Tensor random_tokens(std::int64_t rows, std::int64_t length, std::int64_t least,
                            std::int64_t most, int padding) {
  const auto tokens = torch::randint(least, most, {rows, length}, torch::kInt32);
  const auto lengths = length - 2 * torch::arange(rows).unsqueeze(1);
  return tokens.masked_fill(torch::arange(length) >= lengths, padding);
}

TEST(NetworkParity, OfVulbertaMlp) {
  torch::manual_seed(1);
  const VulbertaMlpSize size{
      .vocabulary = 50, .length = 12, .layers = 2, .width = 16, .heads = 4, .feed_forward = 24};
  const auto network = make_vulberta_mlp(size, 0);
  expect_parity({.script = "vulberta_mlp.py",
                 .options = {{"vocabulary", 50},
                             {"length", 12},
                             {"layers", 2},
                             {"width", 16},
                             {"heads", 4},
                             {"feed_forward", 24}},
                 .network = network,
                 .inputs = {random_tokens(4, 10, 2, 50, token_padding)},
                 .forward = [network](const std::vector<torch::Tensor>& inputs) {
                   return std::vector{network->forward(inputs[0])};
                 }});
}

TEST(NetworkParity, OfVulbertaCnn) {
  torch::manual_seed(1);
  const VulbertaCnnSize size{.vocabulary = 50, .width = 16, .filters = 6, .hidden = 10};
  const auto network = make_vulberta_cnn(size, 0);
  expect_parity({.script = "vulberta_cnn.py",
                 .options = {{"vocabulary", 50}, {"width", 16}, {"filters", 6}, {"hidden", 10}},
                 .network = network,
                 .inputs = {random_tokens(5, 14, 2, 50, token_padding)},
                 .forward = [network](const std::vector<torch::Tensor>& inputs) {
                   return std::vector{network->forward(inputs[0])};
                 }});
}

TEST(NetworkParity, OfTheCloneDetectorAndItsSimilarity) {
  torch::manual_seed(1);
  const CloneDetectorSize size{.labels = 40,
                               .length = 12,
                               .layers = 2,
                               .width = 16,
                               .heads = 2,
                               .feed_forward = 24,
                               .features = 64};
  const auto network = make_clone_detector(size, 0);
  const auto tokens = [] { return random_tokens(4, 12, 1, 40, clone_padding); };
  expect_parity({.script = "clone_detector.py",
                 .options = {{"labels", 40},
                             {"length", 12},
                             {"layers", 2},
                             {"width", 16},
                             {"heads", 2},
                             {"feed_forward", 24},
                             {"features", 64}},
                 .network = network,
                 .inputs = {tokens(), tokens(), tokens(), tokens()},
                 .forward = [network](const std::vector<torch::Tensor>& inputs) {
                   const auto first = network->forward(inputs[0], inputs[1]);
                   const auto second = network->forward(inputs[2], inputs[3]);
                   return std::vector{first, second, clone_similarity(first, second)};
                 }});
}

/// Both of what a network for re-identification gives: scores and features.
NetworkCase reid_case(const std::string& script,
                      std::shared_ptr<ReidNetwork> (*make)(std::int64_t, double),
                      const torch::Tensor& images) {
  torch::manual_seed(1);
  const auto network = make(/*identities=*/7, /*dropout=*/0);
  // Blocks that begin as shortcuts would hide what is inside them.
  const torch::NoGradGuard no_gradient;
  for (auto parameter : network->parameters()) {
    if (parameter.dim() == 1) parameter.uniform_(0.5, 1.5);
  }
  return {.script = script,
          .options = {{"identities", 7}},
          .network = network,
          .inputs = {images},
          .forward = [network](const std::vector<torch::Tensor>& inputs) {
            auto outputs = network->classify(inputs[0]);
            outputs.push_back(network->features(inputs[0]));
            return outputs;
          }};
}

TEST(NetworkParity, OfDenseNet121) {
  expect_parity(reid_case("densenet121.py", make_densenet121, random_input({3, 3, 64, 32})));
}

TEST(NetworkParity, OfHrnet18) {
  expect_parity(reid_case("hrnet18.py", make_hrnet18, random_input({3, 3, 64, 32})));
}

TEST(NetworkParity, OfPcb) {
  expect_parity(reid_case("pcb.py", make_pcb, random_input({3, 3, 96, 16})));
}

TEST(NetworkParity, IsMissedByANetworkThatIsAThousandthOff) {
  torch::manual_seed(1);
  NetworkCase wrong = image_case("mnist.py", {}, mnist_network(0, 0), random_input({5, 1, 28, 28}));
  wrong.forward = [right = wrong.forward](const std::vector<torch::Tensor>& inputs) {
    return std::vector{right(inputs)[0] * 1.001};
  };
  const Comparison comparison = compare_with_python(wrong);
  for (const Differences& each : {comparison.float32, comparison.float64}) {
    EXPECT_NEAR(each.outputs, 1e-3, 1e-4);
    EXPECT_NEAR(each.evaluation, 1e-3, 1e-4);
    EXPECT_NEAR(each.gradients, 1e-3, 1e-4);
  }
}

}  // namespace
}  // namespace tandem::trainers::test

#include "network_parity.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "networks/cifar_resnet.h"
#include "networks/densenet121.h"
#include "networks/hrnet18.h"
#include "networks/mnist_networks.h"
#include "networks/pcb.h"
#include "networks/siamese.h"

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

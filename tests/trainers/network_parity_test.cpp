#include "network_parity.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "networks/mnist_networks.h"

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

#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tandem::trainers::test {

/// One of our networks and the Python script with an independent version of it. Dropout must be off
/// (probability 0).
struct NetworkCase {
  std::string script;           ///< A file in oracles/networks.
  nlohmann::json options = {};  ///< The named arguments of the script's build().
  std::shared_ptr<torch::nn::Module> network;
  /// What forward() is given, and the script's network: floating-point tensors also as float64.
  std::vector<torch::Tensor> inputs;
  /// One forward pass; its results must be floating-point.
  std::function<std::vector<torch::Tensor>(const std::vector<torch::Tensor>& inputs)> forward;
};

/// Largest differences from Python, each as a share of the tensor's largest magnitude (see
/// oracles/networks/parity.py).
struct Differences {
  double outputs = 0;     ///< In training mode.
  double gradients = 0;   ///< Of the outputs' sum, weighted by fixed random numbers.
  double buffers = 0;     ///< After the pass in training mode.
  double evaluation = 0;  ///< Outputs in evaluation mode.
};

struct Comparison {
  Differences float32, float64;
};

/// Gives the script our parameters, buffers, inputs, outputs and gradients, in both precisions, and
/// returns what it finds. Fails the test when the script finds parameters that aren't the same.
/// Changes the network's precision.
Comparison compare_with_python(const NetworkCase& network_case);

/// Expects no more than rounding errors, which float64 makes small enough to tell from a fault.
void expect_parity(const NetworkCase& network_case);

/// Standard normal numbers, always the same.
torch::Tensor random_input(const std::vector<std::int64_t>& sizes);

}  // namespace tandem::trainers::test

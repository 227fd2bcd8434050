#include "network_parity.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/torch.h>

#include <iostream>

#include "mnist_files.h"
#include "networks/batches.h"
#include "trainer_process.h"

namespace tandem::trainers::test {
namespace {

constexpr double float32_tolerance = 1e-3, float64_tolerance = 1e-9;

/// Named tensors, as Python's torch.load reads them.
class Archive {
 public:
  void add(const std::string& name, const torch::Tensor& tensor) {
    tensors_.insert(name, tensor.detach().clone());
  }
  void write(const std::filesystem::path& file) const {
    const std::vector<char> bytes = torch::pickle_save(tensors_);
    write_file(file, {bytes.begin(), bytes.end()});
  }

 private:
  c10::Dict<std::string, torch::Tensor> tensors_;
};

torch::Tensor in_precision(const torch::Tensor& tensor, torch::Dtype precision) {
  return tensor.is_floating_point() ? tensor.to(precision) : tensor;
}

/// Converts in place. Not Module::to, which converts integers too.
void convert(torch::nn::Module& network, torch::Dtype precision) {
  for (auto tensor : network.parameters()) tensor.set_data(in_precision(tensor.data(), precision));
  for (auto tensor : network.buffers()) tensor.set_data(in_precision(tensor.data(), precision));
}

/// One pass in training mode with its gradients, then one in evaluation mode.
void record_passes(const NetworkCase& network_case, torch::Dtype precision, const std::string& path,
                   Archive& archive) {
  torch::nn::Module& network = *network_case.network;
  convert(network, precision);
  std::vector<torch::Tensor> inputs;
  for (const auto& input : network_case.inputs) {
    inputs.push_back(in_precision(input, precision));
    archive.add(path + "inputs/" + std::to_string(inputs.size() - 1), inputs.back());
  }
  for (const auto& item : network.named_parameters()) {
    archive.add(path + "parameters/" + item.key(), item.value());
  }
  for (const auto& item : network.named_buffers()) {
    archive.add(path + "buffers/" + item.key(), item.value());
  }

  network.train();
  const auto outputs = network_case.forward(inputs);
  auto random = seeded_generator(5);
  auto weighted_sum = torch::zeros({}, precision);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto weights = torch::randn(outputs[i].sizes(), random, torch::dtype(precision));
    archive.add(path + "outputs/" + std::to_string(i), outputs[i]);
    archive.add(path + "weights/" + std::to_string(i), weights);
    weighted_sum = weighted_sum + (outputs[i] * weights).sum();
  }
  network.zero_grad();
  weighted_sum.backward();
  for (const auto& item : network.named_parameters()) {
    const auto& gradient = item.value().grad();
    archive.add(path + "gradients/" + item.key(),
                gradient.defined() ? gradient : torch::zeros_like(item.value()));
    item.value().mutable_grad().reset();  // it has this precision
  }
  for (const auto& item : network.named_buffers()) {
    archive.add(path + "buffers_after/" + item.key(), item.value());
  }

  network.eval();
  const torch::NoGradGuard no_gradient;
  const auto evaluated = network_case.forward(inputs);
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    archive.add(path + "evaluation/" + std::to_string(i), evaluated[i]);
  }
}

Differences read_differences(const nlohmann::json& found) {
  return {.outputs = found.at("outputs"),
          .gradients = found.at("gradients"),
          .buffers = found.at("buffers"),
          .evaluation = found.at("evaluation")};
}

void expect_at_most(double tolerance, const Differences& differences) {
  EXPECT_LE(differences.outputs, tolerance);
  EXPECT_LE(differences.gradients, tolerance);
  EXPECT_LE(differences.buffers, tolerance);
  EXPECT_LE(differences.evaluation, tolerance);
}

}  // namespace

Comparison compare_with_python(const NetworkCase& network_case) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "network.pt";
  Archive archive;
  record_passes(network_case, torch::kFloat32, "float32/", archive);
  record_passes(network_case, torch::kFloat64, "float64/", archive);
  archive.write(file);
  const auto options = network_case.options.is_null() ? nlohmann::json::object()  //
                                                      : network_case.options;
  const ProcessResult python =
      run_process({"/usr/bin/python3", TANDEM_NETWORK_ORACLES "/" + network_case.script, "compare",
                   file.string(), options.dump()});
  if (python.exit_code != 0) {
    ADD_FAILURE() << network_case.script << " (needs python3-torch): " << python.errors;
    return {};
  }
  std::cout << network_case.script << ' ' << options << ": " << python.output;
  const auto found = nlohmann::json::parse(python.output);
  return {.float32 = read_differences(found.at("float32")),
          .float64 = read_differences(found.at("float64"))};
}

void expect_parity(const NetworkCase& network_case) {
  SCOPED_TRACE(network_case.script);
  const Comparison comparison = compare_with_python(network_case);
  {
    SCOPED_TRACE("float32");
    expect_at_most(float32_tolerance, comparison.float32);
  }
  SCOPED_TRACE("float64");
  expect_at_most(float64_tolerance, comparison.float64);
}

torch::Tensor random_input(const std::vector<std::int64_t>& sizes) {
  auto random = seeded_generator(3);
  return torch::randn(sizes, random, torch::dtype(torch::kFloat32));
}

}  // namespace tandem::trainers::test

#include "networks/batches.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace tandem::trainers {

torch::Generator seeded_generator(std::uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

std::vector<torch::Tensor> shuffled_batches(std::int64_t samples, std::int64_t batch_size,
                                            torch::Generator& generator, torch::Device device) {
  auto batches = torch::randperm(samples, generator, torch::kInt64).to(device).split(batch_size);
  if (batches.size() > 1 && batches.back().size(0) == 1) batches.pop_back();
  return batches;
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) {
    if (parameter.requires_grad()) count += parameter.numel();
  }
  return count;
}

}  // namespace tandem::trainers

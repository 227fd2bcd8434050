#include "study/pair.h"

#include <algorithm>

namespace tandem::study {

std::string WorkloadPair::type() const {
  return name_of(a->memory_class()) + "+" + name_of(b->memory_class());
}

std::string name_of(Complementarity complementarity) {
  switch (complementarity) {
    case Complementarity::complementary:
      return "complementary";
    case Complementarity::competing:
      return "competing";
    case Complementarity::neutral:
      return "neutral";
  }
  return "?";
}

Complementarity complementarity_of(const WorkloadPair& pair) {
  const auto [lower, higher] =
      std::minmax(pair.a->catalogue.gpu_util_percent, pair.b->catalogue.gpu_util_percent);
  if (higher > 70 && lower < 30) return Complementarity::complementary;
  return lower + higher > 150 ? Complementarity::competing : Complementarity::neutral;
}

std::vector<WorkloadPair> feasible_pairs(const Catalogue& catalogue, double memory_limit_mb) {
  std::vector<WorkloadPair> pairs;
  const std::vector<Workload>& workloads = catalogue.workloads();
  for (size_t i = 0; i < workloads.size(); ++i) {
    for (size_t j = i + 1; j < workloads.size(); ++j) {
      const WorkloadPair pair{&workloads[i], &workloads[j]};
      if (pair.memory_mb() <= memory_limit_mb) pairs.push_back(pair);
    }
  }
  return pairs;
}

const std::array<std::pair<std::string, std::string>, 12>& seed_pairs() {
  static const std::string mnist = "examples/mnist";
  static const std::string densenet121 = "Person_reID_baseline_pytorch/densenet121";
  static const std::string hrnet18 = "Person_reID_baseline_pytorch/hrnet18";
  static const std::string mrt_oast = "MRT-OAST/default";
  static const std::string resnet44 = "pytorch_resnet_cifar10/resnet44";
  static const std::array<std::pair<std::string, std::string>, 12> pairs = {{
      {mnist, densenet121},
      {mnist, mrt_oast},
      {densenet121, mrt_oast},
      {mnist, "examples/mnist_rnn"},
      {mnist, "examples/mnist_ff"},
      {mnist, "pytorch_resnet_cifar10/resnet20"},
      {resnet44, "pytorch_resnet_cifar10/resnet56"},
      {mnist, "VulBERTa/cnn"},
      {resnet44, hrnet18},
      {mnist, "bug-localization-by-dnn-and-rvsm/default"},
      {mnist, hrnet18},
      {resnet44, densenet121},
  }};
  return pairs;
}

}  // namespace tandem::study

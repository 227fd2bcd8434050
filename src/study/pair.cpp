#include "study/pair.h"

#include <algorithm>

namespace tandem::study {

std::string WorkloadPair::type() const {
  if (std::isnan(memory_mb())) return "not stated";
  return name_of(a->memory_class()) + "+" + name_of(b->memory_class());
}

std::string WorkloadPair::order_free_type() const {
  const auto [smaller, larger] = std::minmax({a->memory_class(), b->memory_class()});
  return name_of(smaller) + "+" + name_of(larger);
}

std::string name_of(Complementarity complementarity) {
  switch (complementarity) {
    case Complementarity::complementary:
      return "complementary";
    case Complementarity::competing:
      return "competing";
    case Complementarity::neutral:
      return "neutral";
    case Complementarity::not_stated:
      return "not stated";
  }
  return "?";
}

Complementarity complementarity_of(const WorkloadPair& pair) {
  return complementarity_of(pair.a->catalogue.gpu_util_percent, pair.b->catalogue.gpu_util_percent);
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

const std::map<std::string, int>& seed_printed_type_counts() {
  static const std::map<std::string, int> counts = {
      {"low+low", 55},    {"low+medium", 30}, {"low+high", 7}, {"medium+medium", 6},
      {"medium+high", 4}, {"high+medium", 4}, {"high+low", 14}};
  return counts;
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

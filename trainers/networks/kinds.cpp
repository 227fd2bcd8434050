#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(),        mnist_rnn(),        mnist_ff(), resnet20(), resnet32(), resnet44(),
      resnet56(),     densenet121(),      hrnet18(),  pcb(),      mrt_oast(), vulberta_mlp(),
      vulberta_cnn(), bug_localization(), siamese(),  word_lm(),
  };
  return kinds;
}

}  // namespace tandem::trainers

#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(), mnist_rnn(), mnist_ff(), siamese(), resnet20(), resnet32(), resnet44(), resnet56(),
  };
  return kinds;
}

}  // namespace tandem::trainers

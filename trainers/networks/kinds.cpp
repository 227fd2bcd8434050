#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(), mnist_rnn(), mnist_ff(), mrt_oast(), vulberta_mlp(), vulberta_cnn(),
  };
  return kinds;
}

}  // namespace tandem::trainers

#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(),    mnist_rnn(),    mnist_ff(),     word_lm(),
      mrt_oast(), vulberta_mlp(), vulberta_cnn(), bug_localization(),
  };
  return kinds;
}

}  // namespace tandem::trainers

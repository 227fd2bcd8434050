#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(), mnist_rnn(), mnist_ff(), bug_localization(), word_lm(),
  };
  return kinds;
}

}  // namespace tandem::trainers

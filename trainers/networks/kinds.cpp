#include "networks/kinds.h"

namespace tandem::trainers {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      mnist(),
  };
  return kinds;
}

}  // namespace tandem::trainers

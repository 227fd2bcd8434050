#pragma once

#include "workload.h"

namespace tandem::trainers {

// One function a workload, each defined in the file of its network and listed in kinds.cpp.
WorkloadKind mnist();

}  // namespace tandem::trainers

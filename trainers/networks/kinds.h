#pragma once

#include "workload.h"

namespace tandem::trainers {

// One function a workload, each defined in the file of its network and listed in kinds.cpp.
WorkloadKind mnist();
WorkloadKind mnist_rnn();
WorkloadKind mnist_ff();
WorkloadKind siamese();
WorkloadKind resnet20();
WorkloadKind resnet32();
WorkloadKind resnet44();
WorkloadKind resnet56();
WorkloadKind mrt_oast();
WorkloadKind vulberta_mlp();
WorkloadKind vulberta_cnn();
WorkloadKind densenet121();
WorkloadKind hrnet18();
WorkloadKind pcb();
WorkloadKind bug_localization();
WorkloadKind word_lm();

}  // namespace tandem::trainers

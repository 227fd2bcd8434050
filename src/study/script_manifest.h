#pragma once

#include <string>

#include "core/json.h"
#include "study/workload.h"

namespace tandem::study {

// The parts of a manifest that say how a program that knows nothing of tandem is called and
// listened to. Mistakes go to the node's diagnostics; docs/own-scripts.md describes each member.

/// A text that a program can get as an argument.
std::string read_argument(const core::JsonNode& node);
/// How the hyperparameter's value reaches the program.
void read_way_to_tell(const core::JsonNode& node, ManifestHyperparameter& entry);
/// Working folder, environment, config file, devices, further metrics, log and success rule of the
/// manifest `root`, whose command, hyperparameters and performance metric have been read.
void read_script(const core::JsonNode& root, Workload& workload);

}  // namespace tandem::study

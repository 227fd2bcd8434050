#pragma once

#include <filesystem>
#include <string>

#include "study/run_spec.h"
#include "study/workload.h"

namespace tandem::execute {

/// Where a training's config file lies: in the run's folder, beside its logs. Empty when the
/// workload has none. `role` is `solo`, `A` or `B`.
std::filesystem::path config_file_path(const study::Workload& workload,
                                       const std::filesystem::path& run_folder,
                                       const std::string& role);

/// Its text: what the manifest says stands there, with placeholders filled in, and the training's
/// hyperparameters. A text that is nothing but `{seed}` or `{threads}` becomes the number.
std::string config_file_text(const study::RunSpec& run, const study::ParticipantSpec& participant,
                             const study::Workload& workload,
                             const std::filesystem::path& data_folder,
                             const std::filesystem::path& file);

/// Writes it, if the workload has one. Throws core::SystemError.
void write_config_file(const study::RunSpec& run, const study::ParticipantSpec& participant,
                       const study::Workload& workload, const std::filesystem::path& data_folder,
                       const std::filesystem::path& file);

}  // namespace tandem::execute

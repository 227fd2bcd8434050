#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "execute/child_process.h"
#include "study/run_spec.h"
#include "study/study_file.h"
#include "study/workload.h"

namespace tandem::execute {

/// The command of one training: the manifest's with its placeholders filled in, a flag for each
/// hyperparameter, and the environment that fixes threads and how they wait.
/// `data_folder` is the study's; the workload's own is below it. `config_file` stands for
/// `{config}`. Log files are not set.
Command trainer_command(const study::RunSpec& run, const study::ParticipantSpec& participant,
                        const study::Workload& workload, const std::filesystem::path& data_folder,
                        const std::filesystem::path& config_file = {});

/// What stands for each placeholder of a manifest in this training.
std::map<std::string, std::string> placeholder_values(const study::RunSpec& run,
                                                      const study::ParticipantSpec& participant,
                                                      const study::Workload& workload,
                                                      const std::filesystem::path& data_folder,
                                                      const std::filesystem::path& config_file);
/// The text with `{name}` replaced where `values` has the name; what it puts there is not looked at
/// again.
std::string with_placeholders(const std::string& text,
                              const std::map<std::string, std::string>& values);
/// A hyperparameter's value as a program gets it.
std::string value_text(const study::ManifestHyperparameter& entry, double value);

/// A sentence for each workload whose data folder is not there and that therefore makes up data:
/// `{data}` then stands for the word `synthetic`.
std::vector<std::string> synthetic_data_notes(const std::vector<study::RunSpec>& runs,
                                              const study::Catalogue& catalogue,
                                              const std::filesystem::path& data_folder);

/// Checks that a plan can be executed here at all: every workload has a trainer that is there and
/// either its data folder or a way to make up data, the cores exist, of the runs or else of the
/// study's `devices`. Throws core::UserError with all that is wrong.
void check_prerequisites(const std::vector<study::RunSpec>& runs, const study::Catalogue& catalogue,
                         const std::filesystem::path& data_folder,
                         const std::vector<study::StudyDevice>& devices = {});

}  // namespace tandem::execute

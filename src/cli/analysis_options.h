#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "analyse/study_analysis.h"
#include "study/workload.h"

namespace tandem::cli {

/// What the command line says of an analysis, as it was written.
struct AnalysisArguments {
  std::vector<std::string> weights;  ///< `energy=1`
  std::vector<std::string> jobs;     ///< `mnist=10`
};

void add_analysis_options(CLI::App& command, AnalysisArguments& arguments);

/// Jobs may be of workloads that the study doesn't have. Throws core::UserError that names every
/// mistake.
analyse::AnalysisOptions analysis_options(const AnalysisArguments& arguments,
                                          const study::Catalogue& of_study,
                                          const std::filesystem::path& further_workloads);

}  // namespace tandem::cli

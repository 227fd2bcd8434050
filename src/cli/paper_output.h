#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analyse/study_analysis.h"

namespace tandem::cli {

/// Writes the figures and tables of a paper into the folder (made when it isn't there) and gives
/// back the files' names. Everything is drawn before the first file is written, each file
/// atomically. Throws core::UserError without gnuplot or without anything to draw,
/// core::SystemError when gnuplot fails.
std::vector<std::string> write_paper(const analyse::StudyAnalysis& analysis,
                                     const std::filesystem::path& folder);

}  // namespace tandem::cli

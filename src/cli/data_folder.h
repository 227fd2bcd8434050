#pragma once

#include <filesystem>

namespace tandem::cli {

/// Where the data is: as said on the command line, in the study, in TANDEM_DATA, or beside tandem.
std::filesystem::path data_folder(const std::filesystem::path& of_command_line,
                                  const std::filesystem::path& of_study);

}  // namespace tandem::cli

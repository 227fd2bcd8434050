#include "cli/data_folder.h"

#include <cstdlib>

#include "core/error.h"
#include "core/file.h"

namespace tandem::cli {

std::filesystem::path data_folder(const std::filesystem::path& of_command_line,
                                  const std::filesystem::path& of_study) {
  if (!of_command_line.empty()) return of_command_line;
  if (!of_study.empty()) return of_study;
  if (const char* folder = std::getenv("TANDEM_DATA")) return folder;
  try {
    return core::shipped_file("data");
  } catch (const core::SystemError&) {
    return "data";
  }
}

}  // namespace tandem::cli

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tandem::cli {

/// Whether anything has this name, be it a symbolic link to nowhere.
bool is_taken(const std::filesystem::path& path);

/// Writes a file that isn't there yet. Throws core::UserError of `who` when there is something by
/// that name, also when it came a moment ago, and core::SystemError when it can't be written; no
/// half of it stays then.
void write_new_file(const std::filesystem::path& path, std::string_view content,
                    const std::string& who);

}  // namespace tandem::cli

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/run_store.h"

namespace tandem::test {

/// What is in a folder, by name; nothing when it is not there.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// The file's content; nothing when it is gone.
std::optional<std::string> content_of(const std::filesystem::path& file);

/// Processes whose parent this one is, with what they are.
std::vector<std::pair<pid_t, std::string>> children();

/// Reaps what has ended. False when no child is left.
bool reap_children();

/// Of waitpid's status: -signal when it was killed.
int exit_code_of(int status);

/// The rows that an index has that is made from the run folders alone; `scratch` is a folder for a
/// file. Throws SQLite::Exception.
std::string rows_of_folders(const record::RunStore& store, const std::filesystem::path& scratch);

}  // namespace tandem::test

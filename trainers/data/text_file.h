#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace tandem::trainers {

/// Reads a whole file, whose size is checked before anything is allocated. Throws TrainingError
/// (bad_data) when it can't be read or is larger than `max_bytes`.
std::string read_text_file(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace tandem::trainers

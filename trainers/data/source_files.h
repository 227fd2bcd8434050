#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::trainers {

/// Reads a whole file, whose size is checked before anything is allocated. Throws TrainingError
/// (bad_data) when it can't be read or is larger than `max_bytes`.
std::string read_text_file(const std::filesystem::path& file, std::size_t max_bytes);

/// The rows of a CSV text (RFC 4180: fields may be quoted, `""` stands for a quote, quoted fields
/// may span lines). Empty lines are left out. Throws TrainingError (bad_data) with `origin` and
/// line when quotes don't match.
std::vector<std::vector<std::string>> parse_csv(const std::string& text, const std::string& origin);

/// Place of the column `name` in `header`. Throws TrainingError (bad_data).
std::size_t csv_column(const std::vector<std::string>& header, const std::string& name,
                       const std::string& origin);

}  // namespace tandem::trainers

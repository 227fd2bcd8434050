#include "data/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "errors.h"

namespace tandem::trainers {

std::string read_text_file(const std::filesystem::path& file, std::size_t max_bytes) {
  const auto fail = [&](const std::string& what) {
    throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file.string(), what));
  };
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) fail("cannot be read: " + error.message());
  if (size > max_bytes) fail(fmt::format("found {} bytes, expected at most {}", size, max_bytes));
  std::ifstream stream(file, std::ios::binary);
  std::string text(size, '\0');
  if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(size))) {
    fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return text;
}

}  // namespace tandem::trainers

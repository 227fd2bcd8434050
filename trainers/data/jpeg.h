#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tandem::trainers {

/// An image of three 8-bit channels (red, green, blue), row by row from the top.
struct RgbImage {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> values;  ///< height × width × 3
};

/// The most pixels of a side that read_jpeg takes.
inline constexpr std::int64_t jpeg_side_limit = 4096;
/// The largest file that read_jpeg takes.
inline constexpr std::int64_t jpeg_file_limit_bytes = std::int64_t{32} << 20;

/// Decodes a JPEG file, grey or coloured. Size of the file and of the image are checked before
/// memory is taken for them. A damaged file is an error, also where a decoder could fill the gap.
/// Throws TrainingError (bad_data) with file, what was found and what was expected.
RgbImage read_jpeg(const std::filesystem::path& file);

}  // namespace tandem::trainers

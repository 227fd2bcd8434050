#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tandem::trainers {

/// An array of unsigned bytes as an IDX file holds it, in row-major order.
struct IdxArray {
  std::vector<std::int64_t> sizes;
  std::vector<std::uint8_t> values;
};

/// Reads an IDX file of unsigned bytes with `dimensions` dimensions, plain or gzipped (format: the
/// MNIST page, yann.lecun.com/exdb/mnist: two zero bytes, type 0x08, number of dimensions, each
/// size as a big-endian 32-bit number, then the values). Never allocates more than the file holds.
/// Throws TrainingError (bad_data) with file, what was found and what was expected.
IdxArray read_idx(const std::filesystem::path& file, int dimensions);

}  // namespace tandem::trainers

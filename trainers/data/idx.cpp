#include "data/idx.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t chunk_bytes = 1 << 20;

struct CloseGzip {
  void operator()(gzFile_s* stream) const { gzclose(stream); }
};

/// A file read from its start; zlib passes files that are not gzipped through as they are.
class Input {
 public:
  explicit Input(const std::filesystem::path& file)
      : file_(file), stream_(gzopen(file.c_str(), "rb")) {
    if (!stream_) fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file_.string(), what));
  }

  /// Reads up to `size` bytes; fewer only at the end of the file.
  std::int64_t read(std::uint8_t* target, std::int64_t size) {
    const int count = gzread(stream_.get(), target, static_cast<unsigned>(size));
    int error = Z_OK;
    const char* const message = gzerror(stream_.get(), &error);
    // A gzip stream that breaks off is told by an error beside the bytes before it.
    if (count < 0 || (error != Z_OK && error != Z_STREAM_END)) {
      fail(fmt::format("cannot be read: {}", error == Z_ERRNO ? std::strerror(errno) : message));
    }
    return count;
  }

 private:
  std::filesystem::path file_;
  std::unique_ptr<gzFile_s, CloseGzip> stream_;
};

std::int64_t big_endian(const std::uint8_t* bytes) {
  return std::int64_t{bytes[0]} << 24 | std::int64_t{bytes[1]} << 16 | std::int64_t{bytes[2]} << 8 |
         std::int64_t{bytes[3]};
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& file, int dimensions) {
  Input input(file);
  std::array<std::uint8_t, 4> magic{};
  const std::array<std::uint8_t, 4> expected_magic{0, 0, 0x08,
                                                   static_cast<std::uint8_t>(dimensions)};
  const std::int64_t magic_size = input.read(magic.data(), 4);
  if (magic_size < 4) {
    input.fail(fmt::format("found {} bytes, expected an IDX header", magic_size));
  }
  if (magic != expected_magic) {
    input.fail(
        fmt::format("found magic number 0x{:08x}, expected 0x{:08x} (unsigned bytes, {} "
                    "dimensions)",
                    big_endian(magic.data()), big_endian(expected_magic.data()), dimensions));
  }

  IdxArray array;
  std::int64_t total = 1;
  for (int i = 0; i < dimensions; ++i) {
    std::array<std::uint8_t, 4> size_bytes{};
    if (input.read(size_bytes.data(), 4) < 4) {
      input.fail(fmt::format("found {} sizes, expected {}", i, dimensions));
    }
    const std::int64_t size = big_endian(size_bytes.data());
    array.sizes.push_back(size);
    if (__builtin_mul_overflow(total, size, &total)) {
      input.fail("found sizes whose product is beyond 64 bits, expected those of a data set");
    }
  }

  // The header is not believed: memory grows with what is really there.
  std::int64_t filled = 0;
  while (filled <= total) {
    const std::int64_t wanted = std::min(chunk_bytes, total + 1 - filled);
    array.values.resize(static_cast<std::size_t>(filled + wanted));
    const std::int64_t count = input.read(array.values.data() + filled, wanted);
    if (count == 0) break;
    filled += count;
  }
  if (filled != total) {
    input.fail(fmt::format("found {} {} bytes of values, expected {} ({})",
                           filled > total ? "more than" : "only", std::min(filled, total), total,
                           fmt::join(array.sizes, " × ")));
  }
  array.values.resize(static_cast<std::size_t>(total));
  return array;
}

}  // namespace tandem::trainers

#include "data/jpeg.h"

#include <fmt/format.h>
#include <turbojpeg.h>

#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>

#include "errors.h"

namespace tandem::trainers {
namespace {

struct DestroyDecoder {
  void operator()(tjhandle handle) const { tjDestroy(handle); }
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file.string(), what));
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  std::error_code error;
  // Nothing but a file: opening a named pipe would wait for its writer.
  if (!std::filesystem::is_regular_file(file, error)) fail(file, "found no such file");
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
  if (error) fail(file, "cannot be read: " + error.message());
  if (size > jpeg_file_limit_bytes) {
    fail(file, fmt::format("found {} bytes, expected at most {}", size, jpeg_file_limit_bytes));
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), size)) fail(file, "cannot be read");
  return bytes;
}

}  // namespace

RgbImage read_jpeg(const std::filesystem::path& file) {
  const std::vector<std::uint8_t> bytes = read_bytes(file);
  const std::unique_ptr<std::remove_pointer_t<tjhandle>, DestroyDecoder> decoder(
      tjInitDecompress());
  if (!decoder) fail(file, "cannot be decoded: no memory for the decoder");
  int width = 0, height = 0, subsampling = 0, color_space = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), bytes.size(), &width, &height, &subsampling,
                          &color_space) != 0 ||
      (width == 0 && height == 0)) {  // tables without an image
    fail(file,
         fmt::format("found no JPEG image ({}), expected one", tjGetErrorStr2(decoder.get())));
  }
  if (width < 1 || height < 1 || width > jpeg_side_limit || height > jpeg_side_limit) {
    fail(file, fmt::format("found an image of {} × {} pixels, expected 1 to {} a side", width,
                           height, jpeg_side_limit));
  }
  RgbImage image{.height = height, .width = width, .values = {}};
  image.values.resize(static_cast<std::size_t>(image.height * image.width * 3));
  // Without a limit a small progressive file can keep the decoder busy for minutes.
  if (tjDecompress2(decoder.get(), bytes.data(), bytes.size(), image.values.data(), width,
                    /*pitch=*/0, height, TJPF_RGB, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    fail(file, fmt::format("found a damaged JPEG image ({}), expected a whole one",
                           tjGetErrorStr2(decoder.get())));
  }
  return image;
}

}  // namespace tandem::trainers

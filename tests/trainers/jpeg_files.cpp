#include "jpeg_files.h"

#include <turbojpeg.h>

#include <stdexcept>

namespace tandem::trainers::test {

std::string jpeg_bytes(int width, int height, const std::vector<std::uint8_t>& color) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), color.begin(), color.end());
  const tjhandle encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(encoder, pixels.data(), width, 0, height, TJPF_RGB, &bytes, &size,
                                 TJSAMP_444, /*quality=*/95, 0);
  const std::string result(reinterpret_cast<const char*>(bytes), failed == 0 ? size : 0);
  tjFree(bytes);
  tjDestroy(encoder);
  if (failed != 0) throw std::runtime_error("tjCompress2 failed");
  return result;
}

std::string with_claimed_size(std::string jpeg, int width, int height) {
  // Marker SOF0, length (2 bytes), precision, then height and width (ITU-T T.81, B.2.2).
  const std::size_t frame = jpeg.find("\xff\xc0");
  if (frame == std::string::npos) throw std::runtime_error("no baseline frame header");
  for (const auto& [place, value] : {std::pair(5U, height), std::pair(7U, width)}) {
    jpeg[frame + place] = static_cast<char>(value >> 8);
    jpeg[frame + place + 1] = static_cast<char>(value & 0xff);
  }
  return jpeg;
}

}  // namespace tandem::trainers::test

#include "report/packed.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace tandem::report {
namespace {

std::string deflated(std::string_view data) {
  uLongf size = compressBound(data.size());
  std::string out(size, '\0');
  // With the room that compressBound asks for, only a lack of memory can go wrong.
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                reinterpret_cast<const Bytef*>(data.data()), data.size(),
                Z_BEST_COMPRESSION) != Z_OK) {
    throw std::bad_alloc();
  }
  out.resize(size);
  return out;
}

std::string base64(std::string_view data) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((data.size() + 2) / 3 * 4);
  for (size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      const bool there = i + k < data.size();
      group = group << 8U | (there ? static_cast<unsigned char>(data[i + k]) : 0U);
    }
    const size_t bytes = std::min<size_t>(3, data.size() - i);
    for (size_t k = 0; k < 4; ++k) {
      text += k <= bytes ? digits[group >> (18 - 6 * k) & 0x3FU] : '=';
    }
  }
  return text;
}

}  // namespace

std::string packed(std::string_view data) {
  return base64(deflated(data));
}

}  // namespace tandem::report

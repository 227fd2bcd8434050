#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::trainers::test {

/// The bytes of a JPEG file of one colour (red, green, blue), of good quality.
std::string jpeg_bytes(int width, int height, const std::vector<std::uint8_t>& color);

/// The same file with another size in its header.
std::string with_claimed_size(std::string jpeg, int width, int height);

}  // namespace tandem::trainers::test

#pragma once

#include <string>
#include <string_view>

namespace tandem::report {

/// Data as it travels in the page: deflated (zlib's format, RFC 1950), in base64 (RFC 4648), so
/// that nothing in it can end the element that holds it. A browser reads it with
/// DecompressionStream('deflate').
std::string packed(std::string_view data);

}  // namespace tandem::report

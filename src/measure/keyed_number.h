#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::measure {

/// The number that stands after `key` and blanks, where a line of a kernel's table begins with
/// `key`: `read_bytes: 4096`, `usage_usec 17`. A key that ends with a colon is given with it.
/// Nothing when no line does, or when what follows is no such number.
std::optional<std::uint64_t> keyed_number(std::string_view text, std::string_view key) noexcept;

/// The number that begins `text`; nothing when there is none or it doesn't fit.
std::optional<std::uint64_t> leading_number(std::string_view text) noexcept;

}  // namespace tandem::measure

#pragma once

#include <string>
#include <string_view>

namespace tandem::report {

/// Text that stands in HTML or SVG as what it is: `&`, `<`, `>` and quotes become references.
std::string escape_html(std::string_view text);

}  // namespace tandem::report

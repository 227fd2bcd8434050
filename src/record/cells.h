#pragma once

#include <optional>
#include <string_view>

namespace tandem::record {

/// Without the blanks around it.
std::string_view trimmed(std::string_view cell);

/// A whole cell as a finite number, `decimal` being `.` or `,`; nothing when it isn't one.
std::optional<double> number_in(std::string_view cell, char decimal);

}  // namespace tandem::record

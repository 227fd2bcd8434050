#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::core {

/// The names closest to `wanted` by edit distance, best first, at most `most`; only ones near
/// enough to be a likely slip of the keyboard.
std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names,
                                       size_t most = 3);

/// `a, b or c`.
std::string list_of_choices(std::span<const std::string> names);

/// Text from outside made safe for a terminal: control characters and bytes that are no UTF-8
/// become
/// `\xNN`, marks that turn the text's direction `\uNNNN`; long text is cut after `most_bytes`
/// (never inside a character) with an ellipsis.
std::string printable(std::string_view text, size_t most_bytes = 200);

/// The same for a text of several lines, whose ends stay; nothing is cut.
std::string printable_lines(std::string_view text);

/// In double quotes and printable, for messages.
std::string in_quotes(std::string_view text);

/// `47 s`, `5 min 20 s`, `38.8 h`.
std::string format_duration(double seconds);

/// `12.3 J`, `4.56 kJ`, `1.20 MJ`.
std::string format_energy(double joules);

/// A hyperparameter's value as a person would write it: the shortest decimal that reads back equal
/// (`0.002`, `50`).
std::string format_number(double value);

}  // namespace tandem::core

#pragma once

#include <string>
#include <string_view>

// Texts from outside, made safe for the languages of the paper files: what a name holds stands in
// the paper as text. Control characters and broken UTF-8 are shown as core::printable shows them.
namespace tandem::report {

/// A string of gnuplot in single quotes, which knows neither escapes nor commands in backquotes.
std::string gnuplot_string(std::string_view text);
/// The same for the label of a tic, which gnuplot takes for a format.
std::string gnuplot_tic(std::string_view text);
/// A string of gnuplot for any bytes, such as a path: every byte stands as its octal number.
std::string gnuplot_bytes(std::string_view bytes);

/// Text for LaTeX. What it doesn't set by itself of the signs that tandem writes (−, ×, ∥, …)
/// becomes mathematics; other letters beyond Latin need LuaLaTeX or XeLaTeX.
std::string escape_latex(std::string_view text);

/// Text for a cell of a Markdown table (GitHub's, Pandoc's): no emphasis, link, tag or new cell
/// comes of it.
std::string escape_markdown(std::string_view text);

/// Printable, and at most `columns` wide.
std::string paper_label(std::string_view text, size_t columns);

}  // namespace tandem::report

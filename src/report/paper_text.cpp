#include "report/paper_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

constexpr size_t most_bytes = 4000;

using Replacement = std::pair<std::string_view, std::string_view>;

/// Each beginning that is in the table is replaced; the rest stays.
std::string replaced(std::string_view text, const auto& replacements) {
  std::string made;
  while (!text.empty()) {
    const auto found = std::find_if(
        replacements.begin(), replacements.end(),
        [&](const Replacement& replacement) { return text.starts_with(replacement.first); });
    const bool known = found != replacements.end();
    made += known ? found->second : text.substr(0, 1);
    text.remove_prefix(known ? found->first.size() : 1);
  }
  return made;
}

constexpr auto for_latex = std::to_array<Replacement>({
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"^", "\\textasciicircum{}"},
    {"~", "\\textasciitilde{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"\"", "\\textquotedblright{}"},
    {"`", "\\textasciigrave{}"},
    // Alone, so that no two of them become a dash or a quote, nor a bracket an argument of `\\`.
    {"-", "{-}"},
    {"'", "{'}"},
    {"[", "{[}"},
    {"]", "{]}"},
    {"−", "$-$"},
    {"±", "$\\pm$"},
    {"×", "$\\times$"},
    {"∥", "$\\parallel$"},
    {"→", "$\\rightarrow$"},
    {"≤", "$\\leq$"},
    {"…", "\\ldots{}"},
    {"–", "--"},
});

constexpr auto for_markdown = std::to_array<Replacement>({
    {"\\", "\\\\"},
    {"`", "\\`"},
    {"*", "\\*"},
    {"_", "\\_"},
    {"[", "\\["},
    {"]", "\\]"},
    {"<", "\\<"},
    {">", "\\>"},
    {"|", "\\|"},
    {"~", "\\~"},
    {"&", "\\&"},
    {"$", "\\$"},
    {"#", "\\#"},
    {"!", "\\!"},
    {"^", "\\^"},
    {"\"", "\\\""},
    {"'", "\\'"},
    {"@", "\\@"},
    // Two readers make a link of an address without being asked.
    {"://", "\\://"},
    {"www.", "www\\."},
});

std::string doubled(std::string_view text, char sign) {
  std::string made;
  for (const char c : text) made += c == sign ? std::string(2, c) : std::string(1, c);
  return made;
}

}  // namespace

std::string gnuplot_string(std::string_view text) {
  return "'" + doubled(core::printable(text, most_bytes), '\'') + "'";
}

std::string gnuplot_tic(std::string_view text) {
  return gnuplot_string(doubled(text, '%'));
}

std::string gnuplot_bytes(std::string_view bytes) {
  std::string made = "\"";
  for (const char c : bytes) made += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  return made + "\"";
}

std::string escape_latex(std::string_view text) {
  return replaced(core::printable(text, most_bytes), for_latex);
}

std::string escape_markdown(std::string_view text) {
  return replaced(core::printable(text, most_bytes), for_markdown);
}

std::string paper_label(std::string_view text, size_t columns) {
  return shortened(core::printable(text, most_bytes), columns);
}

}  // namespace tandem::report

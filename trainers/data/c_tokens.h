#pragma once

#include <string>
#include <vector>

namespace tandem::trainers {

/// What a token of C is, as far as a vocabulary cares when it doesn't know the token.
enum class CTokenKind { identifier, number, text, other };

struct CToken {
  CTokenKind kind = CTokenKind::other;
  std::string text;

  bool operator==(const CToken&) const = default;
};

/// The tokens of a C source text in their order, without comments: keywords, punctuation,
/// identifiers, numbers, and string and character constants with their quotes. What is no C is cut
/// into words and signs. Only the first max_source_bytes (data/syntax_tree.h) are read, which is
/// more than the networks take.
std::vector<CToken> c_tokens(const std::string& code);

}  // namespace tandem::trainers

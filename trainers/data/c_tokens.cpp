#include "data/c_tokens.h"

#include <cctype>
#include <memory>
#include <string_view>

#include "data/syntax_tree.h"

namespace tandem::trainers {
namespace {

bool is_word_sign(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Appends the words (letters, digits, underscores) and single signs of a text without grammar.
void append_words(std::string_view text, std::vector<CToken>& tokens) {
  for (std::size_t place = 0; place < text.size();) {
    std::size_t end = place + 1;
    if (is_word_sign(text[place])) {
      while (end < text.size() && is_word_sign(text[end])) ++end;
      tokens.push_back({is_digit(text[place]) ? CTokenKind::number : CTokenKind::identifier,
                        std::string(text.substr(place, end - place))});
    } else if (!is_blank(text[place])) {
      tokens.push_back({CTokenKind::other, std::string(text.substr(place, 1))});
    }
    place = end;
  }
}

/// Nodes that are one token to a lexer of C, though the grammar looks into them.
bool is_literal(std::string_view node_kind) {
  return node_kind == "string_literal" || node_kind == "char_literal" ||
         node_kind == "system_lib_string";
}

void append_leaf(std::string_view node_kind, std::string_view text, std::vector<CToken>& tokens) {
  if (text.empty() || node_kind == "comment") return;
  if (is_literal(node_kind)) {
    tokens.push_back({CTokenKind::text, std::string(text)});
  } else if (node_kind == "number_literal") {
    tokens.push_back({CTokenKind::number, std::string(text)});
  } else if (node_kind == "ERROR" || node_kind == "preproc_arg") {
    append_words(text, tokens);
  } else {
    std::string_view token = text;  // a directive's token takes blanks and the line's end with it
    while (!token.empty() && is_blank(token.front())) token.remove_prefix(1);
    while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
    if (token.empty()) return;
    const bool is_name = node_kind.ends_with("identifier");
    tokens.push_back({is_name ? CTokenKind::identifier : CTokenKind::other, std::string(token)});
  }
}

}  // namespace

std::vector<CToken> c_tokens(const std::string& code) {
  const SyntaxTree tree(Language::c, code.substr(0, max_source_bytes), "C source");
  std::vector<CToken> tokens;
  TSTreeCursor cursor = ts_tree_cursor_new(tree.root());
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    if (is_literal(kind(node)) || !ts_tree_cursor_goto_first_child(&cursor)) {
      append_leaf(kind(node), tree.text(node), tokens);
      while (!(more = ts_tree_cursor_goto_next_sibling(&cursor))) {
        if (!ts_tree_cursor_goto_parent(&cursor)) break;
      }
    }
  }
  ts_tree_cursor_delete(&cursor);
  return tokens;
}

}  // namespace tandem::trainers

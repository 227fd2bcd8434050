#pragma once

#include <tree_sitter/api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::trainers {

/// The languages whose source can be parsed (docs/decisions/0024 and 0025).
enum class Language { c, java };

/// The largest text that is parsed. libtree-sitter 0.20 counts the children of a node in 16 bits
/// and frees what it never allocated when there are more; in a text of errors each byte can be a
/// child.
inline constexpr std::size_t max_source_bytes = 60'000;

/// A source text with its concrete syntax tree, by tree-sitter. Every text has a tree: what the
/// grammar doesn't know is in it as errors. Nothing in here recurses, so that nesting of any depth
/// needs memory but no stack.
class SyntaxTree {
 public:
  /// Throws TrainingError (bad_data) naming `origin` for a text above max_source_bytes.
  SyntaxTree(Language language, std::string text, const std::string& origin);

  TSNode root() const { return ts_tree_root_node(tree_.get()); }

  /// The source text that a node covers.
  std::string_view text(TSNode node) const {
    const auto begin = ts_node_start_byte(node);
    return std::string_view(text_).substr(begin, ts_node_end_byte(node) - begin);
  }

 private:
  struct Delete {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  };
  std::string text_;
  std::unique_ptr<TSTree, Delete> tree_;
};

/// The kind of a node as its grammar calls it.
inline std::string_view kind(TSNode node) {
  return ts_node_type(node);
}

/// The child that the grammar calls `name`; ts_node_is_null() when there is none.
inline TSNode field(TSNode node, std::string_view name) {
  return ts_node_child_by_field_name(node, name.data(), static_cast<std::uint32_t>(name.size()));
}

}  // namespace tandem::trainers

#pragma once

#include <string>
#include <vector>

namespace tandem::trainers {

/// The labels of a tree's nodes in two orders, each as long as the tree has nodes.
struct TreeSequences {
  std::vector<std::string> preorder;
  std::vector<std::string> postorder;
};

/// The optimised syntax tree of a Java source text (Yu, Yang, Li, Hao 2025, "A Multiple
/// Representation Transformer with Optimized Abstract Syntax Tree for Efficient Code Clone
/// Detection", ICSE; the rules are those of its repository UnbSky/MRT-OAST; docs/decisions/0025
/// says where this tree differs):
/// - pruned: names, literals, types, modifiers, imports, declarators and expression statements are
///   left out, what is below them moves up;
/// - enhanced: operators carry the type of what they work on, calls and creations their name,
///   methods and parameters their type;
/// - unified: `if` and `switch` are selections of conditions and statements, all loops are one kind
///   with condition, body, and the update at the body's end.
/// Throws TrainingError (bad_data) naming `origin` for a text above max_source_bytes, or whose tree
/// has more than a million nodes.
TreeSequences java_tree(const std::string& source, const std::string& origin);

/// The label without its last detail: `MethodInvocation_parseInt` → `MethodInvocation`. Stands for
/// labels that are too rare to have a number of their own.
std::string general_label(const std::string& label);

}  // namespace tandem::trainers

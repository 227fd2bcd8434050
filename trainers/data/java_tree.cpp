#include "data/java_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "data/syntax_tree.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::size_t max_steps = 1'000'000;
constexpr int type_search_depth = 8;
constexpr std::string_view no_type = "Builtin";  // as the original calls what it can't tell

/// Nodes that are kept under a name of their own (javalang's, as in the original).
const std::map<std::string_view, std::string_view> kept{
    {"annotation_type_declaration", "AnnotationDeclaration"},
    {"array_access", "ArraySelector"},
    {"array_creation_expression", "ArrayCreator"},
    {"array_initializer", "ArrayInitializer"},
    {"assert_statement", "AssertStatement"},
    {"block", "BlockStatement"},
    {"break_statement", "BreakStatement"},
    {"cast_expression", "Cast"},
    {"class_declaration", "ClassDeclaration"},
    {"constructor_body", "BlockStatement"},
    {"constructor_declaration", "ConstructorDeclaration"},
    {"continue_statement", "ContinueStatement"},
    {"enum_constant", "EnumConstantDeclaration"},
    {"enum_declaration", "EnumDeclaration"},
    {"explicit_constructor_invocation", "ExplicitConstructorInvocation"},
    {"field_declaration", "FieldDeclaration"},
    {"interface_declaration", "InterfaceDeclaration"},
    {"labeled_statement", "LabeledStatement"},
    {"lambda_expression", "LambdaExpression"},
    {"method_reference", "MethodReference"},
    {"program", "CompilationUnit"},
    {"return_statement", "ReturnStatement"},
    {"synchronized_statement", "SynchronizedStatement"},
    {"this", "This"},
    {"throw_statement", "ThrowStatement"},
    {"try_statement", "TryStatement"},
    {"try_with_resources_statement", "TryStatement"},
};

/// Types that stand in labels; of all others only that they are none of these.
const std::set<std::string_view> common_types{
    "ArrayList", "BigInteger", "Character", "Exception", "HashMap", "HashSet", "IOException",
    "Integer",   "List",       "Map",       "Scanner",   "Set",     "String",  "StringBuilder",
    "boolean",   "byte",       "char",      "double",    "float",   "long",    "short"};

bool is_truth_operator(std::string_view name) {
  static const std::set<std::string_view> names{"==", "&&", "||", "!=", ">", ">=", "<", "<="};
  return names.contains(name);
}

struct Child {
  TSNode node;
  std::string_view field;  ///< Empty: the grammar gives this child no name.
};

std::vector<Child> named_children(TSNode node) {
  std::vector<Child> children;
  TSTreeCursor cursor = ts_tree_cursor_new(node);
  for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
       more = ts_tree_cursor_goto_next_sibling(&cursor)) {
    const TSNode child = ts_tree_cursor_current_node(&cursor);
    const char* const name = ts_tree_cursor_current_field_name(&cursor);
    if (ts_node_is_named(child)) children.push_back({child, name == nullptr ? "" : name});
  }
  ts_tree_cursor_delete(&cursor);
  return children;
}

/// What to do with a node beyond following its kind.
enum class Form {
  by_kind,
  loop,       ///< A loop statement without the initialisation in front of it.
  loop_body,  ///< The body of a `for`, with the update at its end.
  negated,    ///< A condition that doesn't hold.
  equality,   ///< A value that a `switch` compares with.
};

struct Step {
  TSNode node;
  int depth;
  Form form = Form::by_kind;
};

class Optimizer {
 public:
  Optimizer(const SyntaxTree& tree, const std::string& origin) : tree_(tree), origin_(origin) {}

  TreeSequences run() {
    stack_.push_back({tree_.root(), 0});
    for (std::size_t steps = 0; !stack_.empty(); ++steps) {
      if (steps == max_steps) {
        throw TrainingError(ExitCode::bad_data,
                            fmt::format("{}: found a syntax tree of more than {} nodes, expected "
                                        "that of a program",
                                        origin_, max_steps));
      }
      const Step step = stack_.back();
      stack_.pop_back();
      take(step);
      // Last in, first out: the first of the new steps has to be on top.
      std::ranges::reverse(next_);
      stack_.insert(stack_.end(), next_.begin(), next_.end());
      next_.clear();
    }
    std::vector<std::string> postorder = in_postorder();
    return {std::move(labels_), std::move(postorder)};
  }

 private:
  void take(const Step& step) {
    switch (step.form) {
      case Form::by_kind:
        return take_by_kind(step);
      case Form::loop:
        return take_loop(step);
      case Form::loop_body:
        return take_loop_body(step);
      case Form::negated:
        add("UnaryOperator_!_boolean", step.depth);
        return follow(step.node, step.depth + 1);
      case Form::equality:
        add("BinaryOperation_==_boolean", step.depth);
        return follow(step.node, step.depth + 1);
    }
  }

  void take_by_kind(const Step& step) {
    const auto& [node, depth, form] = step;
    const std::string_view name = kind(node);
    if (name == "modifiers" || name == "import_declaration" || name == "package_declaration")
      return;
    if (name == "if_statement") return take_if(node, depth);
    if (name == "switch_expression") return take_switch(node, depth);
    if (name == "for_statement" || name == "enhanced_for_statement" || name == "while_statement" ||
        name == "do_statement") {
      for (const Child& child : named_children(node)) {
        if (child.field == "init") follow(child.node, depth);
      }
      return follow(node, depth, Form::loop);
    }
    learn_types(node, name);
    const std::optional<std::string> label = label_of(node, name);
    if (label) add(*label, depth);
    for (const Child& child : named_children(node)) {
      follow(child.node, label ? depth + 1 : depth);
    }
  }

  void take_if(TSNode node, int depth) {
    add("SelectionStatement", depth);
    const TSNode condition = field(node, "condition");
    follow(condition, depth + 1);
    follow(field(node, "consequence"), depth + 1);
    const TSNode alternative = field(node, "alternative");
    if (ts_node_is_null(alternative)) return;
    follow(condition, depth + 1, Form::negated);
    follow(alternative, depth + 1);
  }

  void take_switch(TSNode node, int depth) {
    add("SelectionStatement", depth);
    for (const Child& group : named_children(field(node, "body"))) {
      for (const Child& part : named_children(group.node)) {
        follow(part.node, depth + 1,
               kind(part.node) == "switch_label" ? Form::equality : Form::by_kind);
      }
    }
  }

  void take_loop(const Step& step) {
    add("LoopStatement", step.depth);
    const TSNode body = field(step.node, "body");
    const bool is_for = kind(step.node) == "for_statement";
    follow(field(step.node, kind(step.node) == "enhanced_for_statement" ? "value" : "condition"),
           step.depth + 1);
    if (kind(step.node) == "enhanced_for_statement") learn_declaration(step.node);
    follow(is_for ? step.node : body, step.depth + 1, is_for ? Form::loop_body : Form::by_kind);
  }

  void take_loop_body(const Step& step) {
    const TSNode body = field(step.node, "body");
    int depth = step.depth;
    if (!ts_node_is_null(body) && kind(body) == "block") {
      add("BlockStatement", depth++);
      for (const Child& child : named_children(body)) follow(child.node, depth);
    } else {
      follow(body, depth);
    }
    for (const Child& child : named_children(step.node)) {
      if (child.field == "update") follow(child.node, depth);
    }
  }

  std::optional<std::string> label_of(TSNode node, std::string_view name) {
    if (const auto found = kept.find(name); found != kept.end()) return std::string(found->second);
    if (name == "binary_expression") {
      const std::string_view sign = operator_of(node);
      return fmt::format("BinaryOperation_{}_{}", sign,
                         is_truth_operator(sign) ? "boolean" : type_of(node));
    }
    if (name == "instanceof_expression") return "BinaryOperation_instanceof_boolean";
    if (name == "assignment_expression") {
      return fmt::format("BinaryOperation_=_{}", type_of(field(node, "right")));
    }
    if (name == "unary_expression" || name == "update_expression") {
      return fmt::format("UnaryOperator_{}_{}", operator_of(node), type_of(node));
    }
    if (name == "ternary_expression") return fmt::format("TernaryExpression_{}", type_of(node));
    if (name == "object_creation_expression") {
      return fmt::format("ClassCreator_{}", common(type_name(field(node, "type"))));
    }
    if (name == "method_invocation") {
      return fmt::format("MethodInvocation_{}", text(field(node, "name")));
    }
    if (name == "method_declaration") {
      return fmt::format("MethodDeclaration_{}", type_name(field(node, "type")));
    }
    if (name == "formal_parameter") {
      return fmt::format("FormalParameter_{}", type_name(field(node, "type")));
    }
    if (name == "catch_clause") {
      for (const Child& child : named_children(node)) {
        if (kind(child.node) != "catch_formal_parameter") continue;
        for (const Child& part : named_children(child.node)) {
          if (kind(part.node) != "catch_type") continue;
          const auto types = named_children(part.node);
          if (!types.empty()) {
            return fmt::format("CatchClause_{}", common(type_name(types[0].node)));
          }
        }
      }
      return fmt::format("CatchClause_{}", no_type);
    }
    return std::nullopt;
  }

  /// Remembers what declarations say of names. Scopes are not told apart: the latest one counts.
  void learn_types(TSNode node, std::string_view name) {
    if (name == "formal_parameter") learn_declaration(node);
    if (name != "local_variable_declaration" && name != "field_declaration") return;
    const std::string type = type_name(field(node, "type"));
    for (const Child& child : named_children(node)) {
      if (child.field == "declarator") types_[text(field(child.node, "name"))] = type;
    }
  }
  void learn_declaration(TSNode node) {
    types_[text(field(node, "name"))] = type_name(field(node, "type"));
  }

  /// The name of a type without what it is generic over, its package and its dimensions.
  std::string type_name(TSNode type) const {
    for (int depth = 0; depth < type_search_depth && !ts_node_is_null(type); ++depth) {
      const std::string_view name = kind(type);
      const auto children = named_children(type);
      if (name == "array_type") {
        type = field(type, "element");
      } else if (name == "generic_type" && !children.empty()) {
        type = children.front().node;
      } else if (name == "scoped_type_identifier" && !children.empty()) {
        type = children.back().node;
      } else {
        std::string result = text(type);
        if (name == "void_type") return "void";
        if (result == "int") return "Integer";
        if (result == "Long") return "long";
        if (result == "Double") return "double";
        return result;
      }
    }
    return std::string(no_type);
  }

  static std::string common(const std::string& type) {
    return common_types.contains(type) ? type : std::string(no_type);
  }

  std::string type_of(TSNode node) const { return common(search_type(node, 0)); }

  /// The type of an expression as far as its text tells, looking only a few levels down.
  std::string search_type(TSNode node, int depth) const {
    if (ts_node_is_null(node) || depth == type_search_depth) return std::string(no_type);
    const std::string_view name = kind(node);
    const auto of = [&](std::string_view part) {
      return search_type(field(node, part), depth + 1);
    };
    if (name == "identifier") {
      const auto found = types_.find(text(node));
      return found == types_.end() ? std::string(no_type) : found->second;
    }
    if (name == "decimal_integer_literal" || name == "hex_integer_literal" ||
        name == "octal_integer_literal" || name == "binary_integer_literal") {
      return text(node).ends_with('L') || text(node).ends_with('l') ? "long" : "Integer";
    }
    if (name == "decimal_floating_point_literal" || name == "hex_floating_point_literal") {
      return text(node).ends_with('f') ? "float" : "double";
    }
    if (name == "string_literal") return "String";
    if (name == "character_literal") return "char";
    if (name == "true" || name == "false") return "boolean";
    if (name == "binary_expression") {
      if (is_truth_operator(operator_of(node))) return "boolean";
      return wider(of("left"), of("right"));
    }
    if (name == "ternary_expression") return wider(of("consequence"), of("alternative"));
    if (name == "assignment_expression") return of("right");
    if (name == "unary_expression") return of("operand");
    if (name == "cast_expression" || name == "object_creation_expression") {
      return type_name(field(node, "type"));
    }
    if (name == "array_access") return of("array");
    if (name == "parenthesized_expression" || name == "update_expression") {
      const auto children = named_children(node);
      return children.empty() ? std::string(no_type) : search_type(children[0].node, depth + 1);
    }
    return std::string(no_type);
  }

  /// The type of an operation on two types.
  static std::string wider(const std::string& left, const std::string& right) {
    if (left == right || right == no_type) return left;
    if (left == no_type) return right;
    for (const char* const type : {"String", "double", "float", "long", "Integer", "short"}) {
      if (left == type || right == type) return type;
    }
    return left;
  }

  std::string_view operator_of(TSNode node) const {
    const TSNode named = field(node, "operator");
    if (!ts_node_is_null(named)) return tree_.text(named);
    for (std::uint32_t i = 0; i < std::min(ts_node_child_count(node), 2U); ++i) {
      const TSNode child = ts_node_child(node, i);
      if (!ts_node_is_named(child)) return tree_.text(child);
    }
    return "";
  }

  std::string text(TSNode node) const {
    return ts_node_is_null(node) ? std::string() : std::string(tree_.text(node));
  }

  void add(std::string label, int depth) {
    labels_.push_back(std::move(label));
    depths_.push_back(depth);
  }

  void follow(TSNode node, int depth, Form form = Form::by_kind) {
    if (!ts_node_is_null(node)) next_.push_back({node, depth, form});
  }

  /// Nodes are added in preorder; one is over when the next one is not below it.
  std::vector<std::string> in_postorder() const {
    std::vector<std::string> result;
    std::vector<std::size_t> open;
    const auto close_down_to = [&](int depth) {
      while (!open.empty() && depths_[open.back()] >= depth) {
        result.push_back(labels_[open.back()]);
        open.pop_back();
      }
    };
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      close_down_to(depths_[i]);
      open.push_back(i);
    }
    close_down_to(0);
    return result;
  }

  const SyntaxTree& tree_;
  const std::string& origin_;
  std::vector<Step> stack_, next_;
  std::vector<std::string> labels_;  ///< In preorder.
  std::vector<int> depths_;
  std::map<std::string, std::string> types_;
};

}  // namespace

TreeSequences java_tree(const std::string& source, const std::string& origin) {
  const SyntaxTree tree(Language::java, source, origin);
  return Optimizer(tree, origin).run();
}

std::string general_label(const std::string& label) {
  return label.substr(0, label.find('_'));
}

}  // namespace tandem::trainers

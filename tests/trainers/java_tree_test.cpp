#include "data/java_tree.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "awkward_sources.h"
#include "data/syntax_tree.h"
#include "expect_error.h"

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;

TreeSequences tree_of_statements(const std::string& statements) {
  return java_tree("class A { void f(int n) { " + statements + " } }", "test");
}

TEST(JavaTree, OfAMethodIsPrunedAndEnhanced) {
  const TreeSequences tree = java_tree(
      "package p; import java.util.*;\n"
      "public class A { /* c */ public static long f(int n, String s) {\n"
      "  long x = n * 2L; s.trim(); return x + Integer.parseInt(s); } }",
      "test");
  EXPECT_THAT(tree.preorder,
              ElementsAre("CompilationUnit", "ClassDeclaration", "MethodDeclaration_long",
                          "FormalParameter_Integer", "FormalParameter_String", "BlockStatement",
                          "BinaryOperation_*_long", "MethodInvocation_trim", "ReturnStatement",
                          "BinaryOperation_+_long", "MethodInvocation_parseInt"));
  EXPECT_THAT(
      tree.postorder,
      ElementsAre("FormalParameter_Integer", "FormalParameter_String", "BinaryOperation_*_long",
                  "MethodInvocation_trim", "MethodInvocation_parseInt", "BinaryOperation_+_long",
                  "ReturnStatement", "BlockStatement", "MethodDeclaration_long", "ClassDeclaration",
                  "CompilationUnit"));
}

TEST(JavaTree, IsTheSameForOtherNamesAndNumbers) {
  EXPECT_EQ(tree_of_statements("int a = 1; while (a < n) { a = a + 2; }").preorder,
            tree_of_statements("int zz = 77; while (zz < n) { zz = zz + 5; }").preorder);
}

TEST(JavaTree, IsTheSameForAllKindsOfLoops) {
  const auto expected = tree_of_statements("int i = 0; while (i < n) { g(i); i++; }");
  EXPECT_EQ(tree_of_statements("for (int i = 0; i < n; i++) { g(i); }").preorder,
            expected.preorder);
  EXPECT_EQ(tree_of_statements("int i = 0; do { g(i); i++; } while (i < n);").postorder,
            expected.postorder);
}

TEST(JavaTree, HasSelectionsOfConditionsAndStatements) {
  EXPECT_THAT(
      tree_of_statements("if (n > 1) f(1); else f(2);").preorder,
      ElementsAre("CompilationUnit", "ClassDeclaration", "MethodDeclaration_void",
                  "FormalParameter_Integer", "BlockStatement", "SelectionStatement",
                  "BinaryOperation_>_boolean", "MethodInvocation_f", "UnaryOperator_!_boolean",
                  "BinaryOperation_>_boolean", "MethodInvocation_f"));
  EXPECT_THAT(tree_of_statements("switch (n) { case 1: f(1); break; default: f(2); }").preorder,
              ElementsAre("CompilationUnit", "ClassDeclaration", "MethodDeclaration_void",
                          "FormalParameter_Integer", "BlockStatement", "SelectionStatement",
                          "BinaryOperation_==_boolean", "MethodInvocation_f", "BreakStatement",
                          "BinaryOperation_==_boolean", "MethodInvocation_f"));
}

TEST(JavaTree, KnowsTheTypesOfOperandsAsFarAsTheTextTells) {
  const auto tree = tree_of_statements(
      "String s = \"a\"; double d = 1; Map<String, Integer> m = new HashMap<>();"
      "s += n + s; d = d * n; n++; boolean b = !m.isEmpty(); long[] v = {1}; v[0] = v[0] / 2;"
      "try { g((char) n); } catch (java.io.IOException e) { g(b ? 1 : 2); }");
  EXPECT_THAT(tree.preorder, testing::IsSupersetOf(
                                 {"BinaryOperation_=_String", "BinaryOperation_+_String",
                                  "BinaryOperation_=_double", "BinaryOperation_*_double",
                                  "UnaryOperator_++_Integer", "ClassCreator_HashMap",
                                  "UnaryOperator_!_Builtin", "BinaryOperation_/_long",
                                  "CatchClause_IOException", "Cast", "TernaryExpression_Integer"}));
}

TEST(JavaTree, TakesAMethodWithoutAClass) {
  EXPECT_THAT(java_tree("int f(int n) { return n; }", "test").preorder,
              ElementsAre("CompilationUnit", "MethodDeclaration_Integer", "FormalParameter_Integer",
                          "BlockStatement", "ReturnStatement"));
}

TEST(JavaTree, GeneralLabelsLoseTheirDetails) {
  EXPECT_EQ(general_label("MethodInvocation_parseInt"), "MethodInvocation");
  EXPECT_EQ(general_label("BinaryOperation_+_long"), "BinaryOperation");
  EXPECT_EQ(general_label("ReturnStatement"), "ReturnStatement");
}

TEST(JavaTree, OfAwkwardTextsHasEachNodeInBothOrders) {
  for (const std::string& text : awkward_sources(max_source_bytes / 3)) {
    TreeSequences tree = java_tree(text, "awkward");
    std::ranges::sort(tree.preorder);
    std::ranges::sort(tree.postorder);
    ASSERT_EQ(tree.preorder, tree.postorder) << text.substr(0, 80);
  }
}

TEST(JavaTree, OfATextThatIsTooLongIsRejected) {
  expect_error(ExitCode::bad_data, {"big.java", "60001 bytes", "at most 60000"},
               [] { java_tree(std::string(max_source_bytes + 1, ' '), "big.java"); });
}

TEST(JavaTree, ThatGrowsWithoutBoundIsRejected) {
  // Each condition stands twice in the tree, for what holds and for what doesn't.
  std::string text = "x";
  for (int i = 0; i < 40; ++i) text = "() -> { if (f(" + text + ")) { } else { } }";
  expect_error(ExitCode::bad_data, {"nested.java", "more than 1000000 nodes"},
               [&] { java_tree("class A { Object o = " + text + "; }", "nested.java"); });
}

}  // namespace
}  // namespace tandem::trainers::test

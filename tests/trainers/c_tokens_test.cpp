#include "data/c_tokens.h"

#include <gmock/gmock.h>

#include "awkward_sources.h"
#include "data/syntax_tree.h"

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<CToken>& tokens) {
  std::vector<std::string> result;
  for (const CToken& token : tokens) result.push_back(token.text);
  return result;
}

TEST(CTokens, AreThoseOfALexerWithoutComments) {
  EXPECT_THAT(texts(c_tokens("static int f(const char *s) /* x */ {\n"
                             "  return s->len >= 0x1fUL; // no\n}\n")),
              ElementsAre("static", "int", "f", "(", "const", "char", "*", "s", ")", "{", "return",
                          "s", "->", "len", ">=", "0x1fUL", ";", "}"));
}

TEST(CTokens, SayWhatTheyAre) {
  EXPECT_THAT(
      c_tokens("x = \"a \\\"b\\\"\" + 'c' + 1.5e3;"),
      ElementsAre(CToken{CTokenKind::identifier, "x"}, CToken{CTokenKind::other, "="},
                  CToken{CTokenKind::text, "\"a \\\"b\\\"\""}, CToken{CTokenKind::other, "+"},
                  CToken{CTokenKind::text, "'c'"}, CToken{CTokenKind::other, "+"},
                  CToken{CTokenKind::number, "1.5e3"}, CToken{CTokenKind::other, ";"}));
}

TEST(CTokens, OfDirectivesAreCutIntoWordsToo) {
  EXPECT_THAT(texts(c_tokens("#define SQUARE(x) ((x)*(x))\n#ifdef DEBUG\nint n;\n#endif\n")),
              ElementsAre("#define", "SQUARE", "(", "x", ")", "(", "(", "x", ")", "*", "(", "x",
                          ")", ")", "#ifdef", "DEBUG", "int", "n", ";", "#endif"));
}

TEST(CTokens, OfWhatIsNoCAreWordsAndSigns) {
  const auto tokens = texts(c_tokens("int f() { return $ n @ 3; }"));
  EXPECT_THAT(tokens, testing::IsSupersetOf({"int", "f", "return", "n", "@", "3", "}"}));
}

TEST(CTokens, OfATextThatIsTooLongAreThoseOfItsBeginning) {
  std::string text;
  while (text.size() < 3 * max_source_bytes) text += "x = 1;\n";
  EXPECT_EQ(c_tokens(text), c_tokens(text.substr(0, max_source_bytes)));
}

TEST(CTokens, OfAwkwardTextsHaveNoBlanksAndEnd) {
  for (const std::string& text : awkward_sources(max_source_bytes)) {
    for (const CToken& token : c_tokens(text)) {
      ASSERT_FALSE(token.text.empty());
      ASSERT_NE(token.text.front(), ' ') << text.substr(0, 80);
    }
  }
}

}  // namespace
}  // namespace tandem::trainers::test

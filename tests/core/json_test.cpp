#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace tandem::core {
namespace {

using ::testing::HasSubstr;

/// The problems that reading `text` with `read` adds.
std::vector<Problem> problems_of(const std::string& text,
                                 const std::function<void(const JsonNode&)>& read) {
  Diagnostics diagnostics("file.json");
  const Json document = Json::parse(text);
  read(JsonNode(document, "$", diagnostics));
  try {
    diagnostics.throw_if_any();
  } catch (const UserError& error) {
    return error.problems();
  }
  return {};
}

TEST(JsonNode, NamesAPlaceSoThatATerminalCanShowIt) {
  const auto problems = problems_of(R"({"\u001b[2J": 1})", [](const JsonNode& root) {
    root.find("\x1b[2J")->reject("a text");
    root.member("\x1b[3J", "a text");
  });
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].place, "$.\\x1b[2J");
  EXPECT_EQ(problems[1].place, "$.\\x1b[3J");
}

TEST(ParseJson, NamesLineAndColumnOfASyntaxError) {
  try {
    parse_json("{\n  \"a\": 1,\n  \"b\" 2\n}", "study.json");
    FAIL() << "no error";
  } catch (const UserError& error) {
    ASSERT_EQ(error.problems().size(), 1U);
    EXPECT_EQ(error.problems()[0].place, "line 3, column 7");
    EXPECT_THAT(error.what(), HasSubstr("study.json"));
  }
}

TEST(ParseJson, NamesTheEndOfAFileThatStopsTooEarly) {
  for (const char* text : {"", "{", "{\"a\": [1, 2", "\n"}) {
    try {
      parse_json(text, "study.json");
      ADD_FAILURE() << "no error for: " << text;
    } catch (const UserError& error) {
      EXPECT_EQ(error.problems()[0].found, "the end of the file") << text;
    }
  }
}

TEST(ParseJson, RefusesAKeyThatStandsTwice) {
  try {
    parse_json(R"({"a": {"x": 1, "y": 2, "x": 3}})", "study.json");
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.problems()[0].place, HasSubstr("\"x\""));
  }
}

TEST(ParseJson, AllowsTheSameKeyInDifferentObjects) {
  EXPECT_NO_THROW(parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "study.json"));
}

TEST(ParseJson, CallsANumberThatFitsNowhereTheUsersMistake) {
  EXPECT_THROW(parse_json(R"({"a": 1e999})", "study.json"), UserError);
}

TEST(ParseJson, RefusesADocumentThatNestsTooDeeply) {
  const auto nested = [](size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_NO_THROW(parse_json(nested(200), "study.json"));
  for (const size_t levels : {201UL, 1'000'000UL}) {
    try {
      parse_json(nested(levels), "study.json");
      ADD_FAILURE() << "no error for " << levels;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("more than 200 levels"));
    }
  }
}

TEST(ReadJson, CallsAMissingFileTheUsersMistake) {
  EXPECT_THROW(read_json("/no/such/study.json"), UserError);
}

TEST(JsonNode, ReportsTheWrongTypeWithPathFoundAndExpected) {
  const auto problems = problems_of(R"({"pairs": [{"n": "three"}]})", [](const JsonNode& root) {
    root.find("pairs")->items()[0].find("n")->integer(1, 10);
  });
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].place, "$.pairs[0].n");
  EXPECT_EQ(problems[0].found, "\"three\"");
  EXPECT_EQ(problems[0].expected, "a whole number from 1 to 10");
}

TEST(JsonNode, GoesOnAfterAMistakeAndReportsAllOfThem) {
  const auto problems =
      problems_of(R"({"a": 1, "b": "x", "c": [], "d": 9})", [](const JsonNode& root) {
        root.find("a")->string();
        root.find("b")->boolean();
        root.find("c")->members();
        root.find("d")->number(0, 5);
        root.member("e", "something");
      });
  EXPECT_EQ(problems.size(), 5U);
}

TEST(JsonNode, SuggestsTheNearestNameForAnUnknownMember) {
  const auto problems = problems_of(R"({"repetitons": 3})", [](const JsonNode& root) {
    root.allow_only({"repetitions", "seed"});
  });
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].expected, "perhaps repetitions");
}

TEST(JsonNode, TakesWholeNumbersInAnyNotationButNoFractionsAndNoOverflow) {
  const auto read = [](const JsonNode& root) {
    EXPECT_EQ(root.items()[0].integer(0, 5000), 1000);
    EXPECT_EQ(root.items()[1].integer(0, 5000), 4);
    root.items()[2].integer(0, 5000);
    root.items()[3].integer(0, std::numeric_limits<std::int64_t>::max() / 2);
  };
  EXPECT_EQ(problems_of("[1e3, 4.0, 4.5, 1e300]", read).size(), 2U);
}

TEST(JsonNode, KeepsTheOrderOfTheFile) {
  problems_of(R"({"z": 1, "a": 2})", [](const JsonNode& root) {
    EXPECT_EQ(root.members()[0].first, "z");
    EXPECT_EQ(root.members()[1].first, "a");
  });
}

}  // namespace
}  // namespace tandem::core

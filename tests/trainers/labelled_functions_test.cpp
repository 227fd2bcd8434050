#include "data/labelled_functions.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/c_tokens.h"
#include "data/made_up_functions.h"
#include "data/syntax_tree.h"
#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;

/// Functions f0, f1, …, every second one vulnerable, as CodeXGLUE's function.json has them.
std::string devign(int count) {
  auto list = nlohmann::json::array();
  for (int i = 0; i < count; ++i) {
    list.push_back({{"project", "FFmpeg"},
                    {"commit_id", "973b1a6b9070e2bf17d17568cbaf4043ce931f51"},
                    {"target", i % 2},
                    {"func", "int f" + std::to_string(i) + "() {}"}});
  }
  return list.dump();
}

std::vector<std::string> codes(const std::vector<LabelledFunction>& functions) {
  std::vector<std::string> result;
  for (const auto& function : functions) result.push_back(function.code);
  return result;
}

class LabelledFunctionsFiles : public testing::Test {
 protected:
  LabelledFunctions load() { return load_labelled_functions(folder_.path(), 1'000, 1'000); }
  void write(const std::string& name, const std::string& text) {
    write_file(folder_.path() / name, text);
  }
  void expect_bad(const std::vector<std::string>& message) {
    expect_error(ExitCode::bad_data, message, [&] { load(); });
  }

  TemporaryFolder folder_;
};

TEST_F(LabelledFunctionsFiles, OfDevignAreSplitAsItsIndexFilesSay) {
  write("function.json", devign(6));
  write("train.txt", "5\n0\n2\n");
  write("valid.txt", "1\n");
  write("test.txt", "4\r\n3\r\n");
  const LabelledFunctions functions = load();
  EXPECT_THAT(codes(functions.train), ElementsAre("int f5() {}", "int f0() {}", "int f2() {}"));
  EXPECT_THAT(codes(functions.test), ElementsAre("int f4() {}", "int f3() {}"));
  EXPECT_TRUE(functions.train[0].vulnerable);
  EXPECT_FALSE(functions.train[1].vulnerable);
  EXPECT_FALSE(functions.synthetic);
}

TEST_F(LabelledFunctionsFiles, OfDevignWithoutIndexFilesLeaveEveryTenthFunctionForTheTest) {
  auto list = nlohmann::json::parse(devign(40));
  list[9]["target"] = 0;
  list[19]["target"] = true;
  write("Devign.json", list.dump());
  const LabelledFunctions functions = load();
  EXPECT_EQ(functions.train.size(), 36U);
  EXPECT_THAT(codes(functions.test),
              ElementsAre("int f9() {}", "int f19() {}", "int f29() {}", "int f39() {}"));
  EXPECT_TRUE(functions.test[1].vulnerable);
}

TEST_F(LabelledFunctionsFiles, AreTakenFromTheBeginningUpToTheLimits) {
  write("function.json", devign(60));
  write("train.txt", "0\n1\n2\n3\n");
  write("test.txt", "10\n11\n12\n");
  const auto functions = load_labelled_functions(folder_.path(), 2, 2);
  EXPECT_THAT(codes(functions.train), ElementsAre("int f0() {}", "int f1() {}"));
  EXPECT_THAT(codes(functions.test), ElementsAre("int f10() {}", "int f11() {}"));
}

TEST_F(LabelledFunctionsFiles, OfD2aTestOnTheSplitCalledDev) {
  std::filesystem::create_directory(folder_.path() / "function");
  write("function/d2a_lbv1_function_train.csv",
        "id,label,code\n1,1,\"int f(char *s)\n{ return s[\"\"x\"\"[0]]; }\"\n2,0,int g() {}\n");
  write("function/d2a_lbv1_function_dev.csv", "id,label,code\n3,0,int h() {}\n4,1,int i() {}\n");
  const LabelledFunctions functions = load();
  EXPECT_THAT(codes(functions.train),
              ElementsAre("int f(char *s)\n{ return s[\"x\"[0]]; }", "int g() {}"));
  EXPECT_TRUE(functions.train[0].vulnerable);
  EXPECT_THAT(codes(functions.test), ElementsAre("int h() {}", "int i() {}"));
}

TEST_F(LabelledFunctionsFiles, ThatAreMissingAreNamed) {
  expect_bad({folder_.path().string(), "neither function.json, Devign.json nor d2a_lbv1_"});
  write("d2a_lbv1_function_train.csv", "id,label,code\n1,1,f\n2,0,g\n");
  expect_bad({"d2a_lbv1_function_dev.csv", "cannot be opened"});
  write("function.json", devign(4));
  write("train.txt", "1\n");
  expect_bad({"test.txt", "cannot be read"});
}

TEST_F(LabelledFunctionsFiles, OfDevignThatDoNotFitAreRejectedWithTheirPlace) {
  const std::string whole = devign(4);
  write("function.json", whole.substr(0, whole.size() / 2));
  expect_bad({"function.json", "found no JSON at byte"});
  write("function.json", "{}");
  expect_bad({"function.json", "found a JSON object, expected a list"});
  write("function.json", R"([{"func": "int f() {}", "target": 2}])");
  expect_bad({"function.json, entry 0", "found target 2, expected 0 or 1"});
  write("function.json", R"([{"func": "int f() {}"}])");
  expect_bad({"function.json, entry 0", "found no 'target'"});
  write("function.json", R"([{"func": 7, "target": 0}])");
  expect_bad({"function.json, entry 0", "found no object with a text 'func'"});
  write("function.json", R"([{"func": "f", "target": "1"}])");
  expect_bad({"function.json, entry 0", "found target \"1\""});
  write("function.json", std::string(1'000'000, '['));
  expect_bad({"function.json", "found no JSON at byte"});
}

TEST_F(LabelledFunctionsFiles, WithIndexFilesThatDoNotFitAreRejectedWithTheLine) {
  write("function.json", devign(4));
  write("test.txt", "0\n1\n");
  for (const std::string line : {"x", "4", "-1", "1.5", "99999999999999999999"}) {
    write("train.txt", "0\n" + line + "\n");
    expect_bad({"train.txt, line 2", "found '" + line + "'", "list of 4 functions"});
  }
}

TEST_F(LabelledFunctionsFiles, OfOneKindAloneAreRejected) {
  write("function.json", devign(6));
  write("train.txt", "0\n2\n");
  write("test.txt", "0\n1\n");
  expect_bad({"found 0 vulnerable functions among 2 in the training split"});
  write("train.txt", "0\n1\n");
  write("test.txt", "1\n3\n");
  expect_bad({"found 2 vulnerable functions among 2 in the test split"});
}

TEST_F(LabelledFunctionsFiles, OfD2aThatDoNotFitAreRejectedWithTheirPlace) {
  write("d2a_lbv1_function_dev.csv", "id,label,code\n3,0,h\n4,1,i\n");
  const std::string train = "d2a_lbv1_function_train.csv";
  write(train, "");
  expect_bad({train, "found an empty file"});
  write(train, "id,code\n1,f\n");
  expect_bad({train, "found no column 'label' among 'id', 'code'"});
  write(train, "id,label,code\n1,7,f\n");
  expect_bad({train + ": line 2", "found label '7', expected 0 or 1"});
  write(train, "id,label,code\n1,1\n");
  expect_bad({train + ": line 2", "found 2 fields, expected 3"});
}

TEST(MadeUpFunctions, AreTheSameEachTimeAndAlsoWhenThereAreMore) {
  const auto some = made_up_functions(20, 10), more = made_up_functions(40, 30);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(some.train[i].code, more.train[i].code);
    EXPECT_EQ(some.train[i].vulnerable, more.train[i].vulnerable);
  }
  EXPECT_EQ(some.test.size(), 10U);
  EXPECT_NE(some.train[0].code, some.test[0].code);
  EXPECT_TRUE(some.synthetic);
}

TEST(MadeUpFunctions, AreCAndHalfOfThemVulnerable) {
  const auto functions = made_up_functions(400, 1).train;
  std::ptrdiff_t vulnerable = 0;
  for (const LabelledFunction& function : functions) {
    const SyntaxTree tree(Language::c, function.code, "made up");
    EXPECT_FALSE(ts_node_has_error(tree.root())) << function.code;
    vulnerable += function.vulnerable ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(vulnerable), 200, 20);
}

}  // namespace
}  // namespace tandem::trainers::test

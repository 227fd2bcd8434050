#include "data/clone_pairs.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "data/made_up_programs.h"
#include "data/syntax_tree.h"
#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

class ClonePairFiles : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    write_file(folder_.path() / name, text);
  }
  void write_program(const std::string& place, const std::string& statement) {
    write("googlejam4_src/" + place, "class A { void f() { " + statement + " } }");
  }
  ClonePairs load() { return load_clone_pairs(folder_.path(), 1'000, 1'000); }
  void expect_bad(const std::vector<std::string>& message) {
    expect_error(ExitCode::bad_data, message, [&] { load(); });
  }

  TemporaryFolder folder_;
};

TEST_F(ClonePairFiles, NameProgramsByProblemAndFile) {
  write_program("1/a.java", "return;");
  write_program("1/b.java", "break;");
  write_program("2/a.java", "f();");
  write("GCJ_train11.csv",
        "index1,file1,index2,file2,label\n1,a.java,1,b.java,1\n1,b.java,2,a.java,-1\n");
  write("GCJ_test.csv", "index1,file1,index2,file2,label\r\n2,a.java,1,a.java,0\r\n");
  write("GCJ_valid.csv", "index1,file1,index2,file2,label\n");
  const ClonePairs pairs = load();
  EXPECT_THAT(pairs.train, testing::ElementsAre(ProgramPair{0, 1, true}, ProgramPair{1, 2, false}));
  EXPECT_THAT(pairs.test, testing::ElementsAre(ProgramPair{2, 0, false}));
  ASSERT_EQ(pairs.programs.size(), 3U);
  EXPECT_EQ(pairs.programs[0].preorder.back(), "ReturnStatement");
  EXPECT_EQ(pairs.programs[2].preorder.back(), "MethodInvocation_f");
  EXPECT_FALSE(pairs.synthetic);
}

TEST_F(ClonePairFiles, AreReadUpToTheLimits) {
  write_program("1/a.java", "return;");
  const std::string line = "1,a.java,1,a.java,1\n";
  write("x_train.csv", "h,h,h,h,h\n" + line + line + line);
  write("x_test.csv", "h,h,h,h,h\n" + line + line);
  const ClonePairs pairs = load_clone_pairs(folder_.path(), 2, 1);
  EXPECT_EQ(pairs.train.size(), 2U);
  EXPECT_EQ(pairs.test.size(), 1U);
}

TEST_F(ClonePairFiles, ThatDoNotFitAreRejectedWithTheirPlace) {
  write_program("1/a.java", "return;");
  const std::string header = "index1,file1,index2,file2,label\n";
  write("GCJ_test.csv", header + "1,a.java,1,a.java,1\n");
  expect_bad({folder_.path().string(), "found GCJ_test.csv", "one with 'test'"});
  write("GCJ_train.csv", header);
  expect_bad({"GCJ_train.csv", "found no pair"});
  write("GCJ_train.csv", header + "1,a.java,1,a.java\n");
  expect_bad({"GCJ_train.csv: line 2", "found 4 fields"});
  write("GCJ_train.csv", "index1,file1\n1,a.java\n");
  expect_bad({"GCJ_train.csv: line 1", "found 2 columns"});
  write("GCJ_train.csv", header + "1,a.java,1,a.java,2\n");
  expect_bad({"GCJ_train.csv: line 2", "found label '2', expected 1, 0 or -1"});
  write("GCJ_train.csv", header + "1,a.java,9,b.java,1\n");
  expect_bad({"GCJ_train.csv: line 2", "found no program", "9/b.java"});
  write("GCJ_train.csv", header + "1,../1/a.java,1,a.java,1\n");
  expect_bad({"GCJ_train.csv: line 2", "found no program"});
  write("GCJ_train11.csv", header);
  expect_bad({"found GCJ_train.csv and GCJ_train11.csv, expected one CSV file with 'train'"});
}

TEST_F(ClonePairFiles, WithAProgramThatIsTooLargeAreRejected) {
  write("googlejam4_src/1/a.java", std::string(max_source_bytes + 1, ' '));
  write("x_train.csv", "h,h,h,h,h\n1,a.java,1,a.java,1\n");
  write("x_test.csv", "h,h,h,h,h\n1,a.java,1,a.java,1\n");
  expect_bad({"1/a.java", "found 60001 bytes, expected at most 60000"});
}

TEST_F(ClonePairFiles, ThatAreMissingAreReplacedByPairsOfTheSameAndOfDifferentProblems) {
  for (const char* const problem : {"1", "2", "3"}) {
    for (int i = 0; i < 15; ++i) {
      const std::string statement = "f" + std::string(problem) + "();";
      write_program(std::string(problem) + "/p" + std::to_string(i) + ".java", statement);
    }
  }
  const ClonePairs pairs = load_clone_pairs(folder_.path(), 60, 20);
  EXPECT_EQ(pairs.train.size(), 60U);
  EXPECT_EQ(pairs.test.size(), 20U);
  std::set<std::size_t> training;
  for (const ProgramPair& pair : pairs.train) {
    EXPECT_EQ(pair.clones,
              pairs.programs[pair.first].preorder == pairs.programs[pair.second].preorder);
    training.insert({pair.first, pair.second});
  }
  for (const ProgramPair& pair : pairs.test) {
    EXPECT_FALSE(training.contains(pair.first));
    EXPECT_FALSE(training.contains(pair.second));
  }
}

TEST_F(ClonePairFiles, CanNotBeDrawnFromTooFewProblems) {
  expect_bad({folder_.path().string(), "found 0 programs of 0 problems", "PROBLEM/FILE.java"});
  for (int i = 0; i < 15; ++i) write_program("1/p" + std::to_string(i) + ".java", "return;");
  expect_bad({"found 12 programs of 1 problems"});
  expect_error(ExitCode::bad_data, {"/nowhere/at/all", "cannot be read"},
               [] { load_clone_pairs("/nowhere/at/all", 1, 1); });
}

TEST(MadeUpPrograms, AreTheSameEachTimeAndAlsoWhenThereAreMore) {
  const auto some = made_up_programs(30), more = made_up_programs(60);
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(some[i].source, more[i].source);
}

TEST(MadeUpPrograms, AreJavaWithTreesThatFitTheQuickScale) {
  for (const MadeUpProgram& program : made_up_programs(400)) {
    const SyntaxTree tree(Language::java, program.source, "made up");
    EXPECT_FALSE(ts_node_has_error(tree.root())) << program.source;
    EXPECT_LE(java_tree(program.source, "made up").preorder.size(), 100U) << program.source;
  }
}

TEST(MadeUpPrograms, OfOneProblemDiffer) {
  std::set<std::vector<std::string>> trees;
  for (const MadeUpProgram& program : made_up_programs(400)) {
    if (program.problem == "sum") trees.insert(java_tree(program.source, "made up").preorder);
  }
  EXPECT_GT(trees.size(), 15U) << "of 20";
}

TEST(MadeUpClonePairs, AreHalfClonesAndTestOnOtherPrograms) {
  const ClonePairs pairs = made_up_clone_pairs(160, 100, 50);
  EXPECT_TRUE(pairs.synthetic);
  EXPECT_EQ(std::ranges::count(pairs.train, true, &ProgramPair::clones), 50);
  EXPECT_EQ(std::ranges::count(pairs.test, true, &ProgramPair::clones), 25);
  std::set<std::size_t> training;
  for (const ProgramPair& pair : pairs.train) training.insert({pair.first, pair.second});
  for (const ProgramPair& pair : pairs.test) EXPECT_FALSE(training.contains(pair.first));
}

}  // namespace
}  // namespace tandem::trainers::test

#include "data/bugs.h"

#include <algorithm>
#include <array>

#include "data/bug_reports.h"
#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

const std::string table_head =
    "report_id,file,rVSM_similarity,collab_filter,classname_similarity,bug_recency,bug_frequency,"
    "match\n";
const std::string report_head = "id\tsummary\tdescription\treport_time\tstatus\tfiles\n";

class Bugs : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const fs::path file = folder_.path() / name;
    fs::create_directories(file.parent_path());
    write_file(file, text);
  }

  BugPairs read(std::int64_t limit = 1000) { return read_bugs(folder_.path(), limit); }

  void expect_rejected(const std::vector<std::string>& message) {
    expect_error(ExitCode::bad_data, message, [&] { read(); });
  }

  /// The little project of oracles/bug_features.py.
  void write_project() {
    write("sources/a/Zebra.java", "class Zebra { mango mango kiwi }");
    write("sources/a/Tiger.java", "/* Tiger */ kiwi mango cobra piano piano");
    write("sources/a/Tiger.java", "class Tiger { kiwi mango cobra(piano, piano); }");
    write("sources/b/Cobra.java", "enum Cobra { tiger, tiger, tiger, piano, kiwi, zebra, cobra }");
    write("reports.tsv", report_head +
                             "1\tmango\tmango zebra\t2012-01-05 10:00:00\tfixed\ta/Zebra.java\n"
                             "2\tkiwi\tcobra piano\t2012-03-01 10:00:00\tfixed\tb/Cobra.java\n"
                             "3\tzebra\tmango piano\t2012-03-01 10:00:00\tfixed\ta/Zebra.java\n"
                             "4\tzebra\t\"tiger\nmango \"\"cobra\"\" mango\"\t2012-08-30 10:00:00\t"
                             "fixed\ta/Tiger.java\n");
  }

  TemporaryFolder folder_;
};

TEST_F(Bugs, AreReadFromTheTableOfTheOriginal) {
  write("features.csv", table_head +
                            "7,a b/A.java,0.5,0.25,0.125,1.0,3,1\n"
                            "7,\"b,B.java\",0.1,0.2,0.3,0.4,0,0\n"
                            "9,a b/A.java,1e-3,0,0,0,12,0\n"
                            "9,C.java,0,0,0,0,0,1\n");
  const BugPairs pairs = read();
  EXPECT_THAT(pairs.reports, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(pairs.is_right, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(pairs.features[0], ElementsAre(0.5F, 0.25F, 0.125F, 1.0F, 3.0F));
  EXPECT_THAT(pairs.features[2], ElementsAre(1e-3F, 0.0F, 0.0F, 0.0F, 12.0F));
  EXPECT_FALSE(pairs.synthetic);
  EXPECT_THAT(read(1).reports, ElementsAre(0, 0)) << "as many reports as are asked for";
}

TEST_F(Bugs, AreKeptTogetherByTheirReport) {
  write("features.csv",
        table_head + "7,A,1,0,0,0,0,1\n8,A,2,0,0,0,0,1\n7,B,3,0,0,0,0,0\n8,B,4,0,0,0,0,0\n");
  const BugPairs pairs = read();
  EXPECT_THAT(pairs.reports, ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(pairs.features[1][0], 3);
}

TEST_F(Bugs, ThatNothingCanBeLearnedFromAreLeftOut) {
  write("features.csv", table_head +
                            "5,A,0.1,,0.2,,,0\n"  // none of its right files was found
                            "6,A,0.1,0,0,0,0,1\n"
                            "7,A,0.1,0,0,0,0,1\n7,B,0.1,0,0,0,0,0\n");
  EXPECT_THAT(read().reports, ElementsAre(0, 0));
  write("features.csv", table_head + "6,A,0.1,0,0,0,0,1\n");
  expect_rejected({"features.csv", "found no report that has both a right file"});
}

TEST_F(Bugs, InATableWithWrongValuesAreRejected) {
  const auto expect_row_rejected = [&](const std::string& row, const std::string& message) {
    write("features.csv", table_head + "7,A,0.1,0,0,0,0,1\n" + row + "\n");
    expect_rejected({"features.csv: line 3: " + message});
  };
  expect_row_rejected("7,B,x,0,0,0,0,0", "column 'rVSM_similarity': found 'x', expected a number");
  expect_row_rejected("7,B,nan,0,0,0,0,0", "column 'rVSM_similarity': found 'nan'");
  expect_row_rejected("7,B,0,0,0,0,1e9,0", "column 'bug_frequency': found '1e9'");
  expect_row_rejected("7,B,0,,0,0,0,1", "column 'collab_filter': found ''");
  expect_row_rejected("7,B,0,0,0,0,0,2",
                      "column 'match': found '2', expected a number from 0 to 1");
  expect_row_rejected("7,B,0,0,0,0,0,0.5", "column 'match': found 0.5, expected 0 or 1");
  expect_row_rejected("7,B,0,0,0", "found 5 fields, expected 8");
  write("features.csv", "report_id,file,match\n1,A,1\n");
  expect_rejected({"features.csv: line 1: found no column 'rVSM_similarity'"});
}

TEST_F(Bugs, GetTheFeaturesOfThePapersFromReportsAndSources) {
  write_project();
  const BugPairs pairs = read();
  // The right source, then the wrong ones by falling similarity; oracles/bug_features.py.
  const std::array<std::array<double, 5>, 12> expected{
      {{0.5, 0, 0.50854232, 0, 0},
       {0.221275892, 0, 0, 0, 0},
       {0.122100612, 0, 0, 0, 0},
       {0.457231171, 0, 0.707106781, 0, 0},
       {0.489392578, 0, 0, 0, 0},
       {0, 0, 0, 0.333333333, 1},
       {0.395363493, 0.490221263, 0.577350269, 0.333333333, 1},
       {0.399587366, 0, 0, 0, 0},
       {0.277242692, 0, 0, 0, 0},
       {0.391841301, 0, 0.412858572, 0, 0},
       {0.474992832, 0.171507601, 0.412858572, 0.166666667, 1},
       {0.405923515, 0.252968832, 0.412858572, 0.166666667, 2}}};
  ASSERT_EQ(pairs.features.size(), expected.size());
  EXPECT_THAT(pairs.reports, ElementsAre(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3));
  EXPECT_THAT(pairs.is_right, ElementsAre(1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      EXPECT_NEAR(pairs.features[i][j], expected[i][j], 1e-6) << i << " " << j;
    }
  }
  EXPECT_EQ(read(2).report_count(), 2);
}

TEST_F(Bugs, AreTakenInTheOrderOfTheirTimes) {
  write_project();
  const std::string reports = read_file(folder_.path() / "reports.tsv");
  const BugPairs in_order = read();
  const std::string last = reports.substr(reports.find("4\tzebra"));
  write("reports.tsv",
        report_head + last +
            reports.substr(report_head.size(), reports.size() - report_head.size() - last.size()));
  EXPECT_EQ(read().features, in_order.features);
}

TEST_F(Bugs, NameSourcesByTheEndsOfTheirPaths) {
  std::vector<BugReport> reports{{"mango", "2012-01-05 10:00:00", {"bundles/x/a/A.java"}},
                                 {"kiwi", "2012-01-05 10:00:00", {"elsewhere/A.java"}}};
  const BugPairs pairs =
      pair_with_sources(reports, {{"a/A.java", "mango"}, {"b/B.java", "kiwi"}}, 10);
  EXPECT_EQ(pairs.report_count(), 1);
}

TEST_F(Bugs, HaveHalfOfTheDrawnWrongFilesTheMostSimilarOnes) {
  std::vector<JavaSource> sources{{"Right.java", "mango"}};
  for (int i = 0; i < 300; ++i) {
    sources.push_back({std::to_string(i) + ".java", i % 2 == 0 ? "mango kiwi" : "cobra kiwi"});
  }
  const std::vector<BugReport> reports{{"mango", "2012-01-05 10:00:00", {"Right.java"}}};
  const BugPairs pairs = pair_with_sources(reports, sources, 10);
  ASSERT_EQ(pairs.size(), 51);
  EXPECT_TRUE(std::ranges::is_sorted(pairs.features.begin() + 1, pairs.features.end(),
                                     std::greater{}, [](const auto& row) { return row[0]; }));
  const auto similar =
      std::ranges::count_if(pairs.features, [](const auto& f) { return f[0] > 0; });
  EXPECT_GT(similar, 40) << "of a hundred drawn about half have the word";
  EXPECT_EQ(pair_with_sources(reports, sources, 10).features, pairs.features);
}

TEST_F(Bugs, HaveFilesWithBlanksInTheirPaths) {
  write("reports.txt", report_head +
                           "1\ts\td\t2012-01-05 10:00:00\tfixed\tb/Eclipse UI/org/A.java "
                           "b/plugin.xml c/B.java\n");
  EXPECT_THAT(read_bug_reports(folder_.path() / "reports.txt").at(0).files,
              ElementsAre("b/Eclipse UI/org/A.java", "c/B.java"));
}

TEST_F(Bugs, InReportsWithWrongTimesAreRejected) {
  write("sources/A.java", "mango");
  for (const char* time : {"", "yesterday", "2012-13-05 10:00:00", "2012-01-05",
                           "2012-01-05T10:00:00", "2012-00-05 10:00:00", "2012-01-32 10:00:00"}) {
    write("reports.txt", report_head + "1\ts\td\t" + time + "\tfixed\tA.java\n");
    expect_rejected({"reports.txt: line 2: column 'report_time': found '" + std::string(time) +
                     "', expected a time such as 2012-07-03 03:39:25"});
  }
  write("reports.txt", "id\tsummary\tdescription\tfiles\n");
  expect_rejected({"reports.txt: line 1: found no column 'report_time'"});
}

TEST_F(Bugs, WithoutTheirFilesAreRejected) {
  expect_error(ExitCode::bad_data, {"/nowhere: cannot be read: No such file"},
               [] { read_bugs("/nowhere", 10); });
  expect_rejected({folder_.path().string(), "found neither features.csv nor a table of reports"});
  write("reports.txt", report_head);
  expect_rejected({"sources: cannot be read: No such file"});
  fs::create_directory(folder_.path() / "sources");
  expect_rejected({"sources: found no file *.java"});
  write("sources/A.java", "mango");
  expect_rejected({"reports.txt: found no report that was fixed in one of the 1 sources"});
  write("b.tsv", report_head);
  expect_rejected({"found 2 tables (b.tsv, reports.txt)"});
}

TEST(JavaSources, DeclareClassesOutsideOfCommentsAndQuotationMarks) {
  EXPECT_EQ(
      declared_classes("package a; // class No1\n/* class No2 */ public class One<T> { String s "
                       "= \"class No3 \\\" class No4\"; char c = '\"'; interface Two {}\n"
                       "enum Three{} record Four(int x) {} Class<?> no; \"\"\"\nclass No5\n\"\"\""
                       " class Five"),
      "One Two Three Four Five ");
  for (const char* broken : {"/* class A", "\"class A", "class", "'", "\"\\", "//"}) {
    EXPECT_EQ(declared_classes(broken), "") << broken;
  }
}

TEST(MadeUpBugs, AreTheSameAtEachCall) {
  const BugPairs first = make_up_bugs(50), second = make_up_bugs(50);
  EXPECT_EQ(first.features, second.features);
  EXPECT_EQ(first.is_right, second.is_right);
  EXPECT_TRUE(first.synthetic);
  EXPECT_EQ(first.report_count(), 50);
}

TEST(MadeUpBugs, AreAboutAsManyAsEclipsesAtFullScale) {
  const BugPairs pairs = make_up_bugs(eclipse_ui_reports);
  const auto right = std::ranges::count(pairs.is_right, 1);
  EXPECT_NEAR(static_cast<double>(right), 8735, 200);
  EXPECT_EQ(pairs.size() - right, eclipse_ui_reports * wrong_files_kept);
}

}  // namespace
}  // namespace tandem::trainers::test

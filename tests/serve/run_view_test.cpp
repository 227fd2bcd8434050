#include "serve/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "execute/fake_workloads.h"
#include "temporary_folder.h"

namespace tandem::serve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const core::PowerModel model{"made up", 10, 5};

class RunViewTest : public ::testing::Test {
 protected:
  RunView solo() {
    return {folder_.path(), test::fake_run({test::fake_workload("one")}), {"accuracy"}, model};
  }
  RunView pair() {
    return {folder_.path(),
            test::fake_run({test::fake_workload("one"), test::fake_workload("two")}),
            {"accuracy", "perplexity"},
            model};
  }
  void append(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::app | std::ios::binary) << text;
  }
  static std::string epoch(double t_s, const std::string& from, const std::string& event) {
    return R"({"t_s":)" + std::to_string(t_s) + R"(,"from":")" + from + R"(","event":)" + event +
           "}\n";
  }
  static double mean_of(const RunView& view, const std::string& figure, const std::string& name) {
    return view.latest(figure, name).value_or(-1);
  }

  test::TemporaryFolder folder_;
};

TEST_F(RunViewTest, OfAnEmptyFolderHasNothing) {
  RunView view = solo();
  view.refresh();
  EXPECT_THAT(view.curves(), IsEmpty());
  EXPECT_THAT(view.log(), IsEmpty());
  EXPECT_EQ(view.changes("key"), "");
}

TEST_F(RunViewTest, EstimatesThePowerOfACpuWithoutAMeterAndCallsItSo) {
  append("samples.csv", "t_s,cpu_time_a_s,memory_a_mib\n0,0,\n1,0.5,3\n2,1.0,3\n");
  RunView view = solo();
  view.refresh();
  EXPECT_DOUBLE_EQ(mean_of(view, "power", "CPU"), 10 + 5 * 0.5);
  EXPECT_DOUBLE_EQ(mean_of(view, "utilisation", "CPU"), 50);
  for (const RunView::Curve& curve : view.curves()) {
    EXPECT_EQ(curve.estimated, curve.figure == "power") << curve.name;
  }
}

TEST_F(RunViewTest, TakesThePowerFromTheMetersWhereThereAreSome) {
  append("samples.csv",
         "t_s,rapl_package_0_j,rapl_package_1_j,rapl_dram_0_j,cpu_time_a_s,cpu_time_b_s\n"
         "0,100,200,7,0,0\n2,140,220,9,1,2\n");
  append("samples_gpu_0.csv",
         "t_s,gpu_0_power_instant_w,gpu_0_power_average_w,gpu_0_util_percent,gpu_0_energy_j\n"
         "0,300,250,90,1\n0.5,310,250,80,2\n");
  RunView view = pair();
  view.refresh();
  EXPECT_DOUBLE_EQ(mean_of(view, "power", "CPU"), 30);
  EXPECT_DOUBLE_EQ(mean_of(view, "power", "GPU 0"), 305);
  EXPECT_DOUBLE_EQ(mean_of(view, "utilisation", "GPU 0"), 85);
  EXPECT_DOUBLE_EQ(mean_of(view, "utilisation", "CPU of A"), 50);
  EXPECT_DOUBLE_EQ(mean_of(view, "utilisation", "CPU of B"), 100);
  for (const RunView::Curve& curve : view.curves()) EXPECT_FALSE(curve.estimated) << curve.name;
}

TEST_F(RunViewTest, FollowsLossAndMetricOfEachTrainingAsTheyCome) {
  RunView view = pair();
  append(
      "events.jsonl",
      epoch(1, "A", R"({"type":"epoch","epoch":1,"train_loss":0.5,"metrics":{"accuracy":0.7}})"));
  view.refresh();
  EXPECT_THAT(view.changes("key"), AllOf(HasSubstr("loss_A"), HasSubstr("metric_A")));
  append("events.jsonl",
         epoch(2, "B", R"({"type":"epoch","epoch":1,"train_loss":3,"metrics":{"perplexity":20}})") +
             epoch(3, "A",
                   R"({"type":"epoch","epoch":2,"train_loss":null,"metrics":{"accuracy":0.8}})"));
  view.refresh();
  EXPECT_DOUBLE_EQ(mean_of(view, "loss_A", "train_loss"), 0.5);
  EXPECT_DOUBLE_EQ(mean_of(view, "metric_A", "accuracy"), 0.8);
  EXPECT_DOUBLE_EQ(mean_of(view, "metric_B", "perplexity"), 20);
  EXPECT_THAT(view.changes("key"),
              AllOf(HasSubstr("loss_B"), Not(HasSubstr("loss_A")), HasSubstr(R"("from":1)")));
  EXPECT_EQ(view.changes("key"), "");
}

TEST_F(RunViewTest, IsNotUpsetByWhatATrainerSays) {
  append("events.jsonl",
         "no json\n[1]\n{}\n" + epoch(1, "solo", R"("Epoch 1: loss 0.3")") +
             epoch(1, "solo", R"({"type":7})") +
             epoch(1, "solo", R"({"type":"epoch","train_loss":"low","metrics":[]})") +
             epoch(1, "nobody", R"({"type":"epoch","train_loss":1})") +
             R"({"t_s":"now","from":3,"event":{"type":"epoch"}})" + "\n");
  append("samples.csv", "t_s,cpu_time_a_s\n,,\nx,y\n1\n-1,1e999\n");
  RunView view = solo();
  view.refresh();
  for (const RunView::Curve& curve : view.curves()) EXPECT_THAT(curve.trace.points(), IsEmpty());
}

TEST_F(RunViewTest, KeepsTheEndOfTheLogsAndNumbersItsLines) {
  RunView view = solo();
  for (int i = 0; i < 300; ++i) append("solo.stdout.log", "line " + std::to_string(i) + "\n");
  append("solo.stderr.log", std::string(10'000, 'x') + "\n\x1b[31m\xff<script>\n");
  view.refresh();
  ASSERT_EQ(view.log().size(), RunView::most_log_lines);
  EXPECT_EQ(view.first_log_line(), 102U);
  EXPECT_EQ(view.log().front().text, "line 102");
  EXPECT_EQ(view.log().back().from, "solo stderr");
  EXPECT_LE(view.log()[198].text.size(), RunView::longest_log_line_bytes + 3);
  EXPECT_THAT(view.changes("key"), HasSubstr(R"("from":102)"));
  append("solo.stdout.log", "one more\n");
  view.refresh();
  EXPECT_THAT(view.changes("key"),
              AllOf(HasSubstr(R"("from":302,"lines":[["solo stdout","one more"]])")));
}

TEST_F(RunViewTest, ShowsTheOneLogOfAScriptToo) {
  RunView view = solo();
  append("solo.log", "Epoch 1\n");
  view.refresh();
  ASSERT_EQ(view.log().size(), 1U);
  EXPECT_EQ(view.log()[0].from, "solo");
  EXPECT_EQ(view.log()[0].text, "Epoch 1");
}

TEST_F(RunViewTest, HoldsLittleOfAFloodedLog) {
  RunView view = solo();
  append("solo.stdout.log", std::string(8 << 20, 'x') + "\nend\n");
  view.refresh();
  ASSERT_EQ(view.log().size(), 2U);
  EXPECT_EQ(view.log()[0].text, "…");
  EXPECT_EQ(view.log()[1].text, "end");
}

}  // namespace
}  // namespace tandem::serve

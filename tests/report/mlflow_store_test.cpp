#include "report/mlflow_store.h"

#include <gmock/gmock.h>

#include "record/results.h"

namespace tandem::report {
namespace {

using testing::HasSubstr;

TEST(MlflowName, KeepsWhatMlflowTakesAndReplacesTheRest) {
  EXPECT_EQ(mlflow_name("gpu_energy_total_joules"), "gpu_energy_total_joules");
  EXPECT_EQ(mlflow_name("top-5 v1.2"), "top-5 v1.2");
  EXPECT_EQ(mlflow_name("loss/val"), "loss_val");
  EXPECT_EQ(mlflow_name("größe %"), "gr__e _");
  EXPECT_EQ(mlflow_name("../../etc"), "_.._.._etc");
  EXPECT_EQ(mlflow_name(""), "_");
  EXPECT_EQ(mlflow_name("."), "_.");
  EXPECT_EQ(mlflow_name(std::string(300, 'x')).size(), 250U);
}

TEST(YamlQuoted, EscapesWhatYamlCanNotHold) {
  EXPECT_EQ(yaml_quoted("a \"b\" \\ c"), R"("a \"b\" \\ c")");
  EXPECT_EQ(yaml_quoted("é\n\x1b\x7f"), R"("é\u000A\u001B\u007F")");
  EXPECT_EQ(yaml_quoted("\u2028\U0001F600"), "\"\\u2028\U0001F600\"");
  EXPECT_EQ(yaml_quoted("\xff"), "\"\uFFFD\"");
}

TEST(MlflowStore, NumbersEndsAsMlflowDoes) {
  using enum record::Outcome::Status;
  for (const auto& [status, number] :
       {std::pair(ok, "status: 3"), std::pair(failed, "status: 4"), std::pair(invalid, "status: 4"),
        std::pair(interrupted, "status: 5")}) {
    record::RunResult run = test::concurrent_result();
    run.outcome.status = status;
    std::string meta;
    for (const StoredFile& file : mlflow_store("s", {run}, "/m/mlruns")) {
      if (file.content.find(run.run_id + "\"\n") != std::string::npos) meta = file.content;
    }
    EXPECT_THAT(meta, HasSubstr(number));
  }
}

TEST(MlflowStore, KeepsAMetricThatIsCalledLikeTheLossApartAndTheFinalOnes) {
  record::RunResult run = test::concurrent_result();
  record::ParticipantResult& training = run.participants[0];
  record::EpochRecord epoch;
  epoch.epoch = 1;
  epoch.end_s = 2;
  epoch.train_loss = 0.5;
  epoch.metrics = {{"train_loss", 0.25}};
  training.epochs = {epoch};
  training.performance_metric = "accuracy";
  training.metrics = {{"accuracy", 0.9}, {"recall", 0.75}};
  std::map<std::string, std::string> metrics;
  for (const StoredFile& file : mlflow_store("s", {run}, "/m")) {
    if (file.path.parent_path().filename() == "metrics") {
      metrics[file.path.filename().string()] += file.content;
    }
  }
  EXPECT_THAT(metrics["train_loss"],
              testing::AllOf(HasSubstr(" 0.5 1\n"), testing::Not(HasSubstr("0.25"))));
  EXPECT_THAT(metrics["metric.train_loss"], HasSubstr(" 0.25 1\n"));
  EXPECT_THAT(metrics["final.recall"], HasSubstr(" 0.75 0\n"));
  EXPECT_FALSE(metrics.contains("final.accuracy"));
}

TEST(MlflowStore, GivesARunTheSameIdEachTimeAndEveryRunItsOwn) {
  const record::RunResult run = test::concurrent_result();
  record::RunResult later = run;
  later.attempt = 3;
  const auto folders = [](const std::vector<StoredFile>& files) {
    std::set<std::string> names;
    for (const StoredFile& file : files) names.insert(file.path.parent_path().string());
    return names;
  };
  const auto once = folders(mlflow_store("s", {run}, "/m"));
  EXPECT_EQ(once, folders(mlflow_store("s", {run}, "/m")));
  for (const std::string& folder : folders(mlflow_store("s", {later}, "/m"))) {
    const bool is_the_experiment = folder.find('/') == std::string::npos;
    EXPECT_EQ(once.contains(folder), is_the_experiment) << folder;
  }
}

}  // namespace
}  // namespace tandem::report

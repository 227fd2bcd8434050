#include "networks/bug_localization.h"

#include <torch/torch.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "data/bugs.h"
#include "expect_error.h"
#include "mnist_files.h"
#include "networks/batches.h"
#include "workload.h"

namespace tandem::trainers::test {
namespace {

/// The numbers of oracles/mlp_regressor.py: sin(phase + 1.7 i).
torch::Tensor made_up(const std::vector<std::int64_t>& sizes, double phase) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return (phase + 1.7 * torch::arange(count, torch::kFloat64)).sin().view(sizes);
}

void expect_values(const torch::Tensor& tensor, const std::vector<double>& expected) {
  const auto flat = tensor.detach().flatten();
  ASSERT_EQ(flat.size(0), std::ssize(expected));
  for (std::int64_t i = 0; i < flat.size(0); ++i) {
    EXPECT_NEAR(flat[i].item<double>(), expected[static_cast<std::size_t>(i)], 1e-12) << i;
  }
}

TEST(SideBySideMlps, TakeTheStepsOfScikitLearn) {
  // Two networks; the first has the values of the oracle, the other must not disturb it.
  SideBySideMlps mlps(2, 5, 4);
  mlps.to(torch::kFloat64);
  {
    const torch::NoGradGuard no_gradient;
    mlps.hidden_weight[0].copy_(made_up({5, 4}, 0.5));
    mlps.output_weight[0].copy_(made_up({4, 1}, 0.7));
    mlps.hidden_bias[0].copy_(made_up({1, 4}, 0.9));
    mlps.output_bias[0].copy_(made_up({1, 1}, 1.3));
  }
  const auto x = torch::stack({made_up({7, 5}, 0.3), made_up({7, 5}, 2)});
  const auto y = torch::stack({made_up({7}, 1.1) > 0, made_up({7}, 2) > 0}).to(torch::kFloat64);
  const auto optimizer = mlp_regression_optimizer(mlps, 0.05);
  for (const double expected : {1.2447028217014553, 0.7305353918603444, 0.3858305540536468}) {
    optimizer->zero_grad();
    const auto losses = mlp_regression_loss(mlps, x, y, 0.01);
    EXPECT_NEAR(losses[0].item<double>(), expected, 1e-12);
    losses.sum().backward();
    optimizer->step();
  }
  expect_values(
      mlps.hidden_weight[0],
      {0.48048278324581944, 0.8122324774508651,   -0.6873707915702032, -0.6262522592821897,
       0.7435233599875666,  0.2901598319196009,   -0.9560850873465537, -0.1754102138159471,
       1.024826473090377,   -0.06468850775237923, -0.9750651594297716, 0.34101752125940604,
       0.9863484162752847,  -0.4568753879892796,  -0.7393533177250364, 0.7725624849896889,
       0.4911800000073029,  -0.9587637420068985,  -0.3105186783941587, 0.981462171622127});
  expect_values(mlps.output_weight[0], {0.32310204306747003, 0.38280395179150767,
                                        -0.8178067182361438, -0.4694905386358488});
  expect_values(mlps.hidden_bias[0],
                {0.5262842383484407, 0.250029324404788, -0.9161659367494548, -0.2687661043943785});
  expect_values(mlps.output_bias[0], {0.5203588709591627});
}

TEST(SideBySideMlps, GiveAloneWhatTheyGiveTogether) {
  torch::manual_seed(1);
  const SideBySideMlps mlps(3, 5, 300);
  EXPECT_EQ(count_parameters(mlps), 3 * 2'101);
  const auto x = torch::randn({3, 11, 5});
  const auto together = mlps.forward(x);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(torch::allclose(mlps.forward_one(i, x[i]), together[i], 1e-5, 1e-6));
  }
}

class BugLocalization : public testing::Test {
 protected:
  std::unique_ptr<Workload> create(const nlohmann::json& changes = {},
                                   std::int64_t report_count = 60) {
    const WorkloadKind& kind =
        *std::ranges::find(workload_kinds(), std::string("bug_localization"), &WorkloadKind::name);
    Settings settings;
    settings.scale = Scale::quick;
    settings.data = data_;
    settings.samples_at_most = report_count;
    for (const auto& parameter : kind.hyperparameters) {
      settings.hyperparameters[parameter.name] =
          parameter.range.whole ? nlohmann::json(static_cast<std::int64_t>(parameter.quick_default))
                                : nlohmann::json(parameter.quick_default);
    }
    settings.hyperparameters.update(changes.is_null() ? nlohmann::json::object() : changes);
    auto workload = kind.create(settings);
    workload->initialize();
    return workload;
  }

  static constexpr int reports = 10, files = 8;

  /// Some reports with some files each. `pair` says of a report and a file: whether they are
  /// similar, whether the file was often fixed, whether it is right.
  void write_table(const std::function<std::tuple<bool, bool, bool>(int report, int file)>& pair) {
    std::string table =
        "report_id,file,rVSM_similarity,collab_filter,classname_similarity,bug_recency,"
        "bug_frequency,match\n";
    for (int report = 0; report < reports; ++report) {
      for (int file = 0; file < files; ++file) {
        const auto [similar, frequent, right] = pair(report, file);
        table += std::to_string(report) + ",f," + (similar ? "1" : "0") + ",0,0,0," +
                 (frequent ? "1," : "0,") + (right ? "1" : "0") + "\n";
      }
    }
    write_file(folder_.path() / "features.csv", table);
    data_ = folder_.path();
  }

  TemporaryFolder folder_;
  std::filesystem::path data_;
};

TEST_F(BugLocalization, RanksBetterThanChanceAfterTraining) {
  const auto workload = create({{"learning_rate", 0.02}});
  const Metrics before = workload->evaluate();
  for (int epoch = 0; epoch < 8; ++epoch) workload->train_epoch();
  const Metrics after = workload->evaluate();
  EXPECT_GT(after.at("top_1"), 0.25) << "chance is 0.03";
  EXPECT_GT(after.at("map"), before.at("map") + 0.2);
  EXPECT_LE(after.at("top_1"), after.at("top_5"));
  EXPECT_LE(after.at("top_5"), after.at("top_10"));
  EXPECT_LE(after.at("top_10"), after.at("top_20"));
}

/// Ten reports; in nine of them the right file is the one with the high similarity, in the last one
/// it is a file without. Only a network that saw that report would know.
TEST_F(BugLocalization, RanksReportsThatItsNetworksWereNotTrainedWith) {
  write_table([](int report, int file) {
    const bool is_similar = file == report % files;
    const bool is_last = report == reports - 1;
    return std::tuple(is_similar, is_last, is_last ? file == 0 : is_similar);
  });
  const auto workload = create({{"learning_rate", 0.05}, {"batch_size", 20}}, reports);
  for (int epoch = 0; epoch < 60; ++epoch) workload->train_epoch();
  EXPECT_EQ(workload->evaluate().at("top_1"), 0.9);
}

TEST_F(BugLocalization, EndsWhenTheLossOfNoFoldFalls) {
  write_table([](int, int file) { return std::tuple(false, false, file == 0); });
  const auto workload = create({{"learning_rate", 1e-9}, {"patience", 2}}, reports);
  std::vector<double> losses;
  for (int epoch = 0; epoch < 6; ++epoch) losses.push_back(workload->train_epoch());
  // The first epoch is the best so far; three that are no better end it.
  EXPECT_NEAR(losses[2], losses[0], 1e-6);
  EXPECT_EQ(losses[4], losses[3]);
  EXPECT_EQ(losses[5], losses[3]);
  EXPECT_EQ(workload->evaluate(), workload->evaluate());
}

TEST_F(BugLocalization, GoesOnAsLongAsTheLossFalls) {
  const auto workload = create({{"learning_rate", 0.02}, {"patience", 1}}, 20);
  std::vector<double> losses;
  for (int epoch = 0; epoch < 6; ++epoch) losses.push_back(workload->train_epoch());
  for (std::size_t i = 1; i < losses.size(); ++i) EXPECT_LT(losses[i], losses[i - 1]);
}

TEST(SideBySideStopping, KeepsTheValuesOfTheNetworkThatHasEnded) {
  SideBySideStopping stopping(2, 1);
  const std::vector<torch::Tensor> parameters{torch::zeros({2, 3})};
  const auto epoch = [&](double value, double loss_a, double loss_b) {
    parameters[0].fill_(value);  // the steps of both
    stopping.after_epoch(torch::tensor({loss_a, loss_b}), parameters);
    return std::pair(parameters[0][0][0].item<double>(), parameters[0][1][2].item<double>());
  };
  EXPECT_EQ(epoch(1, 5, 5), std::pair(1.0, 1.0));
  EXPECT_EQ(epoch(2, 4, 4.99995), std::pair(2.0, 2.0)) << "less than 1e-4 is no improvement";
  EXPECT_EQ(epoch(3, 3, 5.5), std::pair(3.0, 3.0)) << "the second network ends here";
  EXPECT_EQ(epoch(4, 2, 1), std::pair(4.0, 3.0)) << "and stays ended";
  EXPECT_FALSE(stopping.all_ended());
  epoch(5, 2, 1);
  EXPECT_EQ(epoch(6, 2, 1), std::pair(6.0, 3.0));
  EXPECT_TRUE(stopping.all_ended());
  EXPECT_EQ(epoch(7, 2, 1), std::pair(6.0, 3.0));
}

TEST_F(BugLocalization, RejectsFewerReportsThanFolds) {
  expect_error(ExitCode::bad_data, {"found 5 reports", "expected at least 10"},
               [&] { create({}, 5); });
}

}  // namespace
}  // namespace tandem::trainers::test

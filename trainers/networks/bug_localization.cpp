#include "networks/bug_localization.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "data/bugs.h"
#include "errors.h"
#include "networks/kinds.h"
#include "networks/minibatch_training.h"
#include "optimizers.h"
#include "ranking_metrics.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t hidden_units = 300;
constexpr std::int64_t copies_of_right_pairs = 10;  // the original's oversampling
constexpr double momentum = 0.9;
constexpr std::array<std::int64_t, 4> top_ks{1, 5, 10, 20};

torch::Tensor glorot_uniform(torch::IntArrayRef sizes, std::int64_t inputs, std::int64_t outputs) {
  const double bound = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  return torch::empty(sizes).uniform_(-bound, bound);
}

/// Values of each feature brought to 0 … 1, for counts of fixes and similarities are of different
/// sizes.
torch::Tensor scaled_features(const BugPairs& pairs) {
  const auto raw = torch::from_blob(const_cast<float*>(pairs.features.front().data()),
                                    {pairs.size(), bug_features});
  const auto least = std::get<0>(raw.min(0)), most = std::get<0>(raw.max(0));
  return (raw - least) / torch::where(most > least, most - least, torch::ones({bug_features}));
}

/// k-fold cross-validation of the regressor of bug-localization-by-dnn-and-rvsm: for each fold of
/// the reports a network that is trained on the other folds and ranks the files of the fold's
/// reports; 5 · 300 + 300 + 300 + 1 = 2,101 parameters each (scikit-learn's MLPRegressor with
/// hidden_layer_sizes=(300,), in the original's src/dnn_model.py). The networks are trained side by
/// side, a batch of each in a step.
///
/// As in the original a network ends its training early when its loss did not fall for many epochs,
/// which `epochs`, the original's max_iter, then bounds.
class BugLocalization : public MinibatchTraining {
 public:
  BugLocalization(BugPairs pairs, const Settings& settings)
      : MinibatchTraining(settings),
        pairs_(std::move(pairs)),
        folds_(settings.whole("folds")),
        learning_rate_(settings.real("learning_rate")),
        alpha_(settings.real("alpha")),
        patience_(settings.whole("patience")) {
    if (pairs_.report_count() < folds_) {
      throw TrainingError(ExitCode::bad_data,
                          fmt::format("found {} reports that can be learned from, expected at "
                                      "least {}, one for each fold",
                                      pairs_.report_count(), folds_));
    }
    features_ = scaled_features(pairs_).to(device());
    std::vector<float> targets(pairs_.is_right.begin(), pairs_.is_right.end());
    targets_ = torch::tensor(targets).to(device());
  }

  /// Each pair is trained with in all folds but one, and in that one it is ranked.
  DataDescription data() const override {
    return {.synthetic = pairs_.synthetic,
            .train_samples = pairs_.size(),
            .test_samples = pairs_.size()};
  }

  /// Mean over the folds of the mean loss of a pair.
  double train_epoch() override {
    if (stopping_->all_ended()) return last_loss_;
    ranking_.reset();
    fold_losses_.zero_();
    trained_samples_ = 0;
    MinibatchTraining::train_epoch();
    const auto losses =
        (fold_losses_ / static_cast<double>(trained_samples_)).to(torch::kCPU).contiguous();
    stopping_->after_epoch(losses, mlps_->parameters());
    last_loss_ = losses.mean().item<double>();
    return last_loss_;
  }

  Metrics evaluate() override {
    if (!ranking_) ranking_ = rank();
    return *ranking_;
  }

 private:
  std::shared_ptr<torch::nn::Module> make_network() override {
    mlps_ = std::make_shared<SideBySideMlps>(folds_, bug_features, hidden_units);
    split_into_folds();
    fold_losses_ = torch::zeros({folds_}, torch::dtype(torch::kFloat64).device(device()));
    stopping_.emplace(folds_, patience_);
    ranking_.reset();
    return mlps_;
  }

  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override {
    return mlp_regression_optimizer(*mlps_, learning_rate_);
  }

  /// Deals the reports out to the folds in random order.
  void split_into_folds() {
    const auto order = torch::randperm(pairs_.report_count(), random(), torch::kInt64);
    const auto fold_of_report = torch::empty_like(order).scatter_(
        0, order, torch::arange(pairs_.report_count()).remainder(folds_));
    const auto reports =
        torch::tensor(std::vector<std::int64_t>(pairs_.reports.begin(), pairs_.reports.end()));
    const auto fold_of_pair = fold_of_report.index_select(0, reports);
    const auto is_right = targets_.to(torch::kCPU) > 0;
    train_rows_.clear();
    test_rows_.clear();
    for (std::int64_t fold = 0; fold < folds_; ++fold) {
      const auto others = fold_of_pair != fold;
      const auto right = others.logical_and(is_right).nonzero().flatten();
      const auto wrong = others.logical_and(is_right.logical_not()).nonzero().flatten();
      train_rows_.push_back(torch::cat({right.repeat({copies_of_right_pairs}), wrong}));
      test_rows_.push_back(others.logical_not().nonzero().flatten().to(device()));
    }
  }

  /// Rows of features_ (B × folds). The folds are of slightly different size: each epoch leaves out
  /// a few pairs of the larger ones, others each time.
  std::vector<torch::Tensor> make_batches() override {
    std::int64_t length = std::numeric_limits<std::int64_t>::max();
    for (const auto& rows : train_rows_) length = std::min(length, rows.size(0));
    std::vector<torch::Tensor> shuffled;
    for (const auto& rows : train_rows_) {
      const auto order = torch::randperm(rows.size(0), random(), torch::kInt64);
      shuffled.push_back(rows.index_select(0, order.narrow(0, 0, length)));
    }
    return torch::stack(shuffled, 1).to(device()).split(batch_size());
  }

  /// Sum over the folds, for each has its own gradient.
  torch::Tensor loss(const torch::Tensor& rows) override {
    const auto flat = rows.t().flatten();
    const auto x = features_.index_select(0, flat).view({folds_, -1, bug_features});
    const auto y = targets_.index_select(0, flat).view({folds_, -1});
    const auto losses = mlp_regression_loss(*mlps_, x, y, alpha_);
    fold_losses_.add_(losses.detach(), rows.size(0));
    trained_samples_ += rows.size(0);
    return losses.sum();
  }

  void rehearse_evaluation() override { score(0).sum().item<float>(); }

  /// Scores of the pairs that the fold holds out.
  torch::Tensor score(std::int64_t fold) const {
    const auto x = features_.index_select(0, test_rows_[static_cast<std::size_t>(fold)]);
    return mlps_->forward_one(fold, x);
  }

  Metrics rank() {
    mlps_->eval();
    const torch::NoGradGuard no_gradient;
    auto scores = torch::empty({pairs_.size()}, torch::dtype(torch::kFloat32).device(device()));
    for (std::int64_t fold = 0; fold < folds_; ++fold) {
      scores.index_copy_(0, test_rows_[static_cast<std::size_t>(fold)], score(fold));
    }
    scores = scores.to(torch::kCPU).contiguous();
    const RankingQuality quality = judge_rankings(
        pairs_.reports, {scores.data_ptr<float>(), static_cast<std::size_t>(pairs_.size())},
        pairs_.is_right, top_ks);
    Metrics metrics{{"map", quality.mean_average_precision}};
    for (std::size_t i = 0; i < top_ks.size(); ++i) {
      metrics[fmt::format("top_{}", top_ks[i])] = quality.top[i];
    }
    return metrics;
  }

  BugPairs pairs_;
  std::int64_t folds_;
  double learning_rate_;
  double alpha_;
  std::int64_t patience_;
  torch::Tensor features_;  // pairs × bug_features
  torch::Tensor targets_;   // pairs: 1 where the bug was fixed in the file, else 0

  std::shared_ptr<SideBySideMlps> mlps_;
  std::vector<torch::Tensor> train_rows_, test_rows_;  // of each fold, places in features_
  torch::Tensor fold_losses_;                          // folds; sums over the epoch so far
  std::int64_t trained_samples_ = 0;                   // of each fold, in the epoch so far
  std::optional<SideBySideStopping> stopping_;
  double last_loss_ = 0;
  std::optional<Metrics> ranking_;  // of the networks as they stand
};

}  // namespace

SideBySideMlps::SideBySideMlps(std::int64_t networks, std::int64_t inputs, std::int64_t hidden)
    : hidden_weight(register_parameter("hidden_weight",
                                       glorot_uniform({networks, inputs, hidden}, inputs, hidden))),
      hidden_bias(
          register_parameter("hidden_bias", glorot_uniform({networks, 1, hidden}, inputs, hidden))),
      output_weight(
          register_parameter("output_weight", glorot_uniform({networks, hidden, 1}, hidden, 1))),
      output_bias(register_parameter("output_bias", glorot_uniform({networks, 1, 1}, hidden, 1))) {}

torch::Tensor SideBySideMlps::forward(const torch::Tensor& x) const {
  const auto hidden = torch::baddbmm(hidden_bias, x, hidden_weight).relu_();
  return torch::baddbmm(output_bias, hidden, output_weight).squeeze(2);
}

torch::Tensor SideBySideMlps::forward_one(std::int64_t network, const torch::Tensor& x) const {
  const auto hidden = torch::addmm(hidden_bias[network], x, hidden_weight[network]).relu_();
  return torch::addmm(output_bias[network], hidden, output_weight[network]).squeeze(1);
}

torch::Tensor mlp_regression_loss(const SideBySideMlps& mlps, const torch::Tensor& x,
                                  const torch::Tensor& y, double alpha) {
  const auto squared_error = (mlps.forward(x) - y).square().mean(1);
  const auto squared_weights =
      mlps.hidden_weight.square().sum({1, 2}) + mlps.output_weight.square().sum({1, 2});
  return (squared_error + squared_weights * (alpha / static_cast<double>(y.size(1)))) / 2;
}

std::unique_ptr<torch::optim::Optimizer> mlp_regression_optimizer(const SideBySideMlps& mlps,
                                                                  double learning_rate) {
  return std::make_unique<Sgd>(
      mlps.parameters(), torch::optim::SGDOptions(learning_rate).momentum(momentum).nesterov(true));
}

SideBySideStopping::SideBySideStopping(std::int64_t networks, std::int64_t patience)
    : patience_(patience), progress_(static_cast<std::size_t>(networks)) {}

void SideBySideStopping::after_epoch(const torch::Tensor& losses,
                                     const std::vector<torch::Tensor>& parameters) {
  const torch::NoGradGuard no_gradient;
  if (kept_.empty()) {
    for (const auto& parameter : parameters) kept_.push_back(parameter.detach().clone());
  }
  for (std::size_t network = 0; network < progress_.size(); ++network) {
    const auto place = static_cast<std::int64_t>(network);
    Progress& progress = progress_[network];
    const bool had_ended = progress.has_ended;
    if (!had_ended) note(progress, losses[place].item<double>());
    for (std::size_t i = 0; progress.has_ended && i < parameters.size(); ++i) {
      const auto now = parameters[i].select(0, place), kept = kept_[i].select(0, place);
      had_ended ? now.copy_(kept) : kept.copy_(now);
    }
  }
}

bool SideBySideStopping::all_ended() const {
  return std::ranges::all_of(progress_, &Progress::has_ended);
}

void SideBySideStopping::note(Progress& progress, double loss) const {
  constexpr double tolerance = 1e-4;  // scikit-learn's default
  const bool has_improved = loss <= progress.best_loss - tolerance;
  progress.epochs_without_improvement = has_improved ? 0 : progress.epochs_without_improvement + 1;
  progress.best_loss = std::min(progress.best_loss, loss);
  progress.has_ended = progress.epochs_without_improvement > patience_;
}

WorkloadKind bug_localization() {
  return {.name = "bug_localization",
          .summary = "multilayer perceptron that ranks source files for bug reports, 10 folds",
          .metric = "top_1",
          .hyperparameters =
              {{"epochs", "passes over the training data, at most (the original's max_iter)",
                whole_number(1), 40, 8},
               {"learning_rate", "step size", positive_real, 0.001, 0.005},
               {"batch_size", "pairs of each fold in a step", whole_number(1), 200, 200},
               {"alpha", "weight of the squared weights in the loss", NumberRange{}, 1e-5, 1e-5},
               {"folds", "parts of the reports, each held out in turn",
                NumberRange{.whole = true, .minimum = 2, .maximum = 100}, 10, 10},
               {"patience",
                "epochs without a smaller loss that end a fold's training (the original's "
                "n_iter_no_change)",
                whole_number(1), 30, 30}},
          .data_folder = "bugs",
          .data_source = bugs_source,
          .makes_up_data = true,
          .create = [](const Settings& settings) {
            const std::int64_t reports = settings.samples(eclipse_ui_reports, 1'600);
            return std::make_unique<BugLocalization>(
                settings.data.empty() ? make_up_bugs(reports) : read_bugs(settings.data, reports),
                settings);
          }};
}

}  // namespace tandem::trainers

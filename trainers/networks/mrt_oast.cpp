#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/clone_pairs.h"
#include "data/made_up_programs.h"
#include "data/token_sequences.h"
#include "data/vocabulary.h"
#include "networks/binary_metrics.h"
#include "networks/clone_detector.h"
#include "networks/kinds.h"
#include "networks/minibatch_training.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr double threshold = 0.8;  // similarity above which programs count as clones, as published
constexpr std::int64_t evaluation_batch = 64;
constexpr std::int64_t most_labels = 4'000;

const std::vector<std::string> reserved{"<pad>", "<unknown>"};
constexpr std::int64_t number_unknown = 1;

/// The numbers of a tree's labels; labels without one count as their general form.
TokenNumbers numbers_of(const std::vector<std::string>& labels, const Vocabulary& vocabulary) {
  TokenNumbers numbers;
  for (const std::string& label : labels) {
    auto number = vocabulary.find(label);
    if (!number) number = vocabulary.find(general_label(label));
    numbers.push_back(static_cast<std::int32_t>(number.value_or(number_unknown)));
  }
  return numbers;
}

/// Labels of the programs that training pairs are made of, in their general form where they are
/// rarer than `least_count`.
TokenCounts count_labels(const ClonePairs& data, std::int64_t least_count) {
  std::vector<bool> in_training(data.programs.size());
  for (const ProgramPair& pair : data.train) {
    in_training[pair.first] = in_training[pair.second] = true;
  }
  TokenCounts counts;
  for (std::size_t i = 0; i < data.programs.size(); ++i) {
    if (!in_training[i]) continue;
    for (const std::string& label : data.programs[i].preorder) ++counts[label];
  }
  TokenCounts general = counts;
  for (const auto& [label, count] : counts) {
    if (count >= least_count) continue;
    general.erase(label);
    general[general_label(label)] += count;
  }
  return general;
}

/// Pairs as tensors on the device: places of programs (int64, N each) and labels (float, N).
struct PairTensors {
  torch::Tensor first, second, clones;

  PairTensors(const std::vector<ProgramPair>& pairs, torch::Device device) {
    std::vector<std::int64_t> firsts, seconds;
    std::vector<float> labels;
    for (const ProgramPair& pair : pairs) {
      firsts.push_back(static_cast<std::int64_t>(pair.first));
      seconds.push_back(static_cast<std::int64_t>(pair.second));
      labels.push_back(pair.clones ? 1.0F : 0.0F);
    }
    first = torch::tensor(firsts, torch::kInt64).to(device);
    second = torch::tensor(seconds, torch::kInt64).to(device);
    clones = torch::tensor(labels, torch::kFloat32).to(device);
  }
};

/// The programs that occur in `pairs`, once each, and the pairs with places in that list.
std::pair<std::vector<std::int64_t>, std::vector<ProgramPair>> only_used(
    std::vector<ProgramPair> pairs) {
  std::vector<std::int64_t> used;
  std::map<std::size_t, std::size_t> place_of;
  const auto place = [&](std::size_t program) {
    const auto [entry, is_new] = place_of.try_emplace(program, used.size());
    if (is_new) used.push_back(static_cast<std::int64_t>(program));
    return entry->second;
  };
  for (ProgramPair& pair : pairs) pair = {place(pair.first), place(pair.second), pair.clones};
  return {std::move(used), std::move(pairs)};
}

/// Training on pairs of programs by the cross-entropy of their similarity, with Adam, whose
/// learning rate rises over the first fifth of the steps and then falls to a tenth. For a test each
/// program passes through the network once, then pairs are compared. Reports BinaryMetrics for
/// 'clones' and `test_loss`.
class CloneTraining : public MinibatchTraining {
 public:
  CloneTraining(const ClonePairs& data, CloneDetectorSize size, std::int64_t least_count,
                const Settings& settings)
      : MinibatchTraining(settings),
        synthetic_(data.synthetic),
        epochs_(settings.whole("epochs")),
        learning_rate_(settings.real("learning_rate")),
        dropout_(settings.real("dropout")),
        size_(size),
        train_(data.train, device()) {
    const Vocabulary vocabulary(reserved, count_labels(data, least_count),
                                {.size = most_labels, .buckets = 0, .least_count = 1});
    size_.labels = vocabulary.size();
    std::vector<TokenNumbers> preorder, postorder;
    for (const TreeSequences& program : data.programs) {
      preorder.push_back(numbers_of(program.preorder, vocabulary));
      postorder.push_back(numbers_of(program.postorder, vocabulary));
    }
    preorder_ = pad_sequences(preorder, size_.length, clone_padding).to(device());
    postorder_ = pad_sequences(postorder, size_.length, clone_padding).to(device());
    auto [programs, pairs] = only_used(data.test);
    test_programs_ = torch::tensor(programs, torch::kInt64).to(device());
    test_ = PairTensors(pairs, device());
  }

  DataDescription data() const override {
    return {.synthetic = synthetic_,
            .train_samples = train_.clones.size(0),
            .test_samples = test_.clones.size(0)};
  }

  Metrics evaluate() override {
    network_->eval();
    const torch::NoGradGuard no_gradient;
    std::vector<torch::Tensor> features;
    for (const auto& programs : test_programs_.split(evaluation_batch)) {
      features.push_back(features_of(programs));
    }
    const auto all = torch::cat(features);
    BinaryMetrics counts(device());
    auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device()));
    const std::int64_t pairs = test_.clones.size(0);
    constexpr std::int64_t pairs_at_once = 1'024;
    for (std::int64_t begin = 0; begin < pairs; begin += pairs_at_once) {
      const auto part = [&](const torch::Tensor& x) {
        return x.slice(0, begin, begin + pairs_at_once);
      };
      const auto similarity = clone_similarity(all.index_select(0, part(test_.first)),
                                               all.index_select(0, part(test_.second)));
      const auto clones = part(test_.clones);
      loss_sum.add_(torch::binary_cross_entropy(similarity, clones, {}, at::Reduction::Sum));
      counts.add(similarity.gt(threshold), clones.gt(0.5));
    }
    Metrics metrics = counts.metrics();
    metrics["test_loss"] = loss_sum.item<double>() / static_cast<double>(pairs);
    return metrics;
  }

 private:
  std::shared_ptr<torch::nn::Module> make_network() override {
    network_ = make_clone_detector(size_, dropout_);
    return network_;
  }

  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override {
    return std::make_unique<Adam>(network_->parameters(),
                                  torch::optim::AdamOptions(learning_rate_));
  }

  torch::Tensor features_of(const torch::Tensor& programs) {
    return network_->forward(preorder_.index_select(0, programs),
                             postorder_.index_select(0, programs));
  }

  torch::Tensor loss(const torch::Tensor& indices) override {
    // Both programs of all pairs in one pass.
    const auto programs =
        torch::cat({train_.first.index_select(0, indices), train_.second.index_select(0, indices)});
    const auto features = features_of(programs).chunk(2);
    return torch::binary_cross_entropy(clone_similarity(features[0], features[1]),
                                       train_.clones.index_select(0, indices));
  }

  void rehearse_evaluation() override {
    features_of(test_programs_.slice(0, 0, evaluation_batch)).sum().item<float>();
  }

  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override {
    const auto steps = static_cast<double>(steps_per_epoch * epochs_);
    const double warm_up = steps / 5, now = static_cast<double>(step);
    const double share =
        now < warm_up ? now / warm_up : 1 - 0.9 * (now - warm_up) / (steps - warm_up);
    set_learning_rates(optimizer(), learning_rate_ * share);
  }

  bool synthetic_;
  std::int64_t epochs_;
  double learning_rate_, dropout_;
  CloneDetectorSize size_;
  torch::Tensor preorder_, postorder_;  ///< int32, programs × length
  PairTensors train_;
  torch::Tensor test_programs_;  ///< int64: places of the programs that test
  PairTensors test_{{}, torch::kCPU};
  std::shared_ptr<CloneDetector> network_;
};

// Quick scale: heads as wide as the published ones, fewer of all else.
constexpr CloneDetectorSize quick_size{
    .length = 64, .layers = 1, .width = 32, .heads = 2, .feed_forward = 128, .features = 128};

}  // namespace

WorkloadKind mrt_oast() {
  return {
      .name = "mrt_oast",
      .summary = "transformers over syntax trees of Java programs, clones or not, Adam",
      .metric = "f1",
      .hyperparameters = {{"epochs", "passes over the training pairs", whole_number(1), 10, 5},
                          {"learning_rate", "largest step size of Adam", positive_real, 1e-4, 2e-3},
                          {"batch_size", "pairs per step", whole_number(1), 64, 8},
                          {"dropout", "dropped after each sublayer", dropout_rate, 0.2, 0.05}},
      .data_folder = "clones",
      .data_source = clone_pairs_source,
      .makes_up_data = true,
      .create = [](const Settings& settings) {
        const std::int64_t train = settings.samples(100'000, 960);
        const std::int64_t test = settings.samples(20'000, 400);
        const auto made_up = [&] {
          // A test that asks for a few pairs needs few programs.
          const std::int64_t programs =
              std::clamp<std::int64_t>(5 * train, 80, settings.by_scale(1'665, 800));
          return made_up_clone_pairs(programs, train, test);
        };
        const ClonePairs data =
            settings.data.empty() ? made_up() : load_clone_pairs(settings.data, train, test);
        return std::make_unique<CloneTraining>(data,
                                               settings.by_scale(CloneDetectorSize{}, quick_size),
                                               settings.by_scale(8, 4), settings);
      }};
}

}  // namespace tandem::trainers

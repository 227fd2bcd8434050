#include "networks/reid_network.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <string>
#include <utility>

namespace tandem::trainers {
namespace {

/// The head of layumi/Person_reID_baseline_pytorch (ClassBlock): a linear layer and batch
/// normalisation, dropout, and the classifier. It has no non-linearity.
class ReidHeadImpl : public torch::nn::Module {
 public:
  ReidHeadImpl(std::int64_t inputs, std::int64_t units, std::int64_t identities, double dropout)
      : linear_(register_module("linear", torch::nn::Linear(inputs, units))),
        norm_(register_module("norm", torch::nn::BatchNorm1d(units))),
        dropout_(register_module("dropout", torch::nn::Dropout(dropout))),
        classifier_(register_module("classifier", torch::nn::Linear(units, identities))) {
    // Initial values as there.
    const torch::NoGradGuard no_gradient;
    torch::nn::init::kaiming_normal_(linear_->weight, 0, torch::kFanOut, torch::kReLU);
    torch::nn::init::zeros_(linear_->bias);
    torch::nn::init::normal_(norm_->weight, 1, 0.02);
    torch::nn::init::normal_(classifier_->weight, 0, 0.001);
    torch::nn::init::zeros_(classifier_->bias);
  }

  /// N × inputs → N × units
  torch::Tensor embed(const torch::Tensor& x) { return dropout_(norm_(linear_(x))); }
  /// N × inputs → N × identities
  torch::Tensor forward(const torch::Tensor& x) { return classifier_(embed(x)); }

 private:
  torch::nn::Linear linear_;
  torch::nn::BatchNorm1d norm_;
  torch::nn::Dropout dropout_;
  torch::nn::Linear classifier_;
};
TORCH_MODULE(ReidHead);

class GlobalHeadNetwork : public ReidNetwork {
 public:
  GlobalHeadNetwork(std::shared_ptr<FeatureTrunk> trunk, std::int64_t channels,
                    std::int64_t identities, double dropout)
      : trunk_(register_module("trunk", std::move(trunk))),
        head_(register_module("head", ReidHead(channels, 512, identities, dropout))) {}

  std::vector<torch::Tensor> classify(const torch::Tensor& images) override {
    return {head_(pooled(images))};
  }
  torch::Tensor features(const torch::Tensor& images) override {
    return head_->embed(pooled(images)).unsqueeze(1);
  }
  std::vector<torch::Tensor> head_parameters() const override { return head_->parameters(); }
  std::vector<torch::Tensor> trunk_parameters() const override { return trunk_->parameters(); }

 private:
  torch::Tensor pooled(const torch::Tensor& images) { return trunk_->forward(images).mean({2, 3}); }

  std::shared_ptr<FeatureTrunk> trunk_;
  ReidHead head_;
};

class PartHeadsNetwork : public ReidNetwork {
 public:
  static constexpr std::int64_t parts = 6;

  PartHeadsNetwork(std::shared_ptr<FeatureTrunk> trunk, std::int64_t channels,
                   std::int64_t identities, double dropout)
      : trunk_(register_module("trunk", std::move(trunk))),
        dropout_(register_module("dropout", torch::nn::Dropout(dropout))) {
    for (std::int64_t part = 0; part < parts; ++part) {
      heads_.push_back(register_module(fmt::format("head{}", part),
                                       ReidHead(channels, 256, identities, dropout)));
    }
  }

  std::vector<torch::Tensor> classify(const torch::Tensor& images) override {
    const auto means = dropout_(part_means(images)).unbind(1);
    std::vector<torch::Tensor> scores;
    for (std::size_t part = 0; part < heads_.size(); ++part) {
      scores.push_back(heads_[part](means[part]));
    }
    return scores;
  }
  torch::Tensor features(const torch::Tensor& images) override {
    const auto means = part_means(images).unbind(1);
    std::vector<torch::Tensor> embedded;
    for (std::size_t part = 0; part < heads_.size(); ++part) {
      embedded.push_back(heads_[part]->embed(means[part]));
    }
    return torch::stack(embedded, 1);
  }
  std::vector<torch::Tensor> head_parameters() const override {
    std::vector<torch::Tensor> parameters;
    for (const ReidHead& head : heads_) {
      const auto of_head = head->parameters();
      parameters.insert(parameters.end(), of_head.begin(), of_head.end());
    }
    return parameters;
  }
  std::vector<torch::Tensor> trunk_parameters() const override { return trunk_->parameters(); }

 private:
  /// N × parts × channels. Adaptive pooling would do the same, but its gradient on CUDA differs
  /// from run to run.
  torch::Tensor part_means(const torch::Tensor& images) {
    const auto map = trunk_->forward(images);
    return map.view({map.size(0), map.size(1), parts, map.size(2) / parts, map.size(3)})
        .mean({3, 4})
        .transpose(1, 2);
  }

  std::shared_ptr<FeatureTrunk> trunk_;
  torch::nn::Dropout dropout_;
  std::vector<ReidHead> heads_;
};

}  // namespace

std::shared_ptr<ReidNetwork> with_global_head(std::shared_ptr<FeatureTrunk> trunk,
                                              std::int64_t channels, std::int64_t identities,
                                              double dropout) {
  return std::make_shared<GlobalHeadNetwork>(std::move(trunk), channels, identities, dropout);
}

std::shared_ptr<ReidNetwork> with_part_heads(std::shared_ptr<FeatureTrunk> trunk,
                                             std::int64_t channels, std::int64_t identities,
                                             double dropout) {
  return std::make_shared<PartHeadsNetwork>(std::move(trunk), channels, identities, dropout);
}

}  // namespace tandem::trainers

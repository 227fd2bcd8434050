#include "data/pairs.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "errors.h"

namespace tandem::trainers {
namespace {

/// For each element of `count` (int64) a whole number from 0 to before it.
torch::Tensor random_below(const torch::Tensor& count, torch::Generator& generator) {
  const auto share = torch::rand(count.sizes(), generator, torch::dtype(torch::kFloat64));
  return torch::minimum((share * count).to(torch::kInt64), count - 1);
}

}  // namespace

PairSampler::PairSampler(const torch::Tensor& labels, std::int64_t classes)
    : labels_(labels.cpu()),
      order_(std::get<1>(labels_.sort(/*stable=*/true, 0, /*descending=*/false))),
      place_(order_.argsort()),
      count_(labels_.bincount({}, classes)) {
  start_ = count_.cumsum(0) - count_;
  const auto single = count_.eq(1).nonzero();
  if (single.size(0) > 0) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("pairs of images: found 1 image with label {} among {}, "
                                    "expected at least 2 of each label",
                                    single[0][0].item<std::int64_t>(), labels_.size(0)));
  }
  if (count_.gt(0).sum().item<std::int64_t>() < 2) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("pairs of images: found {} images with one label, expected at "
                                    "least two labels",
                                    labels_.size(0)));
  }
}

Pairs PairSampler::draw(torch::Generator& generator) const {
  const auto samples = labels_.size(0);
  const auto first = torch::randperm(samples, generator, torch::kInt64);
  const auto same = torch::arange(samples).remainder(2).eq(0);
  const auto label = labels_.index_select(0, first);
  const auto start = start_.index_select(0, label), count = count_.index_select(0, label);

  // Of the same label: some places further, around the end of the label's samples.
  const auto onwards = 1 + random_below(count - 1, generator);
  const auto of_same = start + (place_.index_select(0, first) - start + onwards).remainder(count);
  // Of another: any place, counted without those of the label.
  const auto other = random_below(samples - count, generator);
  const auto of_other = torch::where(other < start, other, other + count);
  return {first, order_.index_select(0, torch::where(same, of_same, of_other)),
          same.to(torch::kFloat32)};
}

}  // namespace tandem::trainers

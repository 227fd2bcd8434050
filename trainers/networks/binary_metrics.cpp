#include "networks/binary_metrics.h"

#include <torch/torch.h>

namespace tandem::trainers {

BinaryMetrics::BinaryMetrics(torch::Device device)
    : counts_(torch::zeros({4}, torch::dtype(torch::kInt64).device(device))) {}

void BinaryMetrics::add(const torch::Tensor& predicted, const torch::Tensor& actual) {
  const auto place = actual.to(torch::kInt64).mul(2).add(predicted.to(torch::kInt64));
  // Comparing with each place, and not bincount: that one waits for the device.
  counts_.add_(torch::arange(4, counts_.options()).unsqueeze(1).eq(place).sum(1));
}

Metrics BinaryMetrics::metrics() const {
  const auto counts = counts_.cpu().to(torch::kFloat64);
  const auto count = [&](int place) { return counts[place].item<double>(); };
  const double tn = count(0), fp = count(1), fn = count(2), tp = count(3);
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  return {{"accuracy", share(tp + tn, tp + tn + fp + fn)},
          {"precision", share(tp, tp + fp)},
          {"recall", share(tp, tp + fn)},
          {"f1", share(2 * tp, 2 * tp + fp + fn)}};
}

}  // namespace tandem::trainers

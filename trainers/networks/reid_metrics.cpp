#include "networks/reid_metrics.h"

#include <torch/torch.h>

#include <tuple>

namespace tandem::trainers {
namespace {

constexpr std::int64_t junk = -1;
constexpr std::int64_t queries_at_once = 256;  // bounds the memory at full scale

}  // namespace

Metrics rank_gallery(const ReidFeatures& query, const ReidFeatures& gallery) {
  const std::int64_t queries = query.identities.size(0);
  auto first_right = torch::zeros({}, torch::dtype(torch::kInt64).device(query.values.device()));
  auto precision_sum =
      torch::zeros({}, torch::dtype(torch::kFloat64).device(query.values.device()));
  for (std::int64_t first = 0; first < queries; first += queries_at_once) {
    const auto part = [&](const torch::Tensor& of_query) {
      return of_query.slice(0, first, first + queries_at_once);
    };
    const auto order = std::get<1>(part(query.values)
                                       .matmul(gallery.values.t())
                                       .sort(/*stable=*/true, /*dim=*/1, /*descending=*/true));
    const auto same_person = part(query.identities).unsqueeze(1).eq(gallery.identities);
    const auto same_camera = part(query.cameras).unsqueeze(1).eq(gallery.cameras);
    const auto counts =
        same_person.logical_and(same_camera).logical_or(gallery.identities.eq(junk)).logical_not();
    const auto right = same_person.logical_and(counts).gather(1, order);
    // Along the sorted gallery: images that count so far, and right ones among them.
    const auto rank = counts.gather(1, order).cumsum(1);
    const auto found = right.cumsum(1);
    first_right.add_(right.logical_and(rank.eq(1)).sum());

    const auto precision = found.to(torch::kFloat64) / rank;
    const auto precision_before =
        torch::where(rank.gt(1), (found - 1).to(torch::kFloat64) / (rank - 1).clamp_min(1),
                     torch::ones_like(precision));
    const auto areas = ((precision + precision_before) / 2).masked_fill(right.logical_not(), 0);
    precision_sum.add_((areas.sum(1) / right.sum(1).clamp_min(1)).sum());
  }
  const auto count = static_cast<double>(queries);
  return {{"rank1", static_cast<double>(first_right.item<std::int64_t>()) / count},
          {"mAP", precision_sum.item<double>() / count}};
}

}  // namespace tandem::trainers

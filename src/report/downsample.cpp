#include "report/downsample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tandem::report {
namespace {

constexpr size_t fewest = 8;
constexpr size_t ends = 2;

/// Indices of the smallest, the largest and the first missing of a stretch, in their order.
void keep_of_stretch(std::span<const double> values, size_t begin, size_t end,
                     std::vector<size_t>& kept) {
  size_t low = end, high = end, gap = end;
  for (size_t i = begin; i < end; ++i) {
    if (!std::isfinite(values[i])) {
      if (gap == end) gap = i;
      continue;
    }
    if (low == end || values[i] < values[low]) low = i;
    if (high == end || values[i] > values[high]) high = i;
  }
  size_t found[] = {low, high, gap};
  std::ranges::sort(found);
  for (const size_t index : found) {
    if (index != end && (kept.empty() || kept.back() != index)) kept.push_back(index);
  }
}

}  // namespace

std::vector<size_t> samples_to_keep(std::span<const double> values, size_t most) {
  const size_t n = values.size();
  most = std::max(most, fewest);
  std::vector<size_t> kept;
  if (n <= most) {
    kept.resize(n);
    std::iota(kept.begin(), kept.end(), size_t{0});
    return kept;
  }
  const bool has_gap =
      std::ranges::any_of(values, [](double value) { return !std::isfinite(value); });
  const size_t stretches = (most - ends) / (has_gap ? 3 : 2);
  kept.reserve(most);
  kept.push_back(0);
  for (size_t stretch = 0; stretch < stretches; ++stretch) {
    keep_of_stretch(values, n * stretch / stretches, n * (stretch + 1) / stretches, kept);
  }
  if (kept.back() != n - 1) kept.push_back(n - 1);
  return kept;
}

}  // namespace tandem::report

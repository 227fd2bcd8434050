#include "analyse/statistics/multiplicity.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace tandem::analyse {
namespace {

/// The places of the p-values in ascending order.
std::vector<size_t> ascending(std::span<const double> p_values) {
  for (const double p : p_values) {
    if (!(p >= 0 && p <= 1)) throw std::invalid_argument("a p-value is not in [0, 1]");
  }
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t left, size_t right) { return p_values[left] < p_values[right]; });
  return order;
}

}  // namespace

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  const std::vector<size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = static_cast<double>(order.size() - rank) * p_values[order[rank]];
    largest = std::max(largest, std::min(scaled, 1.0));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values) {
  const std::vector<size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double smallest = 1;
  for (size_t rank = order.size(); rank > 0; --rank) {
    const double scaled =
        static_cast<double>(order.size()) / static_cast<double>(rank) * p_values[order[rank - 1]];
    smallest = std::min(smallest, scaled);
    adjusted[order[rank - 1]] = smallest;
  }
  return adjusted;
}

}  // namespace tandem::analyse

#pragma once

#include <optional>
#include <span>
#include <vector>

// Exact distributions of rank statistics when every order of the values is equally likely, given
// the ties. Ranks are mid ranks: multiples of one half.
namespace tandem::analyse {

struct Tails {
  double lower = 0;  ///< P(statistic ≤ the one seen)
  double upper = 0;  ///< P(statistic ≥ the one seen)
};

/// Of Σ xᵢ yᵢ, which orders as Spearman's ρ does, over all ways to pair the ranks. Time and memory
/// double with each value: for at most about a dozen.
Tails rank_product_tails(std::span<const double> x, std::span<const double> y);

/// P(Kruskal and Wallis's H ≥ the one seen) over all ways to deal the ranks, which stand group by
/// group, into groups of these sizes. Nothing when there are more than `most_ways`.
std::optional<double> kruskal_wallis_upper_tail(std::span<const double> ranks,
                                                std::span<const size_t> group_sizes,
                                                double most_ways);

/// P(Friedman's χ² ≥ the one seen) over all orders of the ranks within each block. Nothing when it
/// would take more than `most_steps` additions.
std::optional<double> friedman_upper_tail(std::span<const std::vector<double>> ranks,
                                          size_t most_steps);

}  // namespace tandem::analyse

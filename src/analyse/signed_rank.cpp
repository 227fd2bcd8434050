#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <stdexcept>

#include "analyse/statistics.h"

namespace tandem::analyse {
namespace {

constexpr size_t most_exact = 50;

struct SignedRanks {
  double positive = 0;  ///< sum of the ranks of the positive differences
  double negative = 0;
  double tie_term = 0;  ///< Σ (t³ − t) over groups of t equal magnitudes
};

SignedRanks signed_ranks(std::vector<double> difference) {
  std::sort(difference.begin(), difference.end(),
            [](double left, double right) { return std::abs(left) < std::abs(right); });
  SignedRanks ranks;
  for (size_t begin = 0; begin < difference.size();) {
    size_t end = begin;
    while (end < difference.size() && std::abs(difference[end]) == std::abs(difference[begin])) {
      ++end;
    }
    const auto size = static_cast<double>(end - begin);
    const double mid_rank = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2;
    for (; begin < end; ++begin) {
      (difference[begin] > 0 ? ranks.positive : ranks.negative) += mid_rank;
    }
    ranks.tie_term += size * size * size - size;
  }
  return ranks;
}

/// P(rank sum ≤ statistic) when each of the ranks 1 … n is positive with probability one half.
double exact_lower_tail(size_t n, double statistic) {
  std::vector<double> probability(n * (n + 1) / 2 + 1, 0.0);
  probability[0] = 1;
  for (size_t rank = 1; rank <= n; ++rank) {
    for (size_t sum = probability.size(); sum-- > 0;) {
      const double with_rank = sum >= rank ? probability[sum - rank] : 0;
      probability[sum] = (probability[sum] + with_rank) / 2;
    }
  }
  double tail = 0;
  for (size_t sum = 0; sum <= static_cast<size_t>(statistic); ++sum) tail += probability[sum];
  return tail;
}

}  // namespace

TestResult wilcoxon_signed_rank_test(std::span<const double> first,
                                     std::span<const double> second) {
  if (first.size() != second.size()) {
    throw std::invalid_argument("paired values differ in number");
  }
  std::vector<double> difference;
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i] != second[i]) difference.push_back(first[i] - second[i]);
  }
  const bool has_zeros = difference.size() < first.size();
  TestResult result{"Wilcoxon signed-rank test", difference.size(), {}, {}};
  if (difference.size() < 2) {
    result.statistic = result.p_value =
        Reading::missing("fewer than two differences that are not zero");
    return result;
  }
  const SignedRanks ranks = signed_ranks(difference);
  const double statistic = std::min(ranks.positive, ranks.negative);
  const auto n = static_cast<double>(difference.size());
  result.statistic = statistic;
  if (difference.size() <= most_exact && ranks.tie_term == 0 && !has_zeros) {
    result.name += " (exact)";
    result.p_value = std::min(1.0, 2 * exact_lower_tail(difference.size(), statistic));
    return result;
  }
  result.name += " (normal approximation)";
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tie_term / 48;
  const double z = (statistic - n * (n + 1) / 4) / std::sqrt(variance);
  result.p_value = 2 * boost::math::cdf(complement(boost::math::normal(), std::abs(z)));
  return result;
}

}  // namespace tandem::analyse

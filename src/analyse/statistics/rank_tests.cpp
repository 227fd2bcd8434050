#include "analyse/statistics/rank_tests.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/rank_permutations.h"

namespace tandem::analyse {
namespace {

constexpr size_t most_exact = 50;
constexpr double most_deals = 1e5;
constexpr size_t most_steps = 100000;

/// Mid ranks are multiples of one half: twice a rank is a whole number.
size_t twice(double rank) {
  return static_cast<size_t>(std::lround(2 * rank));
}

/// P(rank sum ≤ statistic) when each of the ranks counts with probability one half.
double signed_rank_lower_tail(const std::vector<double>& ranks, double statistic) {
  size_t total = 0;
  for (const double rank : ranks) total += twice(rank);
  std::vector<double> probability(total + 1, 0.0);
  probability[0] = 1;
  size_t reached = 0;
  for (const double rank : ranks) {
    const size_t step = twice(rank);
    reached += step;
    for (size_t sum = reached + 1; sum-- > 0;) {
      const double with_rank = sum >= step ? probability[sum - step] : 0;
      probability[sum] = (probability[sum] + with_rank) / 2;
    }
  }
  const auto end = probability.begin() + static_cast<std::ptrdiff_t>(twice(statistic)) + 1;
  return std::accumulate(probability.begin(), end, 0.0);
}

/// Both tails of the sum of `chosen` of the ranks, chosen at random: P(sum ≤ s) and P(sum ≥ s).
std::pair<double, double> rank_sum_tails(const std::vector<double>& ranks, size_t chosen,
                                         double rank_sum) {
  size_t total = 0;
  for (const double rank : ranks) total += twice(rank);
  // share[k][s]: of all ways to choose k of the ranks so far, those with the (doubled) sum s, over
  // the ways to choose k of all; kept small by multiplying in the chance of a rank to be taken.
  std::vector<std::vector<double>> share(chosen + 1, std::vector<double>(total + 1, 0.0));
  share[0][0] = 1;
  // Drawing one by one: the i-th rank is taken with probability (chosen − k) / (n − i).
  const size_t n = ranks.size();
  size_t reached = 0;
  for (size_t i = 0; i < n; ++i) {
    const size_t step = twice(ranks[i]);
    const size_t least = chosen > n - i ? chosen - (n - i) : 0;
    for (size_t k = std::min(i, chosen) + 1; k-- > least;) {
      const double taken = static_cast<double>(chosen - k) / static_cast<double>(n - i);
      for (size_t sum = 0; sum <= reached; ++sum) {
        const double before = share[k][sum];
        if (before == 0) continue;
        if (k < chosen) share[k + 1][sum + step] += before * taken;
        share[k][sum] = before * (1 - taken);
      }
    }
    reached += step;
  }
  const std::vector<double>& distribution = share[chosen];
  const auto place = distribution.begin() + static_cast<std::ptrdiff_t>(twice(rank_sum));
  return {std::accumulate(distribution.begin(), place + 1, 0.0),
          std::accumulate(place, distribution.end(), 0.0)};
}

bool all_equal(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

}  // namespace

Ranks mid_ranks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t left, size_t right) { return values[left] < values[right]; });
  Ranks ranks{std::vector<double>(values.size()), 0};
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const auto size = static_cast<double>(end - begin);
    const double mid_rank = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2;
    for (; begin < end; ++begin) ranks.rank[order[begin]] = mid_rank;
    ranks.tie_term += size * size * size - size;
  }
  return ranks;
}

TestResult wilcoxon_signed_rank_test(std::span<const double> first,
                                     std::span<const double> second) {
  const std::string name = "Wilcoxon signed-rank test";
  std::vector<double> difference = differences(first, second);
  if (const std::string problem = why_unusable(difference, 0); !problem.empty()) {
    return no_test(name, difference.size(), problem);
  }
  std::erase(difference, 0.0);
  const size_t count = difference.size();
  if (count < 2) return no_test(name, count, "fewer than two differences that are not zero");
  std::vector<double> magnitude(count);
  std::transform(difference.begin(), difference.end(), magnitude.begin(),
                 [](double value) { return std::abs(value); });
  const Ranks ranks = mid_ranks(magnitude);
  double positive = 0;
  double negative = 0;
  for (size_t i = 0; i < count; ++i) (difference[i] > 0 ? positive : negative) += ranks.rank[i];
  const double statistic = std::min(positive, negative);
  if (count <= most_exact) {
    const double p = std::min(1.0, 2 * signed_rank_lower_tail(ranks.rank, statistic));
    return {name + " (exact)", count, statistic, p};
  }
  const auto n = static_cast<double>(count);
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tie_term / 48;
  const double z = (statistic - n * (n + 1) / 4) / std::sqrt(variance);
  return {name + " (normal approximation)", count, statistic, two_sided_normal_p(z)};
}

TestResult mann_whitney_test(std::span<const double> first, std::span<const double> second) {
  const std::string name = "Mann–Whitney test";
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  for (const auto& group : {first, second}) {
    if (const std::string problem = why_unusable(group, 2); !problem.empty()) {
      return no_test(name, all.size(), "a group: " + problem);
    }
  }
  if (all_equal(all)) return no_test(name, all.size(), "all values are equal");
  const Ranks ranks = mid_ranks(all);
  const auto n_first = static_cast<double>(first.size());
  const auto n_second = static_cast<double>(second.size());
  const double rank_sum = std::accumulate(
      ranks.rank.begin(), ranks.rank.begin() + static_cast<std::ptrdiff_t>(first.size()), 0.0);
  const double u = rank_sum - n_first * (n_first + 1) / 2;
  if (all.size() <= most_exact) {
    const auto [lower, upper] = rank_sum_tails(ranks.rank, first.size(), rank_sum);
    return {name + " (exact)", all.size(), u, std::min(1.0, 2 * std::min(lower, upper))};
  }
  const double n = n_first + n_second;
  const double variance = n_first * n_second / 12 * ((n + 1) - ranks.tie_term / (n * (n - 1)));
  const double z = (u - n_first * n_second / 2) / std::sqrt(variance);
  return {name + " (normal approximation)", all.size(), u, two_sided_normal_p(z)};
}

TestResult kruskal_wallis_test(std::span<const std::vector<double>> groups) {
  const std::string name = "Kruskal–Wallis test";
  std::vector<double> all;
  for (const std::vector<double>& group : groups) {
    if (const std::string problem = why_unusable(group, 1); !problem.empty()) {
      return no_test(name, all.size(), "a group: " + problem);
    }
    all.insert(all.end(), group.begin(), group.end());
  }
  if (groups.size() < 2) return no_test(name, all.size(), "fewer than two groups");
  if (all.size() <= groups.size()) return no_test(name, all.size(), "one value a group");
  if (all_equal(all)) return no_test(name, all.size(), "all values are equal");
  const Ranks ranks = mid_ranks(all);
  const auto n = static_cast<double>(all.size());
  // Squares of deviations from the mean rank: the usual form subtracts two large numbers.
  double between = 0;
  size_t next = 0;
  for (const std::vector<double>& group : groups) {
    double sum = 0;
    for (size_t i = 0; i < group.size(); ++i) sum += ranks.rank[next++] - (n + 1) / 2;
    between += sum * sum / static_cast<double>(group.size());
  }
  const double h = 12 / (n * (n + 1)) * between / (1 - ranks.tie_term / (n * n * n - n));
  const auto degrees_of_freedom = static_cast<double>(groups.size() - 1);
  std::vector<size_t> sizes;
  for (const std::vector<double>& group : groups) sizes.push_back(group.size());
  if (const auto p = kruskal_wallis_upper_tail(ranks.rank, sizes, most_deals)) {
    return {name + " (exact)", all.size(), h, *p, degrees_of_freedom};
  }
  return {name + " (χ² approximation)", all.size(), h,
          chi_squared_upper_tail(h, degrees_of_freedom), degrees_of_freedom};
}

TestResult friedman_test(std::span<const std::vector<double>> blocks) {
  const std::string name = "Friedman test";
  if (blocks.size() < 2) return no_test(name, blocks.size(), "fewer than two blocks");
  const size_t treatments = blocks[0].size();
  const auto n = static_cast<double>(blocks.size());
  const auto k = static_cast<double>(treatments);
  std::vector<double> rank_sum(treatments, 0.0);
  double tie_term = 0;
  std::vector<std::vector<double>> ranks_of_blocks;
  for (const std::vector<double>& block : blocks) {
    if (block.size() != treatments) {
      throw std::invalid_argument("blocks differ in the number of treatments");
    }
    if (const std::string problem = why_unusable(block, 2); !problem.empty()) {
      return no_test(name, blocks.size(), "a block: " + problem);
    }
    const Ranks ranks = mid_ranks(block);
    tie_term += ranks.tie_term;
    for (size_t j = 0; j < treatments; ++j) rank_sum[j] += ranks.rank[j] - (k + 1) / 2;
    ranks_of_blocks.push_back(ranks.rank);
  }
  const double untied = 1 - tie_term / (n * k * (k * k - 1));
  if (untied <= 0) return no_test(name, blocks.size(), "all values within each block are equal");
  const double squares =
      std::inner_product(rank_sum.begin(), rank_sum.end(), rank_sum.begin(), 0.0);
  const double chi_squared = 12 * squares / (n * k * (k + 1)) / untied;
  if (const auto p = friedman_upper_tail(ranks_of_blocks, most_steps)) {
    return {name + " (exact)", blocks.size(), chi_squared, *p, k - 1};
  }
  return {name + " (χ² approximation)", blocks.size(), chi_squared,
          chi_squared_upper_tail(chi_squared, k - 1), k - 1};
}

}  // namespace tandem::analyse

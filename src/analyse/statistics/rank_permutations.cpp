#include "analyse/statistics/rank_permutations.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>

namespace tandem::analyse {
namespace {

using Whole = std::vector<long>;

/// Mid ranks as whole numbers: themselves where there are no halves, else doubled.
Whole as_whole(std::span<const double> ranks) {
  const bool halves =
      std::any_of(ranks.begin(), ranks.end(), [](double rank) { return rank != std::floor(rank); });
  Whole whole;
  for (const double rank : ranks) whole.push_back(std::lround(halves ? 2 * rank : rank));
  return whole;
}

/// Counts the ways to deal ranks into groups, one after the other, whose Σ (rank sum)² / size is at
/// least the one seen.
class Deals {
 public:
  Deals(Whole ranks, std::span<const size_t> sizes)
      : ranks_(std::move(ranks)),
        size_(sizes.begin(), sizes.end()),
        room_(size_),
        sum_(size_.size()) {
    size_t next = 0;
    for (size_t group = 0; group < size_.size(); ++group) {
      for (size_t i = 0; i < size_[group]; ++i) sum_[group] += ranks_[next++];
    }
    // Equal values of the statistic may differ by rounding.
    seen_ = statistic() * (1 - 1e-12);
    std::fill(sum_.begin(), sum_.end(), 0);
  }

  double share_at_least_as_large() {
    deal(0);
    return as_large_ / all_;
  }

 private:
  double statistic() const {
    double squares = 0;
    for (size_t group = 0; group < size_.size(); ++group) {
      const auto sum = static_cast<double>(sum_[group]);
      squares += sum * sum / static_cast<double>(size_[group]);
    }
    return squares;
  }

  void deal(size_t next) {
    if (next == ranks_.size()) {
      all_ += 1;
      as_large_ += statistic() >= seen_ ? 1 : 0;
      return;
    }
    for (size_t group = 0; group < size_.size(); ++group) {
      if (room_[group] == 0) continue;
      --room_[group];
      sum_[group] += ranks_[next];
      deal(next + 1);
      sum_[group] -= ranks_[next];
      ++room_[group];
    }
  }

  Whole ranks_;
  std::vector<size_t> size_;
  std::vector<size_t> room_;
  Whole sum_;
  double seen_ = 0;
  double all_ = 0;
  double as_large_ = 0;
};

long sum_of_squares(const Whole& sums) {
  return std::inner_product(sums.begin(), sums.end(), sums.begin(), 0L);
}

}  // namespace

Tails rank_product_tails(std::span<const double> x, std::span<const double> y) {
  Whole of_x = as_whole(x);
  Whole of_y = as_whole(y);
  const auto seen =
      static_cast<size_t>(std::inner_product(of_x.begin(), of_x.end(), of_y.begin(), 0L));
  std::sort(of_x.begin(), of_x.end());
  std::sort(of_y.begin(), of_y.end());
  // share[set][s]: of all ways to pair the first x with the y of the set, those with the sum s.
  const size_t n = of_x.size();
  std::vector<std::vector<double>> share(size_t{1} << n);
  share[0] = {1.0};
  for (size_t set = 0; set + 1 < share.size(); ++set) {
    const std::vector<double> before = std::move(share[set]);
    const auto paired = static_cast<size_t>(std::popcount(set));
    const double chance = 1 / static_cast<double>(paired + 1);
    for (size_t j = 0; j < n; ++j) {
      if ((set >> j & 1) != 0) continue;
      const auto step = static_cast<size_t>(of_x[paired] * of_y[j]);
      std::vector<double>& after = share[set | size_t{1} << j];
      if (after.size() < before.size() + step) after.resize(before.size() + step);
      for (size_t sum = 0; sum < before.size(); ++sum) after[sum + step] += before[sum] * chance;
    }
  }
  const std::vector<double>& distribution = share.back();
  const auto place = distribution.begin() + static_cast<std::ptrdiff_t>(seen);
  return {std::accumulate(distribution.begin(), place + 1, 0.0),
          std::accumulate(place, distribution.end(), 0.0)};
}

std::optional<double> kruskal_wallis_upper_tail(std::span<const double> ranks,
                                                std::span<const size_t> group_sizes,
                                                double most_ways) {
  double log_ways = std::lgamma(static_cast<double>(ranks.size()) + 1);
  for (const size_t size : group_sizes) log_ways -= std::lgamma(static_cast<double>(size) + 1);
  if (log_ways > std::log(most_ways)) return std::nullopt;
  return Deals(as_whole(ranks), group_sizes).share_at_least_as_large();
}

std::optional<double> friedman_upper_tail(std::span<const std::vector<double>> ranks,
                                          size_t most_steps) {
  const size_t treatments = ranks.front().size();
  Whole seen(treatments, 0);
  // Every treatment is like every other: only the sums in ascending order matter.
  std::map<Whole, double> chance_of_sums = {{Whole(treatments, 0), 1.0}};
  size_t steps = 0;
  for (const std::vector<double>& block : ranks) {
    Whole order;
    for (const double rank : block) order.push_back(std::lround(2 * rank));
    for (size_t j = 0; j < treatments; ++j) seen[j] += order[j];
    std::sort(order.begin(), order.end());
    std::vector<Whole> orders;
    do {
      orders.push_back(order);
      if (orders.size() > most_steps) return std::nullopt;
    } while (std::next_permutation(order.begin(), order.end()));
    steps += orders.size() * chance_of_sums.size();
    if (steps > most_steps) return std::nullopt;
    std::map<Whole, double> next;
    for (const auto& [sums, chance] : chance_of_sums) {
      for (const Whole& added : orders) {
        Whole together(treatments);
        std::transform(sums.begin(), sums.end(), added.begin(), together.begin(), std::plus<>());
        std::sort(together.begin(), together.end());
        next[together] += chance / static_cast<double>(orders.size());
      }
    }
    chance_of_sums = std::move(next);
  }
  double tail = 0;
  for (const auto& [sums, chance] : chance_of_sums) {
    if (sum_of_squares(sums) >= sum_of_squares(seen)) tail += chance;
  }
  return std::min(1.0, tail);
}

}  // namespace tandem::analyse

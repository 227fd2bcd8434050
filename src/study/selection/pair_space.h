#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/pair.h"
#include "study/workload.h"

namespace tandem::study {

/// What the selection methods know of a workload.
struct ModelTraits {
  const Workload* workload = nullptr;
  size_t catalogue_index = 0;
  double memory_mb = 0;
  double util_percent = 0;
  double duration_s = 0;
  double log_duration = 0;  ///< natural logarithm, of at least a millisecond
  bool known = false;       ///< earlier successful trainings are known
  std::uint32_t memory_class = 0;
  std::uint32_t duration_class = 0;
  std::uint32_t domain = 0;        ///< index into PairSpace::domains
  std::uint32_t architecture = 0;  ///< index into PairSpace::architectures
};

/// A pair as two places in PairSpace's own order, first < second.
struct PairIndex {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  friend auto operator<=>(const PairIndex&, const PairIndex&) = default;
};

/// The feasible pairs of a catalogue, never held as a list: ten thousand workloads have 5·10⁷. The
/// models stand in an order of their own, by memory, then id, so that the partners which fit beside
/// a model are a range, and so that nothing depends on the order of the catalogue but which of two
/// models is A.
class PairSpace {
 public:
  /// `catalogue` must outlive the space. Throws core::UserError for a catalogue of fewer than two
  /// workloads.
  explicit PairSpace(const Catalogue& catalogue, double memory_limit_mb = default_memory_limit_mb,
                     Scale scale = Scale::full);

  double memory_limit_mb() const { return memory_limit_mb_; }
  Scale scale() const { return scale_; }
  const std::vector<ModelTraits>& models() const { return models_; }
  const Catalogue& catalogue() const { return *catalogue_; }
  /// In alphabetical order.
  const std::vector<std::string>& domains() const { return domains_; }
  const std::vector<std::string>& architectures() const { return architectures_; }
  /// Longest duration of the class `short` and of the class `medium`: a third of the catalogue's
  /// workloads, and two thirds, take no longer.
  double short_at_most_s() const { return short_at_most_s_; }
  double medium_at_most_s() const { return medium_at_most_s_; }

  /// Number of feasible pairs.
  std::uint64_t size() const { return size_; }
  bool feasible(PairIndex pair) const { return pair.second < end_[pair.first]; }
  /// One past the last model that fits beside `first`.
  std::uint32_t end_of(std::uint32_t first) const { return end_[first]; }

  /// Calls `visit(first, second)` for each feasible pair, in order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::uint32_t first = 0; first < models_.size(); ++first) {
      for (std::uint32_t second = first + 1; second < end_[first]; ++second) visit(first, second);
    }
  }

  /// The pair that for_each visits after `rank` others; `rank` below size().
  PairIndex at(std::uint64_t rank) const;
  /// As the study knows it: A stands before B in the catalogue.
  WorkloadPair pair(PairIndex index) const;
  /// The place of a pair of workloads, by their ids; throws core::SystemError for unknown ones.
  PairIndex index_of(const std::string& a, const std::string& b) const;

 private:
  const Catalogue* catalogue_;
  double memory_limit_mb_;
  Scale scale_;
  std::vector<ModelTraits> models_;
  std::vector<std::uint32_t> end_;
  std::vector<std::uint64_t> pairs_before_;  ///< feasible pairs whose first model stands before
  std::vector<std::string> domains_;
  std::vector<std::string> architectures_;
  double short_at_most_s_ = 0;
  double medium_at_most_s_ = 0;
  std::uint64_t size_ = 0;
};

/// Classes of a pair's utilisation, the sum of its two: 25 points below full use, above it,
/// between.
inline constexpr double low_utilisation_at_most_percent = 75;
inline constexpr double medium_utilisation_at_most_percent = 125;
inline std::uint32_t utilisation_class(double sum_percent) {
  if (sum_percent <= low_utilisation_at_most_percent) return 0;
  return sum_percent <= medium_utilisation_at_most_percent ? 1 : 2;
}

}  // namespace tandem::study

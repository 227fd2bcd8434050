#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/selection/pair_space.h"

namespace tandem::study {

/// By what pairs are put into strata. Levels are the same whatever the order of the two models.
enum class Criterion {
  memory_class,     ///< `low+high`: the classes of the two models
  pair_memory,      ///< thirds of the memory limit
  utilisation,      ///< of the two together: at most 75 %, at most 125 %, above
  duration,         ///< of the longer of the two: thirds of the catalogue's workloads
  domain,           ///< `code+vision`
  complementarity,  ///< complementary, competing, neutral
  architecture,     ///< `cnn+rnn`
};
std::string name_of(Criterion criterion);
const std::vector<Criterion>& all_criteria();
/// By name; throws core::UserError with the nearest names.
Criterion criterion_of(const std::string& name);

/// The strata of a space: one criterion, or several crossed.
class Strata {
 public:
  /// Throws core::UserError for no criteria, one named twice, or more than 100,000 crossed strata.
  Strata(const PairSpace& space, const std::vector<Criterion>& criteria);

  std::uint32_t size() const { return size_; }
  /// The stratum of a pair.
  std::uint32_t of(std::uint32_t first, std::uint32_t second) const {
    const ModelTraits& one = space_->models()[first];
    const ModelTraits& other = space_->models()[second];
    std::uint32_t stratum = of_groups_[group_[first] * groups_ + group_[second]];
    if (memory_stride_ != 0) {
      const double memory_mb = one.memory_mb + other.memory_mb;
      stratum += memory_stride_ * static_cast<std::uint32_t>((memory_mb > third_of_memory_mb_) +
                                                             (memory_mb > 2 * third_of_memory_mb_));
    }
    if (utilisation_stride_ != 0) {
      stratum += utilisation_stride_ * utilisation_class(one.util_percent + other.util_percent);
    }
    if (complementarity_stride_ != 0) {
      stratum += complementarity_stride_ * static_cast<std::uint32_t>(complementarity_of(
                                               one.util_percent, other.util_percent));
    }
    return stratum;
  }
  /// `low+high` or, crossed, `low+high, code+vision`.
  std::string name(std::uint32_t stratum) const;

 private:
  struct Dimension {
    std::uint32_t stride;
    std::vector<std::string> levels;
  };

  const PairSpace* space_;
  std::vector<std::uint32_t> group_;  ///< of each model: what the criteria of classes see of it
  std::uint32_t groups_ = 1;
  std::vector<std::uint32_t> of_groups_;  ///< the part of the stratum that two groups decide
  std::uint32_t memory_stride_ = 0;
  double third_of_memory_mb_ = 0;  ///< of the limit
  std::uint32_t utilisation_stride_ = 0;
  std::uint32_t complementarity_stride_ = 0;
  std::vector<Dimension> dimensions_;
  std::uint32_t size_ = 1;
};

/// Of what Neyman's allocation takes the standard deviation within a stratum.
enum class StratumVariable { duration, memory, utilisation };
std::string name_of(StratumVariable variable);

struct StratumCounts {
  std::uint64_t pairs = 0;
  double standard_deviation = 0;  ///< over all its pairs, of the variable; 0 for a single pair
};

/// Counts the pairs of each stratum in one pass. The duration of a pair is its concurrent run's:
/// the longer of the two.
std::vector<StratumCounts> count_strata(const PairSpace& space, const Strata& strata,
                                        StratumVariable variable);

enum class Allocation { proportional, equal, neyman };
std::string name_of(Allocation allocation);

/// How many of `count` pairs each stratum gives. With at least as many pairs as strata, one for
/// each stratum first; the rest one by one to the stratum that is furthest below its share (for no
/// minimum and no full stratum this is the largest-remainder rule), never more than it has. Shares:
/// proportional to its size; equal; or size × standard deviation (Neyman 1934, J. R. Stat. Soc. 97,
/// pp. 558–625; where every deviation is 0, proportional). Ties go to the larger stratum, then to
/// the first.
std::vector<std::uint64_t> allocate(const std::vector<StratumCounts>& strata, std::uint64_t count,
                                    Allocation allocation);

}  // namespace tandem::study

#include <algorithm>
#include <cmath>
#include <random>

#include "data/bugs.h"

namespace tandem::trainers {
namespace {

constexpr std::uint64_t bugs_seed = 20'251'111;

/// Draws the features of one pair. Reports are of two kinds, and each kind has its decoys: in what
/// a person described well, the right file is like the report in its text and in the names of its
/// classes, and there are wrong files that are so in one of the two; a bug that comes back is in a
/// file that was fixed lately and for similar reports, and there are wrong files that are fixed all
/// the time. So no feature alone says where the bug is, nor does a sum of them.
class PairMaker {
 public:
  std::array<float, bug_features> features(bool is_right, bool is_recurring) {
    const bool is_decoy = !is_right && is_one_in(4);
    const bool similar_text = is_right ? !is_recurring : is_decoy && is_one_in(2);
    const bool similar_names = is_right ? !is_recurring : is_decoy && !similar_text;
    const bool similar_reports = is_right ? is_recurring : is_one_in(12);
    const bool fixed_lately = is_right ? is_recurring : is_one_in(6);
    const double fixes = fixed_lately ? 1 - 8 * std::log(1 - share()) : is_one_in(2) ? 1 : 0;
    const auto months = static_cast<float>(fixed_lately ? 1 + below(4) : 3 + below(40));
    return {bounded(0.12 + (similar_text ? 0.16 : 0) + 0.06 * normal()),
            fixes == 0 ? 0.0F : bounded(0.05 + (similar_reports ? 0.20 : 0) + 0.07 * normal()),
            bounded(0.06 + (similar_names ? 0.22 : 0) + 0.08 * normal()),
            fixes == 0 ? 0.0F : 1 / months, static_cast<float>(std::floor(fixes))};
  }

  bool is_one_in(std::int64_t chances) { return below(chances) == 0; }

 private:
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
  }
  /// From 0 to 1.
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  /// Mean 0, deviation 1: a sum of twelve even ones.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += share();
    return sum;
  }
  static float bounded(double similarity) {
    return static_cast<float>(std::clamp(similarity, 0.0, 1.0));
  }

  std::mt19937_64 random_{bugs_seed};
};

}  // namespace

BugPairs make_up_bugs(std::int64_t reports) {
  PairMaker maker;
  BugPairs pairs;
  pairs.synthetic = true;
  const auto add = [&](std::int64_t report, bool is_right, bool is_recurring) {
    pairs.features.push_back(maker.features(is_right, is_recurring));
    pairs.reports.push_back(static_cast<std::int32_t>(report));
    pairs.is_right.push_back(is_right ? 1 : 0);
  };
  for (std::int64_t report = 0; report < reports; ++report) {
    const bool is_recurring = maker.is_one_in(2);
    add(report, true, is_recurring);
    // Eclipse Platform UI's 6,495 reports were fixed in 8,735 files.
    while (maker.is_one_in(4)) add(report, true, is_recurring);
    for (std::int64_t i = 0; i < wrong_files_kept; ++i) add(report, false, is_recurring);
  }
  return pairs;
}

}  // namespace tandem::trainers

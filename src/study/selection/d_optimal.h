#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "study/selection/pair_space.h"

namespace tandem::study {

/// Which models the two memory factors of the D-optimal design speak of. `a_and_b`: as the
/// catalogue orders them, so that another order asks another question. `lighter_and_heavier`: the
/// pair's own.
enum class MemoryFactors { lighter_and_heavier, a_and_b };

/// The model of main effects: intercept, memory class of the two models, utilisation class and
/// duration class of the pair, in effects coding (the last level that occurs is −1 in all columns
/// of its factor).
struct DesignModel {
  Eigen::MatrixXd rows;               ///< one a candidate, one column an effect
  std::vector<std::string> effects;   ///< names of the columns
  std::vector<std::string> left_out;  ///< levels that no candidate has, and effects that can't be
                                      ///< told apart from others, each with the reason
};
DesignModel design_model(const PairSpace& space, const std::vector<PairIndex>& candidates,
                         MemoryFactors factors);

struct DesignQuality {
  /// (det(X'X/n) / det of the best continuous design on the same candidates)^(1/p), 0 to 1. The
  /// bound holds for any number of pairs, so 1 may be out of reach of n.
  double d_efficiency = 0;
  size_t effects = 0;     ///< p, with the intercept
  size_t candidates = 0;  ///< pairs that the exchange chose from
  bool sampled = false;   ///< they are a random sample of the feasible pairs
};

/// Improves a start by exchanging one chosen row for one that is not, always the exchange that
/// raises det(X'X) most, until none does (Fedorov 1972, Theory of Optimal Experiments, ch. 3).
/// `allowed` says whether the row at `place` of `chosen` may give way to `candidate`, which is not
/// among them.
std::vector<size_t> exchange(const Eigen::MatrixXd& rows, std::vector<size_t> chosen,
                             const std::function<bool(const std::vector<size_t>& chosen,
                                                      size_t place, size_t candidate)>& allowed);

/// log det(X'X/n)/p of the chosen rows; minus infinity when singular.
double log_d_criterion(const Eigen::MatrixXd& rows, const std::vector<size_t>& chosen);

/// The same of the best continuous design (weights on the candidates), an upper bound for any
/// choice: the multiplicative algorithm (Titterington 1976; Silvey, Titterington & Torsney 1978),
/// stopped when the general equivalence theorem (Kiefer & Wolfowitz 1960) bounds the gap: the bound
/// is included, so that the result is never too low.
double best_continuous_log_d(const Eigen::MatrixXd& rows);

/// D-efficiency of given pairs against the best continuous design of the space (of a sample of its
/// pairs when it is large); nothing when the pairs can't estimate all effects.
std::optional<double> d_efficiency_of(const PairSpace& space, const std::vector<PairIndex>& pairs,
                                      MemoryFactors factors);

}  // namespace tandem::study

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// The F test of equal means of independent groups; `n` counts the values. Without a p-value for
/// fewer than two groups, an empty one, no group with two values, and no spread within groups.
TestResult one_way_anova(std::span<const std::vector<double>> groups);

/// What a linear model divides the observations by.
struct Factor {
  std::string name;
  std::vector<size_t> level;  ///< of each observation; any numbers
};

struct AnovaTerm {
  std::string name;  ///< `type`, `hyperparameter`, `type × hyperparameter`
  size_t degrees_of_freedom = 0;
  double sum_of_squares = 0;
  TestResult test;
  IntervalEstimate omega_squared;  ///< partial
};

struct Anova {
  size_t n = 0;
  std::vector<AnovaTerm> terms;  ///< blocks first where there are any
  size_t error_degrees_of_freedom = 0;
  Reading error_mean_square;
  std::vector<double> residuals;
  std::string problem;  ///< why no term is tested; empty when they are
};

/// Analysis of variance of unbalanced data with sums of squares of type II: each term is judged
/// beside all terms that don't contain it, and all against the residuals of the whole model, which
/// has the factors, the interaction of each two of them if asked for, and the blocks (a factor that
/// interacts with none). Cells may be missing: a term's degrees of freedom are what it adds to the
/// rank of the model, 0 when it is confounded with the others, and it then has no test. By QR
/// factorisation, within the blocks where there are any. Throws std::invalid_argument when a factor
/// has not one level an observation.
Anova anova_type_2(std::span<const double> response, const std::vector<Factor>& factors,
                   bool interactions, const std::optional<Factor>& blocks = std::nullopt);

}  // namespace tandem::analyse

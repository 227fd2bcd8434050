#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/regression.h"

namespace tandem::analyse {

/// y = X β + b(group) + e, with b and e normal and independent.
struct MixedModel {
  size_t n = 0;
  size_t groups = 0;
  /// The intercept first. Tests and intervals by Student's t with Satterthwaite's degrees of
  /// freedom.
  std::vector<Coefficient> coefficients;
  Reading group_variance;  ///< of b; 0 when the groups differ no more than chance would have it
  Reading residual_variance;
  Reading reml_criterion;  ///< −2 log of the restricted likelihood, as lme4 prints it
  std::string problem;     ///< why there is no model; empty when there is
};

/// A linear mixed model with a random intercept for each group, by restricted maximum likelihood.
/// The likelihood is profiled to one parameter, the ratio of the variances, in which it is
/// evaluated in closed form (a random intercept takes the share 1 − 1/√(1 + nᵢ ratio) of the
/// group's mean out of each value; Searle, Casella and McCulloch 1992, ch. 6). Degrees of freedom
/// as lmerTest has them: 2 v² / (gᵀ A g) from the variance v of the coefficient, its gradient g in
/// the variance parameters and their asymptotic covariance A (Fai and Cornelius 1996). No model
/// (with the problem) for fewer than two groups, one value a group, as many coefficients as
/// observations, predictors that are combinations of each other, and no spread within groups.
/// Throws std::invalid_argument when a predictor or `group` has not one value an observation.
MixedModel random_intercept_model(std::span<const double> response,
                                  const std::vector<Predictor>& predictors,
                                  std::span<const size_t> group, double confidence = 0.95);

}  // namespace tandem::analyse

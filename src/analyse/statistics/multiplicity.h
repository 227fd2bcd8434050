#pragma once

#include <span>
#include <vector>

namespace tandem::analyse {

// Adjusted p-values of a family, in the order given. The p-values must be in [0, 1]; else
// std::invalid_argument. An empty family stays empty.

/// Holm's step-down adjustment (1979): the chance of one false rejection or more.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// Benjamini and Hochberg's step-up adjustment (1995): the expected share of false rejections.
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

}  // namespace tandem::analyse

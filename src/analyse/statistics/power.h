#pragma once

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// The probability that the two-sided paired t-test at level `alpha` rejects when the differences
/// of the n pairs are normal with the mean `difference` and the deviation `standard_deviation`
/// (both in the same unit; a pilot's sample_standard_deviation of the paired differences).
/// From the noncentral t distribution with n − 1 degrees of freedom and the noncentrality
/// difference · √n / standard_deviation (Cohen 1988, ch. 2). Missing for fewer than two pairs and
/// for a deviation that isn't positive.
Reading power_paired_t(double difference, double standard_deviation, size_t n, double alpha = 0.05);

/// The smallest difference (positive, in the unit of the deviation) that the same test finds with
/// probability `power`. Missing as above.
Reading detectable_difference(double standard_deviation, size_t n, double alpha = 0.05,
                              double power = 0.8);

/// The smallest n for which the same test finds `difference` with probability `power`. Missing when
/// the difference is zero, the deviation isn't positive, or more than a million pairs are needed.
Reading pairs_needed(double difference, double standard_deviation, double alpha = 0.05,
                     double power = 0.8);

/// The power of the F test of a one-way ANOVA with `groups` groups of `n_per_group` values, whose
/// means deviate from the grand mean with the root mean square `effect_f` times the deviation
/// within groups (Cohen's f). Missing for fewer than two groups or values a group.
Reading power_anova(double effect_f, size_t groups, size_t n_per_group, double alpha = 0.05);

}  // namespace tandem::analyse

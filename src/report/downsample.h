#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tandem::report {

/// Which samples of a curve to keep so that a drawing of them has the same envelope: the curve is
/// cut into stretches of equal length, and of each its smallest, its largest and, where some are
/// missing (not finite), the first missing sample are kept; so are the curve's ends. Indices in
/// their order, at most about `most` (at least 8); all of them when there are no more than that. No
/// value is averaged or made up.
std::vector<size_t> samples_to_keep(std::span<const double> values, size_t most);

}  // namespace tandem::report

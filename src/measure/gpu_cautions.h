#pragma once

#include <optional>

#include "core/measured.h"
#include "measure/energy.h"

// What makes the figures of a GPU doubtful, told from its samples.
namespace tandem::measure {

/// `energy_sources_disagree`: the counter and the integrated power differ by more than this share
/// of the counter. Nothing when they agree or one is missing.
std::optional<core::Caution> disagreement(const core::Reading& counter_j,
                                          const core::Reading& power_j, double largest_share);

/// `throttled`: the clocks were held down in the window, by what, in how many of the samples. An
/// idle GPU and clocks that a person has set don't count.
std::optional<core::Caution> throttling(Series throttle_bits, Window window);

/// Numbers of processes on a GPU, and the memory of our own; empty where they aren't told.
struct GpuProcessSeries {
  Series foreign;
  Series unknown;
  Series memory_a_mib;
  Series memory_b_mib;
};

/// `contaminated`: another program's process was on the GPU in the window.
/// `contamination_unknown`: the list of processes doesn't tell, or its numbers are those of another
/// namespace (a container), so that our own can't be told from others.
std::optional<core::Caution> contamination(const GpuProcessSeries& processes, Window window);

}  // namespace tandem::measure

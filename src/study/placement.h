#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tandem::study {

/// Runs that are to be made on one device: a pair's experiments of one repetition.
struct Block {
  std::vector<size_t> runs;      ///< indices into the durations, each once
  std::optional<size_t> device;  ///< where it is already; it stays there
};

/// Gives each block a device such that the one that is busy longest is busy for as short as can be
/// found: the longest blocks first, each to where that ends earliest, then blocks of the busiest
/// device are moved or exchanged as long as that helps. A run that several blocks of one device
/// share is made once there, and once on every other device that needs it. `loads_s` says for how
/// long each device is busy before; there is at least one. The same blocks give the same answer.
std::vector<size_t> place_blocks(std::span<const Block> blocks, std::span<const double> durations_s,
                                 std::span<const double> loads_s);

}  // namespace tandem::study

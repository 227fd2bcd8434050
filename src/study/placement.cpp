#include "study/placement.h"

#include <algorithm>
#include <numeric>

namespace tandem::study {
namespace {

/// Differences between sums of the same numbers in another order are no improvement.
constexpr double least_gain_s = 1e-6;

/// What the devices have to do, as blocks come and go.
class Loads {
 public:
  Loads(std::span<const Block> blocks, std::span<const double> durations_s,
        std::span<const double> loads_s)
      : blocks_(blocks),
        durations_s_(durations_s),
        loads_s_(loads_s.begin(), loads_s.end()),
        users_(loads_s.size(), std::vector<int>(durations_s.size(), 0)) {}

  void add(size_t block, size_t device) {
    for (const size_t run : blocks_[block].runs) {
      if (users_[device][run]++ == 0) loads_s_[device] += durations_s_[run];
    }
  }
  void remove(size_t block, size_t device) {
    for (const size_t run : blocks_[block].runs) {
      if (--users_[device][run] == 0) loads_s_[device] -= durations_s_[run];
    }
  }
  double of(size_t device) const { return loads_s_[device]; }
  size_t devices() const { return loads_s_.size(); }
  size_t busiest() const {
    return static_cast<size_t>(std::ranges::max_element(loads_s_) - loads_s_.begin());
  }

 private:
  std::span<const Block> blocks_;
  std::span<const double> durations_s_;
  std::vector<double> loads_s_;
  std::vector<std::vector<int>> users_;  ///< blocks of a device that need a run
};

/// A block that leaves the busiest device, perhaps for one that comes in its place.
struct Move {
  size_t block;
  size_t device;
  std::optional<size_t> exchanged_for;
};

class Placement {
 public:
  Placement(std::span<const Block> blocks, std::span<const double> durations_s,
            std::span<const double> loads_s)
      : blocks_(blocks), durations_s_(durations_s), loads_(blocks, durations_s, loads_s) {}

  std::vector<size_t> find() {
    devices_.resize(blocks_.size());
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (blocks_[block].device) put(block, *blocks_[block].device);
    }
    for (const size_t block : longest_first()) put(block, earliest_end(block));
    while (const std::optional<Move> move = best_move()) carry_out(*move, loads_.busiest());
    return devices_;
  }

 private:
  void put(size_t block, size_t device) {
    devices_[block] = device;
    loads_.add(block, device);
  }

  std::vector<size_t> longest_first() const {
    std::vector<size_t> free;
    std::vector<double> alone_s;
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (!blocks_[block].device) free.push_back(block);
      const auto& runs = blocks_[block].runs;
      alone_s.push_back(
          std::accumulate(runs.begin(), runs.end(), 0.0,
                          [&](double sum_s, size_t run) { return sum_s + durations_s_[run]; }));
    }
    std::ranges::stable_sort(free, std::ranges::greater{},
                             [&](size_t block) { return alone_s[block]; });
    return free;
  }

  size_t earliest_end(size_t block) {
    size_t best = 0;
    double best_end_s = 0;
    for (size_t device = 0; device < loads_.devices(); ++device) {
      loads_.add(block, device);
      const double end_s = loads_.of(device);
      loads_.remove(block, device);
      if (device > 0 && end_s > best_end_s - least_gain_s) continue;
      best = device;
      best_end_s = end_s;
    }
    return best;
  }

  void carry_out(const Move& move, size_t from) {
    loads_.remove(move.block, from);
    put(move.block, move.device);
    if (!move.exchanged_for) return;
    loads_.remove(*move.exchanged_for, move.device);
    put(*move.exchanged_for, from);
  }

  /// Of the busiest device's blocks, the move after which the later end of the two devices is
  /// earliest; nothing when none is earlier than now.
  std::optional<Move> best_move() {
    const size_t from = loads_.busiest();
    std::optional<Move> best;
    double best_end_s = loads_.of(from) - least_gain_s;
    const auto consider = [&](const Move& move) {
      carry_out(move, from);
      const double end_s = std::max(loads_.of(from), loads_.of(move.device));
      carry_out({move.block, from, std::nullopt}, move.device);
      if (move.exchanged_for) {
        carry_out({*move.exchanged_for, move.device, std::nullopt}, from);
      }
      if (end_s >= best_end_s) return;
      best = move;
      best_end_s = end_s;
    };
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (devices_[block] != from || blocks_[block].device) continue;
      for (size_t device = 0; device < loads_.devices(); ++device) {
        if (device != from) consider({block, device, std::nullopt});
      }
      for (size_t other = 0; other < blocks_.size(); ++other) {
        if (devices_[other] == from || blocks_[other].device) continue;
        consider({block, devices_[other], other});
      }
    }
    return best;
  }

  std::span<const Block> blocks_;
  std::span<const double> durations_s_;
  Loads loads_;
  std::vector<size_t> devices_;
};

}  // namespace

std::vector<size_t> place_blocks(std::span<const Block> blocks, std::span<const double> durations_s,
                                 std::span<const double> loads_s) {
  return Placement(blocks, durations_s, loads_s).find();
}

}  // namespace tandem::study

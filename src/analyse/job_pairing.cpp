#include "analyse/job_pairing.h"

#include <algorithm>
#include <limits>

namespace tandem::analyse {
namespace {

constexpr size_t most_states = 200'000;
constexpr size_t most_odd_kinds = 16;

/// The states of the dynamic programme: how many jobs of each kind are left, as one number with the
/// kinds as digits.
class MixedRadix {
 public:
  explicit MixedRadix(const std::vector<size_t>& counts) : counts_(counts) {
    size_t weight = 1;
    for (const size_t count : counts) {
      weights_.push_back(weight);
      // Saturates: the number is only compared with the limit.
      weight = weight > most_states ? weight : weight * (count + 1);
    }
    states_ = weight;
  }
  size_t states() const { return states_; }
  size_t weight(size_t kind) const { return weights_[kind]; }
  size_t digit(size_t state, size_t kind) const {
    return state / weights_[kind] % (counts_[kind] + 1);
  }

 private:
  std::vector<size_t> counts_;
  std::vector<size_t> weights_;
  size_t states_ = 1;
};

/// What becomes of one job of the first kind that has any left: alone, or one of the savings.
struct Choice {
  double value = 0;
  size_t pairing = std::numeric_limits<size_t>::max();
  size_t next = 0;
};

Choice best_choice(const MixedRadix& radix, size_t state, const std::vector<double>& value,
                   const std::vector<PairSaving>& savings, size_t kinds) {
  size_t first = 0;
  while (first < kinds && radix.digit(state, first) == 0) ++first;
  Choice choice;
  choice.next = state - radix.weight(first);
  choice.value = value[choice.next];
  for (size_t i = 0; i < savings.size(); ++i) {
    const auto& [a, b, saving] = savings[i];
    if (saving <= 0 || (a != first && b != first)) continue;
    const size_t other = a == first ? b : a;
    if (radix.digit(state, other) < (other == first ? 2U : 1U)) continue;
    const size_t next = state - radix.weight(first) - radix.weight(other);
    if (value[next] + saving <= choice.value) continue;
    choice = {value[next] + saving, i, next};
  }
  return choice;
}

std::vector<size_t> exact(const MixedRadix& radix, const std::vector<PairSaving>& savings,
                          size_t kinds) {
  std::vector<double> value(radix.states(), 0.0);
  for (size_t state = 1; state < radix.states(); ++state) {
    value[state] = best_choice(radix, state, value, savings, kinds).value;
  }
  std::vector<size_t> made(savings.size(), 0);
  for (size_t state = radix.states() - 1; state > 0;) {
    const Choice choice = best_choice(radix, state, value, savings, kinds);
    if (choice.pairing < made.size()) ++made[choice.pairing];
    state = choice.next;
  }
  return made;
}

/// Maximises the sum of savings between the halves of each kind's jobs, by augmenting along the
/// best path of what is left until none gains (successive shortest paths; Bellman and Ford).
class Transport {
 public:
  Transport(const std::vector<size_t>& halves, const std::vector<PairSaving>& savings)
      : kinds_(halves.size()), source_(2 * kinds_), sink_(source_ + 1) {
    for (size_t kind = 0; kind < kinds_; ++kind) {
      add(source_, kind, halves[kind], 0);
      add(kinds_ + kind, sink_, halves[kind], 0);
    }
    for (const auto& [a, b, saving] : savings) {
      const bool wanted = saving > 0;
      first_arc_.push_back(arcs_.size());
      if (!wanted) continue;
      add(a, kinds_ + b, std::min(halves[a], halves[b]), saving);
      if (a != b) add(b, kinds_ + a, std::min(halves[a], halves[b]), saving);
    }
    first_arc_.push_back(arcs_.size());
    while (augment()) {
    }
  }
  /// How often the saving is made: in both directions together.
  size_t made(size_t saving) const {
    size_t flow = 0;
    for (size_t arc = first_arc_[saving]; arc < first_arc_[saving + 1]; arc += 2) {
      flow += arcs_[arc + 1].left;
    }
    return flow;
  }

 private:
  struct Arc {
    size_t from, to;
    size_t left;  ///< what it can still take; of a reverse arc what flows
    double gain;
  };
  void add(size_t from, size_t to, size_t capacity, double gain) {
    arcs_.push_back({from, to, capacity, gain});
    arcs_.push_back({to, from, 0, -gain});
  }
  bool augment() {
    constexpr size_t no_arc = std::numeric_limits<size_t>::max();
    std::vector<double> gain(sink_ + 1, -std::numeric_limits<double>::infinity());
    std::vector<size_t> by(sink_ + 1, no_arc);
    gain[source_] = 0;
    // As many rounds as nodes: rounding can't make it go round for ever.
    for (size_t round = 0, changed = 1; changed > 0 && round <= sink_; ++round) {
      changed = 0;
      for (size_t i = 0; i < arcs_.size(); ++i) {
        const Arc& arc = arcs_[i];
        if (arc.left == 0 || gain[arc.from] + arc.gain <= gain[arc.to] + rounding_) continue;
        gain[arc.to] = gain[arc.from] + arc.gain;
        by[arc.to] = i;
        ++changed;
      }
    }
    if (gain[sink_] <= 0) return false;
    size_t amount = std::numeric_limits<size_t>::max();
    std::vector<size_t> path;
    for (size_t node = sink_; node != source_; node = arcs_[path.back()].from) {
      if (path.size() > sink_) return false;
      path.push_back(by[node]);
      amount = std::min(amount, arcs_[path.back()].left);
    }
    for (const size_t arc : path) {
      arcs_[arc].left -= amount;
      arcs_[arc ^ 1U].left += amount;
    }
    return true;
  }

  static constexpr double rounding_ = 1e-9;  // of savings that are scaled to at most 1
  size_t kinds_, source_, sink_;
  std::vector<Arc> arcs_;
  std::vector<size_t> first_arc_;
};

}  // namespace

std::vector<size_t> best_pairings(const std::vector<size_t>& counts,
                                  const std::vector<PairSaving>& savings) {
  std::vector<size_t> made(savings.size(), 0);
  double largest = 0;
  for (const PairSaving& saving : savings) largest = std::max(largest, saving.saving);
  if (largest <= 0) return made;
  std::vector<PairSaving> scaled = savings;
  for (PairSaving& saving : scaled) saving.saving /= largest;
  const MixedRadix radix(counts);
  if (radix.states() <= most_states) return exact(radix, scaled, counts.size());

  std::vector<size_t> halves, odd;
  size_t odd_kinds = 0;
  for (const size_t count : counts) {
    halves.push_back(count / 2);
    odd.push_back(count % 2 == 1 && odd_kinds < most_odd_kinds ? 1 : 0);
    odd_kinds += odd.back();
  }
  const Transport transport(halves, scaled);
  const std::vector<size_t> of_odd = exact(MixedRadix(odd), scaled, counts.size());
  for (size_t i = 0; i < made.size(); ++i) made[i] = transport.made(i) + of_odd[i];
  return made;
}

}  // namespace tandem::analyse

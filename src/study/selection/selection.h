#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/selection/d_optimal.h"
#include "study/selection/pair_space.h"
#include "study/selection/strata.h"

namespace tandem::study {

/// How a representative selection fills the feature space. `maximin`: each next pair is the one
/// furthest from those taken (Johnson, Moore & Ylvisaker 1990; greedily, Gonzalez 1985).
/// `k_medoids`: the pairs that the others are nearest to (Kaufman & Rousseeuw 1987).
enum class Spread { maximin, k_medoids };

/// The methods by name: random, stratified, representative, d-optimal, practical, hybrid, seed.
const std::vector<std::string>& selection_methods();

struct SelectionOptions {
  std::string method = "hybrid";
  size_t count = 12;
  std::uint64_t seed = 1;
  int at_most_per_model = 0;  ///< 0: no limit
  std::vector<Criterion> strata = {Criterion::memory_class};
  Allocation allocation = Allocation::proportional;
  StratumVariable neyman_of = StratumVariable::duration;
  Spread spread = Spread::maximin;
  MemoryFactors memory_factors = MemoryFactors::lighter_and_heavier;
};

struct SelectedPair {
  WorkloadPair pair;
  PairIndex index;
  std::string reason;  ///< `stratum low+high`, `most competing`
};

/// A stratum and how many of its pairs were asked for and taken.
struct StratumShare {
  std::string name;
  std::uint64_t pairs = 0;
  std::uint64_t quota = 0;
  std::uint64_t taken = 0;
};

struct Selection {
  std::string method;
  std::uint64_t seed = 0;
  std::vector<SelectedPair> pairs;
  std::vector<std::string> statements;  ///< sentences: what was covered, and what was not
  std::vector<StratumShare> strata;     ///< of stratified and hybrid
  std::optional<DesignQuality> design;  ///< of d-optimal
};

/// Selects pairs: a pure function of the space and the options. Nothing depends on the order of the
/// catalogue, except which of two models is A. Throws core::UserError when there are fewer feasible
/// pairs than asked, when the limits contradict each other, or for an unknown method.
Selection select_pairs(const PairSpace& space, const SelectionOptions& options);

}  // namespace tandem::study

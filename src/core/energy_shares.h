#pragma once

#include <string>

#include "core/json.h"
#include "core/reading.h"

// How the energy of a pair, which is one physical number, is divided between its two models. Each
// way is a model, not a measurement, and carries its name; in each the parts add up to the whole.
// Shares by what the two processes used are known when a run ends; those that need the solo runs
// only when a study is analysed. Hence the place: both rooms see it.
namespace tandem::core {

struct Shares {
  Reading a;
  Reading b;
  /// `cpu_time`, `sm_utilisation`, `marginal_of_a`, `marginal_of_b`, `shapley`.
  std::string model;
};
void to_json(Json& json, const Shares& shares);
void from_json(const Json& json, Shares& shares);

/// The two parts of a whole of which A's part is known: B's is the rest. So that both add up to the
/// whole as doubles, the larger part is kept and the smaller one moves, by last bits.
Shares shares_given_a(const std::string& model, const Reading& whole_j, const Reading& a_j);

/// Divides in proportion to what each used of the thing that the model is named for: CPU time of
/// the two process trees for a CPU's energy, time-weighted SM utilisation for a GPU's.
Shares shares_in_proportion(const std::string& model, const Reading& pair_j, const Reading& used_a,
                            const Reading& used_b);

/// A came to B: A bears what it added, E_pair − E_B; B bears what it needs alone.
Shares shares_marginal_of_a(const Reading& pair_j, const Reading& solo_b_j);
/// B came to A: B bears E_pair − E_A.
Shares shares_marginal_of_b(const Reading& pair_j, const Reading& solo_a_j);
/// The mean of the two orders of coming, which is the Shapley value of the game of two players
/// (L. S. Shapley, A Value for n-Person Games, 1953): φ_A = (E_A + E_pair − E_B) / 2.
Shares shares_by_shapley(const Reading& pair_j, const Reading& solo_a_j, const Reading& solo_b_j);

}  // namespace tandem::core

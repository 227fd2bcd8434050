#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/seeded_draws.h"
#include "study/selection/pair_search.h"
#include "study/selection/picks.h"
#include "study/selection/selection.h"

// One function a method, each in a file of its own. They add `count` picks to those that are there
// and say in `selection` what they cover. False: no further pair is allowed, the picks are not all
// there.
namespace tandem::study {

bool pick_random(Picks& picks, size_t count, SeededDraws& draws, Selection& selection);
bool pick_stratified(Picks& picks, size_t count, const SelectionOptions& options,
                     SeededDraws& draws, Selection& selection);
/// The four named corner cases, then pairs spread over the feature space.
bool pick_representative(Picks& picks, size_t count, const SelectionOptions& options,
                         const PairSearch& search, SeededDraws& draws, Selection& selection);
/// Rank by known runs, then safe, then complementary.
bool pick_practical(Picks& picks, size_t count, const PairSearch& search, Selection& selection);
bool pick_d_optimal(Picks& picks, size_t count, const SelectionOptions& options, SeededDraws& draws,
                    Selection& selection);
/// The first `count` of the original study's twelve. Throws core::UserError when the catalogue or
/// the limits don't have them.
void pick_seed(Picks& picks, size_t count, Selection& selection);

}  // namespace tandem::study

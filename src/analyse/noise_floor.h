#pragma once

#include <vector>

#include "analyse/run_figures.h"
#include "analyse/sensitivity.h"
#include "core/json.h"
#include "core/reading.h"

namespace tandem::analyse {

/// How far a figure differs when the same experiment is made again (A against A): what no claim of
/// 'no change' can be finer than.
struct NoiseFloor {
  Response response = Response::performance;
  bool concurrent = false;
  size_t experiments = 0;  ///< made at least twice
  size_t n = 0;            ///< runs of them
  /// The root mean square difference of two runs of one experiment, in percent of its mean: √2
  /// times the deviation that the experiments share. Runs of different repetitions differ in their
  /// seeds too, and that is part of it.
  core::Reading percent;
};

/// Alone and beside A, of each response: B's performance and duration (of a run alone those of its
/// one training), and the run's whole energy. `runs` are the ones that count.
std::vector<NoiseFloor> noise_floors(const std::vector<const RunFigures*>& runs);

/// Of the noisier mode; missing when neither is known.
core::Reading noise_percent(const std::vector<NoiseFloor>& floors, Response response);

void to_json(core::Json& json, const NoiseFloor& floor);

}  // namespace tandem::analyse

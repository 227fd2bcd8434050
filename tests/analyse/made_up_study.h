#pragma once

#include <cstdint>
#include <vector>

#include "record/run_result.h"
#include "study/plan.h"
#include "study/study_file.h"
#include "study/workload.h"

namespace tandem::test {

/// What is built into made-up results. Factors act on the figures of a training alone.
struct MadeUpEffects {
  double slowdown_a = 1.1;  ///< duration of A beside B / alone
  double slowdown_b = 1.3;
  double performance_loss_b = 0.01;         ///< subtracted from B's performance beside A
  double extra_learning_rate_exponent = 0;  ///< added to B's duration sensitivity beside A
  double noise = 0;                         ///< relative, uniform in ± noise
  std::uint64_t seed = 42;                  ///< of the noise
  /// With a GPU, its meter and the CPU's; false: CPU energy from a model, no GPU.
  bool metered = true;
};

/// A study of the seed's first pairs with learning_rate and epochs at the seed's levels.
study::Study made_up_study(size_t pairs, int repetitions);

/// One ok result for every planned run. Alone, a training takes as long as the catalogue says, in
/// proportion to its epochs; its power is 100 W; performance is 0.8 + 0.05 log10(lr / default) +
/// 0.1 ln(epochs / default).
std::vector<record::RunResult> made_up_results(const study::Plan& plan,
                                               const study::Catalogue& catalogue,
                                               const MadeUpEffects& effects = {});

/// Turns a result into one of a run that failed.
void make_fail(record::RunResult& result, const std::string& outcome, const std::string& message);

}  // namespace tandem::test

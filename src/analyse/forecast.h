#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/measured.h"
#include "core/reading.h"
#include "record/run_result.h"
#include "study/plan.h"
#include "study/workload.h"

namespace tandem::analyse {

/// What a forecast of a run rests on, the best first.
enum class ForecastBasis {
  measured,         ///< the run has been made
  same_experiment,  ///< the same trainings with the same settings: another repetition
  same_workloads,   ///< the same workloads in the same mode, other settings
  same_mode,        ///< other workloads, alone or concurrent like this run
  catalogue,        ///< no run: the catalogue's figures
};
std::string name_of(ForecastBasis basis);

struct RunForecast {
  double seconds = 0;
  ForecastBasis basis = ForecastBasis::catalogue;
  core::Reading joules;
  ForecastBasis energy_basis = ForecastBasis::catalogue;
};

/// How far the catalogue's forecast was from the runs that have been made:
/// (forecast − measured) / measured.
struct ForecastError {
  size_t runs = 0;
  core::Reading mean_percent;  ///< positive: the forecast was too high
  core::Reading mean_absolute_percent;
};

struct Forecast {
  std::vector<RunForecast> runs;  ///< in the plan's order
  double total_s = 0;             ///< one run after the other, made ones as measured
  double left_s = 0;              ///< of the runs that are still to be made
  core::Reading total_joules;     ///< missing with the reason when a run has none
  core::Reading left_joules;
  std::set<std::string> energy_sources;  ///< `rapl`, `estimated (cloud averages)`, …
  std::vector<std::string> notes;        ///< what the energy leaves out, in sentences
  size_t made = 0;                       ///< runs with a result that counts
  ForecastError duration_error;
  ForecastError energy_error;
};

/// Time and energy of each run of a plan. From runs of the same scale, device and machine class
/// where there are any that ended ok, the study's own and those of a pilot: their means for the
/// same experiment, otherwise the catalogue's expectation times the geometric mean of measured /
/// expected, and the mean power. Without them from the catalogue: a solo run takes its workload's
/// seconds and joules in proportion to the epochs, a pair the longer of the two and E_A + E_B −
/// idle power × (d_A + d_B − the longer), for the idle machine's part is not spent twice; without
/// an idle power E_A + E_B, which is too high.
Forecast make_forecast(const study::Plan& plan, const study::Catalogue& catalogue,
                       const std::vector<record::RunResult>& results);

}  // namespace tandem::analyse

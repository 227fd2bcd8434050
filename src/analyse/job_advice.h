#pragma once

#include <map>
#include <string>
#include <vector>

#include "analyse/effects.h"
#include "analyse/statistics/result.h"
#include "core/json.h"

namespace tandem::analyse {

/// Trainings that someone has to make, with default settings.
struct JobCount {
  std::string workload;  ///< id
  size_t count = 0;
};

/// So many jobs of one workload, each beside one of another.
struct JobPairing {
  size_t pair = 0;  ///< index into Study::pairs of the pair that was measured
  std::string a;
  std::string b;
  size_t count = 0;
  /// Of one pairing against its two jobs one after the other: J or s, in the plan's aim.
  IntervalEstimate saving;
  std::string basis;  ///< what the saving was measured on
};

/// Which jobs to run together for one aim. Measured on the study's runs, at its scale, on its
/// machine: an estimate for the jobs.
struct JobPlan {
  std::string aim;   ///< `energy` or `time`
  std::string unit;  ///< `J` or `s`
  std::vector<JobPairing> pairings;
  std::vector<JobCount> alone;
  /// All pairings together. The interval combines theirs as those of independent estimates (MOVER;
  /// Zou and Donner 2008, Construction of confidence limits about effect measures).
  IntervalEstimate saving;
  core::Reading all_alone;       ///< what all jobs need one after the other
  core::Reading saving_percent;  ///< of all_alone
};

struct JobAdvice {
  std::vector<JobCount> jobs;
  std::vector<std::string> never_measured;  ///< workloads in no pair with results
  std::vector<std::string> never_paired;    ///< `a + b` of measured ones: their saving isn't known
  std::vector<JobPlan> plans;               ///< for energy, then for time
};

/// A pair as the advice needs it.
struct JobPair {
  std::string a;
  std::string b;
  const std::vector<BlockEffects>* effects = nullptr;
};

/// What a workload needs alone at the study's default setting: means over its runs.
struct SoloFigures {
  core::Reading energy_joules;
  core::Reading duration_seconds;
};

/// `jobs` name each workload once; `alone` has the figures of those that were measured. A pair's
/// saving is that of its repetitions at the default setting, or with fewer than two of them the
/// mean percentage over all settings.
JobAdvice job_advice(const std::vector<JobCount>& jobs, const std::vector<JobPair>& pairs,
                     const std::map<std::string, SoloFigures>& alone);

void to_json(core::Json& json, const JobCount& job);
void to_json(core::Json& json, const JobPairing& pairing);
void to_json(core::Json& json, const JobPlan& plan);
void to_json(core::Json& json, const JobAdvice& advice);

}  // namespace tandem::analyse

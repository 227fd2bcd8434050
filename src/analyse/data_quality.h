#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyse/run_measurements.h"
#include "core/json.h"
#include "core/language.h"
#include "record/study_runs.h"
#include "study/study_file.h"

namespace tandem::analyse {

/// A planned run and what became of it.
struct RunStatus {
  std::string run_id;
  std::string what;  ///< `mnist ∥ densenet121, learning_rate_min`
  bool concurrent = false;
  int repetition = 1;
  int attempts = 0;     ///< with a result
  std::string status;   ///< `ok`, `failed`, `invalid`, `interrupted` or `not run`
  std::string outcome;  ///< `timeout`, `exit_code`, …
  std::string message;  ///< why, where it isn't ok
  std::string advice;
  std::string device;  ///< of several, as the study names it; else empty
  std::string started_at;
  core::Reading makespan_seconds;
  core::Reading start_skew_seconds;
  core::Reading overlap_fraction;
  core::Energy total_energy_joules;
  std::vector<core::Caution> cautions;
  std::optional<RunMeasurements> measured;  ///< nothing without a result
};

/// What a reader has to know before any figure.
struct DataQuality {
  size_t planned = 0;
  size_t ok = 0;
  size_t failed = 0;
  size_t invalid = 0;
  size_t not_run = 0;  ///< no result, or only interrupted attempts
  size_t interrupted_attempts = 0;
  size_t results_outside_plan = 0;  ///< of other studies, scales or machine classes
  // Distinct values over the runs that are ok.
  std::vector<std::string> gpu_energy_sources;  ///< source and model: `rapl`, `estimated (…)`
  std::vector<std::string> cpu_energy_sources;
  // Distinct reasons, at most a few: why joules are missing, and why a meter couldn't be read for
  // which an estimate stands in, with the command that enables it.
  std::vector<std::string> gpu_energy_missing;
  std::vector<std::string> cpu_energy_missing;
  std::vector<std::string> estimated_instead_of;
  std::vector<std::string> energy_share_models;
  std::vector<std::string> data;  ///< `real`, `synthetic`, `not stated`
  std::vector<std::string> barriers;
  std::vector<std::string> machine_classes;
  std::vector<std::string> gpus;   ///< UUIDs: only runs on one board may be compared
  std::vector<std::string> hosts;  ///< machines by their names, where a cluster chose them
  /// Runs that count although something makes their figures doubtful, by the caution's name
  /// (`contaminated`, `sampling_gap`, …).
  std::map<std::string, std::vector<std::string>> runs_with_caution;
  bool energy_estimated = false;
  /// Of the counted runs' energy, how much comes from a power model.
  core::Reading estimated_energy_percent = core::Reading::missing("no run with an energy");
  bool data_synthetic = false;
  /// How far a GPU's joules can be trusted; empty where no run has any.
  std::string gpu_energy_note;
  std::string scale;
  std::vector<std::string> cautions;  ///< whole sentences, the gravest first

  /// Some of the energy is estimated and some is not.
  bool energy_partly_measured() const {
    return energy_estimated && estimated_energy_percent && *estimated_energy_percent < 99.95;
  }
};

/// One row a planned run, or one that doesn't count, in the order of the plan.
enum class Listed { every_run, runs_that_dont_count };
std::vector<RunStatus> run_statuses(const record::StudyRuns& runs,
                                    Listed listed = Listed::every_run);

/// The sentences are of the language of `texts`.
DataQuality data_quality(const study::Study& study, const record::StudyRuns& runs,
                         const core::Texts& texts);

/// What a run's caution means for its figures, as a part of a sentence; of an unknown caution its
/// name.
std::string meaning_of(const std::string& caution, const core::Texts& texts);

/// A workload's name for people: the model; of models called `default`, the repository.
std::string workload_label(const std::string& workload_id);

void to_json(core::Json& json, const RunStatus& status);
void to_json(core::Json& json, const DataQuality& quality);

}  // namespace tandem::analyse

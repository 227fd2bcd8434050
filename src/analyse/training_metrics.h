#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "core/reading.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// One training of a run with every metric of the study, under the study's names. Readings of a
/// failed training are kept as they were recorded; no effect is computed from them.
struct TrainingMetrics {
  std::string run_id;
  int attempt = 1;
  std::string role;  ///< `solo`, `a` or `b`
  std::string workload;
  std::string partner;  ///< empty when solo
  study::Hyperparameters hyperparameters;
  int repetition = 1;
  record::Outcome outcome;  ///< the training's, or the run's where only that one is not ok
  bool training_success = false;
  int epochs_done = 0;
  std::string performance_metric;
  bool higher_is_better = true;
  std::vector<std::pair<int, double>> learning_curve;  ///< epoch and performance metric

  // In a pair the energies are the training's labelled share of the physical energy.
  core::Reading gpu_energy_total_joules;
  core::Reading cpu_energy_total_joules;
  core::Reading total_energy_joules;
  core::Reading energy_per_epoch;   ///< total_energy_joules / epochs_done
  core::Reading energy_efficiency;  ///< total_energy_joules / performance
  core::Reading performance;
  core::Reading convergence_epoch;
  core::Reading convergence_speed;
  core::Reading duration_seconds;
  core::Reading time_per_epoch;  ///< duration_seconds / epochs_done
  // Of the whole device during the run, both trainings together.
  core::Reading gpu_util_avg_percent;
  core::Reading gpu_power_avg_watts;
  core::Reading gpu_memory_peak;  ///< MiB
  // Of the training's own processes.
  core::Reading gpu_memory_peak_mib;
  core::Reading gpu_sm_util_avg_percent;
  core::Reading memory_peak_mib;      ///< resident
  core::Reading memory_pss_peak_mib;  ///< the same, pages that processes share counted once
  core::Reading io_read_mib;          ///< from storage
  core::Reading io_written_mib;
  core::Reading tensor_memory_peak_mib;
  core::Reading overlap_fraction;

  // What has to be known beside the figures.
  core::EnergySource gpu_energy_source = core::EnergySource::none;
  core::EnergySource cpu_energy_source = core::EnergySource::none;
  core::EnergySource total_energy_source = core::EnergySource::none;
  std::string energy_share_model;  ///< empty when solo: the whole energy is the training's
  std::string data;                ///< `real`, `synthetic`, or empty when the trainer didn't say
  std::string scale;
  std::string barrier;
};

/// Name, unit and place of each numeric metric: the one list behind every table and file.
struct MetricColumn {
  const char* name;
  const char* unit;
  core::Reading TrainingMetrics::*value;
};
std::span<const MetricColumn> metric_columns();

/// One row a training, A before B.
std::vector<TrainingMetrics> training_metrics(const record::RunResult& run);

/// Only the readings of the row of one training. The row may be used again and again: a row of
/// names and texts costs more than all its readings.
void fill_in_readings(const record::RunResult& run, size_t participant, TrainingMetrics& row);

/// The energy of one training: the run's total when solo; in a pair the sum of the training's
/// shares of those parts (GPU, CPU) that the run's total is made of, so that both trainings' add up
/// to the total to the last bit.
core::Reading training_energy_joules(const record::RunResult& run, size_t participant);

/// Whether the time and energy of a pair can't be set against those of its solo runs, nor the
/// energy of its A against A's epochs and performance: A was `sustained`. epochs_done, duration and
/// performance of such an A are its first round's, its energy is that of all rounds.
bool did_more_work(const record::RunResult& run);
/// What is missing for that reason.
const core::Reading& more_work();

void to_json(core::Json& json, const TrainingMetrics& metrics);

}  // namespace tandem::analyse

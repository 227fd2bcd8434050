#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/measured.h"
#include "core/reading.h"
#include "study/run_spec.h"

namespace tandem::record {

/// How a run, or one of its trainings, ended.
struct Outcome {
  /// ok: counts. failed: a training didn't succeed. invalid: it is not the experiment that was
  /// asked for (the partner was gone, the barrier was missed). interrupted: tandem itself was
  /// stopped.
  enum class Status { ok, failed, invalid, interrupted };
  Status status = Status::ok;
  std::string name = "ok";  ///< `exit_code`, `timeout`, `non_finite_loss`, `partner_ended`, …
  std::string message;      ///< what was seen, with the figures
  std::string advice;       ///< what a person can do about it

  bool ok() const { return status == Status::ok; }
};
std::string name_of(Outcome::Status status);

struct EpochRecord {
  int epoch = 0;
  double end_s = 0;  ///< since the start signal
  core::Reading train_loss;
  std::map<std::string, double> metrics;
  core::Reading train_seconds;
  core::Reading eval_seconds;
};

/// One training of a run. Times are seconds since the run's start signal.
struct ParticipantResult {
  study::ParticipantSpec spec;
  Outcome outcome;
  bool training_success = false;
  int epochs_done = 0;
  std::vector<EpochRecord> epochs;
  std::string barrier = "protocol";  ///< where it began: see RunResult::barrier
  core::Reading start_s;             ///< when it said that it started
  core::Reading duration_seconds;    ///< start signal to the end of the last epoch's evaluation
  std::string performance_metric;
  bool higher_is_better = true;
  core::Reading performance;              ///< the final value of performance_metric
  std::map<std::string, double> metrics;  ///< all final metrics
  core::Reading cpu_time_seconds;         ///< of its process tree, during its duration
  core::Reading memory_peak_mib;          ///< resident, of its process tree
  core::Reading memory_pss_peak_mib;      ///< the same, pages that processes share counted once
  core::Reading io_read_mib;              ///< from storage, by its process tree
  core::Reading io_written_mib;
  core::Reading gpu_memory_peak_mib;      ///< as the driver counts its processes
  core::Reading gpu_sm_util_avg_percent;  ///< by its processes, during the run
  core::Reading tensor_memory_peak_mib;   ///< as the trainer counted it
  /// Its part of the run's energy: all of it when solo, by `energy_share_model` in a pair.
  core::Reading gpu_energy_share_joules;
  core::Reading cpu_energy_share_joules;
  std::string energy_share_model;
  int rounds = 1;        ///< trainings done to the end (more than one when sustained)
  std::string data;      ///< `real`, `synthetic`, or empty when the trainer didn't say
  core::Json described;  ///< the trainer's `ready` line: software, threads, parameters
};

/// A part of a pair's run: `head` until both are training, `overlap`, `tail` when one has ended.
/// Of a `sustained` pair, A's reload between its rounds lies within `overlap`, which is the time
/// from the later start to B's end; overlap_fraction leaves it out.
struct PhaseRecord {
  std::string name;
  double begin_s = 0;  ///< since the start signal
  double end_s = 0;
  core::Energy gpu_energy_joules;
  core::Energy cpu_energy_joules;
};

/// The GPU of a run and what it was doing before and after.
struct GpuRecord {
  core::GpuDescription device;
  core::GpuState at_start;
  core::GpuState at_end;
  core::Reading temperature_peak_c;
};

/// What one column of an imported run's trace said of the run.
struct TracedSignal {
  std::string name;      ///< `gpu_power`
  long samples = 0;      ///< within the run
  double seen_s = 0;     ///< seen, held and missing time add up to the run
  double held_s = 0;     ///< before the first sample and after the last, at their values
  double missing_s = 0;  ///< in gaps that are too long to be bridged
  double largest_gap_s = 0;
  core::Reading seen_joules;  ///< of a power: the integral over the time that was seen
};

/// Where a run that was measured elsewhere comes from, and what its source said beside what its
/// trace gave.
struct ImportRecord {
  std::string source;  ///< `runs.csv, rows 17+18`
  std::string name;    ///< of the run in its source; empty where it has none
  bool simulated = false;
  std::string measured_by;             ///< the source's energy: the meter, in its words
  core::Reading stated_energy_joules;  ///< the source's own figure, with whatever it summed
  /// Of each training where the source has energies of trainings, not of runs; else empty.
  std::vector<core::Reading> stated_training_energy_joules;
  /// (energy from the trace − stated) / stated.
  core::Reading energy_difference_percent;
  std::string trace;  ///< its file; empty: the study came without traces
  std::vector<TracedSignal> signals;
};

/// Everything that is known of one attempt at a run: the content of `result.json`.
struct RunResult {
  std::string run_id;
  int attempt = 1;
  study::RunSpec spec;
  Outcome outcome;
  std::string started_at;  ///< wall clock, a label only
  std::string ended_at;
  core::Machine machine;
  /// The device of the study that made it: `cores 0,1`, a GPU as the study names it; empty where
  /// the study has one.
  std::string device;
  std::vector<ParticipantResult> participants;
  /// Where the trainings began. `protocol`: at the start signal that they waited for.
  /// `process_start`: one of them at least with its process, which was held until the signal, so
  /// that loading is part of the run. `pattern`: one at least at a line of its log, which tandem
  /// can't hold.
  std::string barrier;
  core::Reading makespan_seconds;        ///< start signal to the end of the last training
  core::Reading start_skew_seconds;      ///< between the two starts
  core::Reading overlap_fraction;        ///< share of B's time during which A was training
  core::Energy gpu_energy_total_joules;  ///< over the union of the trainings
  core::Energy cpu_energy_total_joules;
  core::Energy total_energy_joules;
  /// Within the CPU's energy; missing where the DRAM has no meter of its own.
  core::Reading dram_energy_joules;
  /// The GPU's power integrated, where its counter is the total; never added to it.
  core::Energy gpu_energy_cross_check_joules;
  core::IdlePower idle;  ///< as last measured before the run
  core::Reading gpu_energy_above_idle_joules;
  core::Reading cpu_energy_above_idle_joules;
  std::vector<PhaseRecord> phases;  ///< of a pair; they cover the makespan
  core::Reading gpu_util_avg_percent;
  core::Reading gpu_power_avg_watts;
  core::Reading gpu_memory_peak_mib;
  std::optional<GpuRecord> gpu;  ///< nothing without a GPU
  std::vector<core::SamplingSummary> sampling;
  std::vector<core::Caution> cautions;   ///< what makes the figures above doubtful
  std::optional<ImportRecord> imported;  ///< nothing for a run that tandem made
};

core::Json to_document(const RunResult& result);
core::Json to_document(const PhaseRecord& phase);
core::Json to_document(const GpuRecord& gpu);
core::Json to_document(const ImportRecord& imported);
/// Throws core::SystemError naming what is wrong with the document.
RunResult from_document(const core::Json& document);

}  // namespace tandem::record

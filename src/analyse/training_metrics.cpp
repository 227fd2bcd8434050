#include "analyse/training_metrics.h"

#include <array>
#include <functional>

#include "analyse/convergence.h"
#include "core/energy_shares.h"

namespace tandem::analyse {
namespace {

using core::Reading;

constexpr auto columns = std::to_array<MetricColumn>({
    {"gpu_energy_total_joules", "J", &TrainingMetrics::gpu_energy_total_joules},
    {"cpu_energy_total_joules", "J", &TrainingMetrics::cpu_energy_total_joules},
    {"total_energy_joules", "J", &TrainingMetrics::total_energy_joules},
    {"energy_per_epoch", "J", &TrainingMetrics::energy_per_epoch},
    {"energy_efficiency", "J per unit of performance", &TrainingMetrics::energy_efficiency},
    {"performance", "", &TrainingMetrics::performance},
    {"convergence_epoch", "epochs", &TrainingMetrics::convergence_epoch},
    {"convergence_speed", "1/epoch", &TrainingMetrics::convergence_speed},
    {"duration_seconds", "s", &TrainingMetrics::duration_seconds},
    {"time_per_epoch", "s", &TrainingMetrics::time_per_epoch},
    {"gpu_util_avg_percent", "%", &TrainingMetrics::gpu_util_avg_percent},
    {"gpu_power_avg_watts", "W", &TrainingMetrics::gpu_power_avg_watts},
    {"gpu_memory_peak", "MiB", &TrainingMetrics::gpu_memory_peak},
    {"gpu_memory_peak_mib", "MiB", &TrainingMetrics::gpu_memory_peak_mib},
    {"gpu_sm_util_avg_percent", "%", &TrainingMetrics::gpu_sm_util_avg_percent},
    {"memory_peak_mib", "MiB", &TrainingMetrics::memory_peak_mib},
    {"memory_pss_peak_mib", "MiB", &TrainingMetrics::memory_pss_peak_mib},
    {"io_read_mib", "MiB", &TrainingMetrics::io_read_mib},
    {"io_written_mib", "MiB", &TrainingMetrics::io_written_mib},
    {"tensor_memory_peak_mib", "MiB", &TrainingMetrics::tensor_memory_peak_mib},
    {"overlap_fraction", "", &TrainingMetrics::overlap_fraction},
});

/// The joules of one meter that belong to a training.
Reading share(const record::RunResult& run, const core::Energy& energy, const Reading& of_pair) {
  return run.participants.size() == 1 || !energy.joules ? energy.joules : of_pair;
}

Reading per_epoch(const Reading& total, int epochs_done) {
  if (epochs_done <= 0) return Reading::missing("no epoch was done");
  return core::ratio(total, static_cast<double>(epochs_done));
}

/// Both trainings' parts of a pair's energy by what they used. The total of a run on the GPU is
/// that of the GPU and the CPU; of a run on the CPU, that of the CPU alone, also where a GPU was
/// watched.
core::Shares shares_by_use(const record::RunResult& run) {
  const bool of_gpu_too = run.total_energy_joules.source == core::EnergySource::mixed;
  const auto sum_of = [&](const record::ParticipantResult& training) {
    const Reading& cpu = training.cpu_energy_share_joules;
    return of_gpu_too ? core::both(training.gpu_energy_share_joules, cpu, std::plus<>()) : cpu;
  };
  const Reading a = sum_of(run.participants.at(0));
  const Reading b = sum_of(run.participants.at(1));
  if (!a || !b) return {a, b, ""};
  return core::shares_given_a("", run.total_energy_joules.joules, a);
}

TrainingMetrics metrics_of(const record::RunResult& run, size_t index) {
  const record::ParticipantResult& participant = run.participants[index];
  const bool concurrent = run.participants.size() == 2;
  TrainingMetrics row;
  row.run_id = run.run_id;
  row.attempt = run.attempt;
  row.role = !concurrent ? "solo" : index == 0 ? "a" : "b";
  row.workload = participant.spec.workload;
  if (concurrent) row.partner = run.participants[1 - index].spec.workload;
  row.hyperparameters = participant.spec.hyperparameters;
  row.repetition = run.spec.repetition;
  row.outcome = participant.outcome.ok() ? run.outcome : participant.outcome;
  row.training_success = participant.training_success;
  row.epochs_done = participant.epochs_done;
  row.performance_metric = participant.performance_metric;
  row.higher_is_better = participant.higher_is_better;
  row.learning_curve = learning_curve(participant);

  fill_in_readings(run, index, row);
  row.gpu_energy_source = run.gpu_energy_total_joules.source;
  row.cpu_energy_source = run.cpu_energy_total_joules.source;
  row.total_energy_source = run.total_energy_joules.source;
  if (concurrent) row.energy_share_model = participant.energy_share_model;
  row.data = participant.data;
  row.scale = run.imported ? "not stated" : study::name_of(run.spec.scale);
  row.barrier = run.barrier;
  return row;
}

}  // namespace

std::span<const MetricColumn> metric_columns() {
  return columns;
}

void fill_in_readings(const record::RunResult& run, size_t index, TrainingMetrics& row) {
  static const Reading none_alone = Reading::missing("a solo run");
  const record::ParticipantResult& participant = run.participants[index];
  row.gpu_energy_total_joules =
      share(run, run.gpu_energy_total_joules, participant.gpu_energy_share_joules);
  row.cpu_energy_total_joules =
      share(run, run.cpu_energy_total_joules, participant.cpu_energy_share_joules);
  row.total_energy_joules = training_energy_joules(run, index);
  row.performance = participant.performance;
  if (index != 0 || !did_more_work(run)) {
    row.energy_per_epoch = per_epoch(row.total_energy_joules, participant.epochs_done);
    row.energy_efficiency = core::ratio(row.total_energy_joules, row.performance);
  } else {
    row.energy_per_epoch = row.energy_efficiency = more_work();
  }
  const Convergence convergence = convergence_of(participant);
  row.convergence_epoch = convergence.convergence_epoch;
  row.convergence_speed = convergence.convergence_speed;
  row.duration_seconds = participant.duration_seconds;
  row.time_per_epoch = per_epoch(row.duration_seconds, participant.epochs_done);
  row.gpu_util_avg_percent = run.gpu_util_avg_percent;
  row.gpu_power_avg_watts = run.gpu_power_avg_watts;
  row.gpu_memory_peak = run.gpu_memory_peak_mib;
  row.gpu_memory_peak_mib = participant.gpu_memory_peak_mib;
  row.gpu_sm_util_avg_percent = participant.gpu_sm_util_avg_percent;
  row.memory_peak_mib = participant.memory_peak_mib;
  row.memory_pss_peak_mib = participant.memory_pss_peak_mib;
  row.io_read_mib = participant.io_read_mib;
  row.io_written_mib = participant.io_written_mib;
  row.tensor_memory_peak_mib = participant.tensor_memory_peak_mib;
  row.overlap_fraction = run.participants.size() == 2 ? run.overlap_fraction : none_alone;
}

std::vector<TrainingMetrics> training_metrics(const record::RunResult& run) {
  std::vector<TrainingMetrics> rows;
  for (size_t i = 0; i < run.participants.size(); ++i) rows.push_back(metrics_of(run, i));
  return rows;
}

Reading training_energy_joules(const record::RunResult& run, size_t participant) {
  const Reading& total = run.total_energy_joules.joules;
  if (!total || run.participants.size() == 1) return total;
  const core::Shares shares = shares_by_use(run);
  return participant == 0 ? shares.a : shares.b;
}

bool did_more_work(const record::RunResult& run) {
  return run.spec.concurrent() && run.spec.overlap == study::Overlap::sustained;
}

const Reading& more_work() {
  static const Reading missing = Reading::missing(
      "A was trained again until B ended, which is more work than the solo runs did");
  return missing;
}

void to_json(core::Json& json, const TrainingMetrics& metrics) {
  json = {{"run_id", metrics.run_id},
          {"attempt", metrics.attempt},
          {"role", metrics.role},
          {"workload", metrics.workload},
          {"partner", metrics.partner},
          {"hyperparameters", metrics.hyperparameters},
          {"repetition", metrics.repetition},
          {"status", record::name_of(metrics.outcome.status)},
          {"outcome", metrics.outcome.name},
          {"message", metrics.outcome.message},
          {"advice", metrics.outcome.advice},
          {"training_success", metrics.training_success},
          {"epochs_done", metrics.epochs_done},
          {"performance_metric", metrics.performance_metric},
          {"higher_is_better", metrics.higher_is_better},
          {"learning_curve", metrics.learning_curve},
          {"gpu_energy_source", core::name_of(metrics.gpu_energy_source)},
          {"cpu_energy_source", core::name_of(metrics.cpu_energy_source)},
          {"total_energy_source", core::name_of(metrics.total_energy_source)},
          {"energy_share_model", metrics.energy_share_model},
          {"data", metrics.data},
          {"scale", metrics.scale},
          {"barrier", metrics.barrier}};
  for (const MetricColumn& column : columns) json[column.name] = metrics.*column.value;
}

}  // namespace tandem::analyse

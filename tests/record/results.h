#pragma once

#include "record/run_result.h"

namespace tandem::test {

/// A complete result of a concurrent run, every field different from its default.
inline record::RunResult concurrent_result() {
  record::RunResult result;
  result.spec.participants = {{"examples/mnist", {{"epochs", 2}}, 1},
                              {"examples/mnist_rnn", {{"epochs", 3}}, 1}};
  result.spec.scale = study::Scale::quick;
  result.spec.machine_class = "test machine";
  result.run_id = result.spec.id();
  result.attempt = 2;
  result.outcome = {record::Outcome::Status::invalid, "partner_ended", "A ended", "see A"};
  result.started_at = "2025-11-11T08:00:00.000Z";
  result.ended_at = "2025-11-11T08:00:09.000Z";
  result.machine.cpu_model = "Example 3000";
  result.barrier = "protocol";
  result.makespan_seconds = 8.25;
  result.start_skew_seconds = 0.001;
  result.overlap_fraction = 0.75;
  result.gpu_energy_total_joules = {core::Reading::missing("no NVIDIA driver"),
                                    core::EnergySource::none, ""};
  result.cpu_energy_total_joules = {40.5, core::EnergySource::estimated, "some model"};
  result.total_energy_joules = result.cpu_energy_total_joules;
  result.gpu_util_avg_percent = core::Reading::missing("no NVIDIA driver");
  result.gpu_power_avg_watts = core::Reading::missing("no NVIDIA driver");
  result.gpu_memory_peak_mib = 123;
  result.dram_energy_joules = 3.5;
  result.gpu_energy_cross_check_joules = {12.5, core::EnergySource::nvml_power, "instant"};
  result.idle = {5, 1.5, core::EnergySource::estimated, "some model", 70};
  result.gpu_energy_above_idle_joules = 4;
  result.cpu_energy_above_idle_joules = 2.5;
  result.phases = {{"overlap", 0, 4, {30, core::EnergySource::nvml_counter, ""}, {20, {}, ""}}};
  record::GpuRecord gpu;
  gpu.device = {"GPU-1", "00000000:01:00.0", "Example GPU", "580.1", "mps", 300, 8192, 0.02};
  gpu.at_start = {40, 1200, 2600, 12, {"sw_power_cap"}, 4};
  gpu.at_end.temperature_c = 60;
  gpu.temperature_peak_c = 61;
  result.gpu = gpu;
  result.sampling = {{"host", 0.1, 83, 1, 0.21, ""}, {"gpu_0", 0.1, 80, 0, 0.1, "it hangs"}};
  result.cautions = {{"contaminated", "1 process"}};
  for (size_t i = 0; i < 2; ++i) {
    record::ParticipantResult training;
    training.spec = result.spec.participants[i];
    training.outcome = i == 0 ? record::Outcome{} : result.outcome;
    training.training_success = i == 0;
    training.epochs_done = 2;
    training.epochs = {{1, 2.0, 0.9, {{"accuracy", 0.5}}, 1.5, 0.5},
                       {2, 4.0, core::Reading::missing("not a finite number"), {}, 1.5, 0.5}};
    training.start_s = 0.01;
    training.duration_seconds = 4.0;
    training.performance_metric = "accuracy";
    training.performance = 0.5;
    training.metrics = {{"accuracy", 0.5}};
    training.cpu_time_seconds = 3.5;
    training.memory_peak_mib = 200;
    training.memory_pss_peak_mib = 190;
    training.io_read_mib = 11;
    training.io_written_mib = 1;
    training.gpu_memory_peak_mib = 500;
    training.gpu_sm_util_avg_percent = 33;
    training.tensor_memory_peak_mib = 50;
    training.gpu_energy_share_joules = core::Reading::missing("no NVIDIA driver");
    training.cpu_energy_share_joules = 20.25;
    training.energy_share_model = "cpu_time";
    training.rounds = 1;
    training.data = "real";
    training.described = {{"type", "ready"}, {"threads", 2}};
    result.participants.push_back(training);
  }
  return result;
}

inline record::RunResult solo_result(const std::string& run_id, int attempt,
                                     record::Outcome outcome = {}) {
  record::RunResult result = concurrent_result();
  result.participants.pop_back();
  result.spec.participants.pop_back();
  result.run_id = run_id;
  result.attempt = attempt;
  result.outcome = std::move(outcome);
  return result;
}

/// Of an imported run, every field different from its default.
inline record::ImportRecord import_record() {
  record::ImportRecord imported{"runs.csv, row 2", "r1", true, "wall meter", 1000, {400, 600}, -2.5,
                                "r1.csv",          {}};
  imported.signals = {{"gpu_power", 60, 58, 1, 0.5, 0.5, 990},
                      {"gpu_memory", 60, 58, 1, 0.5, 0.5, core::Reading::missing("not a power")}};
  return imported;
}

}  // namespace tandem::test

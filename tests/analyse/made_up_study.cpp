#include "made_up_study.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "study/pair.h"

namespace tandem::test {
namespace {

using core::Reading;

constexpr double power_w = 100;

/// Uniform in 1 ± noise, the same on every machine.
class Noise {
 public:
  Noise(double size, std::uint64_t seed) : size_(size), generator_(seed) {}
  double factor() {
    const double uniform = static_cast<double>(generator_() >> 11U) * 0x1.0p-53;
    return 1 + size_ * (2 * uniform - 1);
  }

 private:
  double size_;
  std::mt19937_64 generator_;
};

record::ParticipantResult training(const study::ParticipantSpec& spec,
                                   const study::Workload& workload, study::Scale scale,
                                   double slowdown, Noise& noise) {
  const study::Hyperparameters defaults = workload.defaults(scale);
  const double epochs = spec.hyperparameters.at("epochs");
  const double epoch_ratio = epochs / defaults.at("epochs");
  const double rate_ratio = spec.hyperparameters.at("learning_rate") / defaults.at("learning_rate");
  record::ParticipantResult result;
  result.spec = spec;
  result.training_success = true;
  result.epochs_done = static_cast<int>(epochs);
  result.start_s = 0.0;
  result.duration_seconds = workload.catalogue.duration_s * epoch_ratio * slowdown * noise.factor();
  result.performance_metric = "accuracy";
  result.performance =
      (0.8 + 0.05 * std::log10(rate_ratio) + 0.1 * std::log(epoch_ratio)) * noise.factor();
  for (int epoch = 1; epoch <= result.epochs_done; ++epoch) {
    record::EpochRecord record;
    record.epoch = epoch;
    record.end_s = *result.duration_seconds * epoch / epochs;
    record.metrics["accuracy"] = *result.performance * (1 - std::exp(-3.0 * epoch / epochs));
    result.epochs.push_back(record);
  }
  result.memory_peak_mib = workload.catalogue.memory_mb;
  result.memory_pss_peak_mib = 0.75 * workload.catalogue.memory_mb;
  result.tensor_memory_peak_mib = Reading::missing("the trainer doesn't count it");
  result.io_read_mib = 52.5;
  result.io_written_mib = 0.25;
  result.gpu_memory_peak_mib = result.gpu_sm_util_avg_percent = Reading::missing("no GPU");
  result.data = "synthetic";
  return result;
}

constexpr double idle_gpu_w = 12;
constexpr double idle_cpu_w = 5;

/// As a run is divided in time: a head that is too short for the GPU's counter, both, and B alone
/// or A alone. Power is the same all the time.
void fill_in_phases(record::RunResult& run) {
  double both_until_s = *run.makespan_seconds;
  for (const auto& participant : run.participants) {
    both_until_s = std::min(both_until_s, *participant.duration_seconds);
  }
  const auto part = [&](core::Energy energy, double begin_s, double end_s) {
    const double share = (end_s - begin_s) / *run.makespan_seconds;
    if (energy.joules) energy.joules = *energy.joules * share;
    return energy;
  };
  const auto add = [&](const char* name, double begin_s, double end_s) {
    if (end_s <= begin_s) return;
    run.phases.push_back({name, begin_s, end_s, part(run.gpu_energy_total_joules, begin_s, end_s),
                          part(run.cpu_energy_total_joules, begin_s, end_s)});
  };
  add("head", 0, *run.start_skew_seconds);
  add("overlap", *run.start_skew_seconds, both_until_s);
  add("tail", both_until_s, *run.makespan_seconds);
  if (run.phases.front().gpu_energy_joules.joules) {
    run.phases.front().gpu_energy_joules.joules =
        Reading::missing("10 ms are shorter than 10 periods of the energy counter (20 ms)");
  }
}

/// What the driver of a GPU tells of it, and what follows from its meter.
void fill_in_gpu(record::RunResult& run) {
  const double gpu_j = *run.gpu_energy_total_joules.joules;
  const double cpu_j = *run.cpu_energy_total_joules.joules;
  run.gpu_energy_cross_check_joules = {1.02 * gpu_j, core::EnergySource::nvml_power, ""};
  run.dram_energy_joules = 0.1 * cpu_j;
  run.idle = {10, idle_cpu_w, core::EnergySource::rapl, "", idle_gpu_w};
  run.gpu_energy_above_idle_joules = gpu_j - idle_gpu_w * *run.makespan_seconds;
  run.cpu_energy_above_idle_joules = cpu_j - idle_cpu_w * *run.makespan_seconds;
  record::GpuRecord gpu;
  gpu.device = {"GPU-00000000-made-up",
                "00000000:01:00.0",
                run.machine.gpu,
                "000.00",
                "time_slicing",
                400.0,
                81920.0,
                0.02};
  const auto state = [](double temperature_c) {
    return core::GpuState{temperature_c, 1980.0, 2619.0, 4.0, {}, 0.0};
  };
  gpu.at_start = state(35);
  gpu.at_end = state(52);
  gpu.temperature_peak_c = 61.0;
  run.gpu = gpu;
  run.sampling.push_back({"gpu_0", 0.1, std::lround(*run.makespan_seconds / 0.1), 3, 0.25, ""});
  for (record::ParticipantResult& participant : run.participants) {
    participant.gpu_memory_peak_mib = 1024.0;
    participant.gpu_sm_util_avg_percent = 30.0;
  }
}

/// Meters of the run: each training draws its power while it runs; beside the other, it gets the
/// part that it would draw alone.
void fill_in_energy(record::RunResult& run, bool metered) {
  double gpu_j = 0;
  double cpu_j = 0;
  for (record::ParticipantResult& participant : run.participants) {
    const double share_j =
        power_w * *participant.duration_seconds / (run.spec.concurrent() ? 1.4 : 1);
    participant.gpu_energy_share_joules =
        metered ? Reading(0.8 * share_j) : Reading::missing("no GPU");
    participant.cpu_energy_share_joules = metered ? 0.2 * share_j : share_j;
    participant.energy_share_model = "cpu_time";
    gpu_j += participant.gpu_energy_share_joules.value_or(0);
    cpu_j += *participant.cpu_energy_share_joules;
  }
  using core::EnergySource;
  if (metered) {
    run.gpu_energy_total_joules = {gpu_j, EnergySource::nvml_counter, ""};
    run.cpu_energy_total_joules = {cpu_j, EnergySource::rapl, ""};
    run.total_energy_joules = {gpu_j + cpu_j, EnergySource::mixed, "nvml_counter + rapl"};
  } else {
    run.gpu_energy_total_joules = {Reading::missing("no GPU"), EnergySource::none, ""};
    run.cpu_energy_total_joules = {cpu_j, EnergySource::estimated, "linear 20 W + 8 W per core",
                                   "not permitted to read /made/up/energy_uj (enable with: "
                                   "sudo chmod a+r /made/up/energy_uj)"};
    run.total_energy_joules = run.cpu_energy_total_joules;
    run.gpu_energy_cross_check_joules.joules = run.gpu_energy_above_idle_joules =
        Reading::missing("no GPU");
    run.dram_energy_joules = Reading::missing("no RAPL domain of the DRAM is read here");
    run.cpu_energy_above_idle_joules = Reading::missing("idle power was not measured");
  }
  run.sampling.push_back({"host", 0.1, std::lround(*run.makespan_seconds / 0.1), 0, 0.12, ""});
  if (metered) fill_in_gpu(run);
  if (run.spec.concurrent()) fill_in_phases(run);
}

record::RunResult result_of(const study::PlannedRun& planned, const study::Catalogue& catalogue,
                            const MadeUpEffects& effects, Noise& noise) {
  const study::RunSpec& spec = planned.spec;
  record::RunResult run;
  run.run_id = planned.id;
  run.spec = spec;
  run.started_at = "2025-11-11T08:30:00.000Z";
  run.machine.cpu_model = "Made-up CPU";
  run.machine.logical_cpus = 16;
  run.machine.memory_mib = 65536;
  run.machine.kernel = "Linux 6.1";
  run.machine.hostname = "simulated";
  run.machine.gpu = effects.metered ? "Made-up GPU" : "";
  run.barrier = "protocol";
  for (size_t i = 0; i < spec.participants.size(); ++i) {
    const study::Workload& workload = catalogue.at(spec.participants[i].workload);
    double slowdown = 1;
    if (spec.concurrent()) {
      slowdown = i == 0 ? effects.slowdown_a : effects.slowdown_b;
      const double rate_ratio = spec.participants[i].hyperparameters.at("learning_rate") /
                                workload.defaults(spec.scale).at("learning_rate");
      if (i == 1) slowdown *= std::pow(rate_ratio, effects.extra_learning_rate_exponent);
    }
    run.participants.push_back(
        training(spec.participants[i], workload, spec.scale, slowdown, noise));
  }
  double makespan_s = 0;
  for (const auto& participant : run.participants) {
    makespan_s = std::max(makespan_s, *participant.duration_seconds);
  }
  run.makespan_seconds = makespan_s;
  if (spec.concurrent()) {
    Reading& performance = run.participants[1].performance;
    performance = *performance - effects.performance_loss_b;
    run.start_skew_seconds = 0.01;
    run.overlap_fraction = std::min(
        1.0, *run.participants[0].duration_seconds / *run.participants[1].duration_seconds);
  }
  fill_in_energy(run, effects.metered);
  run.gpu_util_avg_percent = effects.metered ? Reading(60.0) : Reading::missing("no GPU");
  run.gpu_power_avg_watts = effects.metered ? Reading(80.0) : Reading::missing("no GPU");
  run.gpu_memory_peak_mib = effects.metered ? Reading(2048.0) : Reading::missing("no GPU");
  return run;
}

}  // namespace

study::Study made_up_study(size_t pairs, int repetitions) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study.name = "Made-up study (simulated data)";
  study.file = "made_up.json";
  study.repetitions = repetitions;
  for (size_t i = 0; i < pairs; ++i) {
    const auto& [a, b] = study::seed_pairs().at(i);
    study.pairs.push_back(
        {a, b, catalogue.at(a).defaults(study.scale), catalogue.at(b).defaults(study.scale)});
  }
  const auto level = [](const char* name, const char* expression) {
    return study::Level{name, *study::LevelExpression::parse(expression)};
  };
  study.mutated = {{"learning_rate", {level("min", "default*0.2"), level("max", "default*5")}},
                   {"epochs", {level("min", "default*0.5"), level("max", "default*1.5")}}};
  return study;
}

std::vector<record::RunResult> made_up_results(const study::Plan& plan,
                                               const study::Catalogue& catalogue,
                                               const MadeUpEffects& effects) {
  Noise noise(effects.noise, effects.seed);
  std::vector<record::RunResult> results;
  for (const study::PlannedRun& planned : plan.runs) {
    results.push_back(result_of(planned, catalogue, effects, noise));
  }
  return results;
}

void make_fail(record::RunResult& result, const std::string& outcome, const std::string& message) {
  result.outcome.status = record::Outcome::Status::failed;
  result.outcome.name = outcome;
  result.outcome.message = message;
  result.outcome.advice = "Look at the log of the run.";
}

}  // namespace tandem::test

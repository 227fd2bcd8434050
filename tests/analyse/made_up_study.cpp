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
  result.data = "synthetic";
  return result;
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
    run.cpu_energy_total_joules = {cpu_j, EnergySource::estimated, "linear 20 W + 8 W per core"};
    run.total_energy_joules = run.cpu_energy_total_joules;
  }
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

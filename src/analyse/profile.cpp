#include "analyse/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace tandem::analyse {
namespace {

using core::Reading;
using record::RunResult;
using Runs = std::vector<const RunResult*>;

/// Mean of a figure over the runs that have it.
Reading mean(const Runs& runs, const std::function<Reading(const RunResult&)>& figure) {
  double sum = 0;
  int count = 0;
  std::string reason = "no run succeeded";
  for (const RunResult* run : runs) {
    const Reading reading = figure(*run);
    if (reading) {
      sum += *reading;
      ++count;
    } else if (run == runs.front()) {
      reason = reading.reason();
    }
  }
  return count > 0 ? Reading(sum / count) : Reading::missing(reason);
}

bool is_on_gpu(const RunResult& run) {
  return run.spec.device == study::Device::cuda;
}

Reading memory_mb(const RunResult& run) {
  const record::ParticipantResult& training = run.participants[0];
  if (!is_on_gpu(run)) return training.memory_peak_mib;
  if (training.gpu_memory_peak_mib || !run.gpu) return training.gpu_memory_peak_mib;
  return core::both(run.gpu_memory_peak_mib, run.gpu->at_start.memory_used_mib,
                    [](double peak, double before) { return peak - before; });
}

Reading gpu_util_percent(const RunResult& run) {
  return is_on_gpu(run) ? run.gpu_util_avg_percent
                        : Reading::missing("the training ran on the CPU");
}

/// How many cores the training was given: those it was pinned to, else those that it saw, else the
/// machine's.
double cores_given(const RunResult& run) {
  if (!run.spec.resources.cores.empty()) {
    return static_cast<double>(run.spec.resources.cores.size());
  }
  const core::Json& described = run.participants[0].described;
  if (described.is_object() && described.contains("cores") && described.at("cores").is_array() &&
      !described.at("cores").empty()) {
    return static_cast<double>(described.at("cores").size());
  }
  return run.machine.logical_cpus;
}

Reading cpu_util_percent(const RunResult& run) {
  const record::ParticipantResult& training = run.participants[0];
  const Reading share =
      core::ratio(training.cpu_time_seconds,
                  core::both(training.duration_seconds, cores_given(run), std::multiplies{}));
  // Time is counted in ticks, so a core that is always busy may come out a little above itself.
  return share ? Reading(std::min(100.0, 100 * *share)) : share;
}

/// What the idle machine draws of what a training's energy is a sum of.
Reading idle_power_w(const RunResult& run) {
  if (!is_on_gpu(run)) return run.idle.cpu_w;
  return core::both(run.idle.gpu_w, run.idle.cpu_w, std::plus{});
}

core::Energy mean_energy(const Runs& runs) {
  const core::Energy& first = runs.front()->total_energy_joules;
  core::Energy energy = first;
  energy.joules = mean(runs, [](const RunResult& run) { return run.total_energy_joules.joules; });
  const bool differ = std::ranges::any_of(runs, [&](const RunResult* run) {
    return run->total_energy_joules.source != first.source ||
           run->total_energy_joules.model != first.model;
  });
  if (differ) {
    energy.source = core::EnergySource::mixed;
    energy.model = "not the same in all runs";
  }
  return energy;
}

WorkloadProfile profile_of(const std::string& workload, const std::vector<RunResult>& all) {
  WorkloadProfile profile;
  profile.workload = workload;
  profile.figures.runs = 0;
  Runs runs;
  for (const RunResult& run : all) {
    if (run.spec.participants[0].workload != workload) continue;
    if (run.outcome.ok()) {
      runs.push_back(&run);
    } else if (run.outcome.status != record::Outcome::Status::interrupted) {
      profile.failures.push_back(run.outcome.name + ": " + run.outcome.message);
    }
  }
  if (runs.empty()) return profile;
  study::MeasuredFigures& figures = profile.figures;
  figures.runs = static_cast<int>(runs.size());
  figures.memory_mb = mean(runs, memory_mb);
  figures.gpu_util_percent = mean(runs, gpu_util_percent);
  figures.cpu_util_percent = mean(runs, cpu_util_percent);
  figures.duration_s =
      mean(runs, [](const RunResult& run) { return run.participants[0].duration_seconds; });
  figures.energy = mean_energy(runs);
  // Data that are there in one run and not in the next would be two workloads.
  figures.data = runs.back()->participants[0].data;
  profile.power_w = mean(runs, [](const RunResult& run) {
    return core::ratio(run.total_energy_joules.joules, run.participants[0].duration_seconds);
  });
  profile.tensor_memory_peak_mib =
      mean(runs, [](const RunResult& run) { return run.participants[0].tensor_memory_peak_mib; });
  return profile;
}

}  // namespace

Profile make_profile(const std::vector<RunResult>& runs, const study::Catalogue& catalogue) {
  Profile profile;
  const RunResult& any = runs.front();
  profile.catalogue.measured_on = any.machine.machine_class();
  profile.catalogue.device = any.spec.device;
  profile.catalogue.scale = any.spec.scale;
  Runs ok;
  for (const RunResult& run : runs) {
    if (!run.outcome.ok()) continue;
    ok.push_back(&run);
    profile.catalogue.measured_at = std::max(profile.catalogue.measured_at, run.ended_at);
  }
  profile.catalogue.idle_power_w = mean(ok, idle_power_w);
  for (const std::string& id : catalogue.ids()) {
    const bool was_tried = std::ranges::any_of(
        runs, [&](const RunResult& run) { return run.spec.participants[0].workload == id; });
    if (!was_tried) continue;
    profile.workloads.push_back(profile_of(id, runs));
    if (profile.workloads.back().is_measured()) {
      profile.catalogue.workloads[id] = profile.workloads.back().figures;
    }
  }
  return profile;
}

}  // namespace tandem::analyse

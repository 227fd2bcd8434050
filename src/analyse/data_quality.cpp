#include "analyse/data_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "analyse/import_quality.h"

namespace tandem::analyse {
namespace {

using core::Texts;
using fmt::arg;
using record::RunResult;
using Status = record::Outcome::Status;

constexpr size_t most_reasons = 3;

std::vector<std::string> listed(const std::set<std::string>& values) {
  return {values.begin(), values.end()};
}

/// Reasons may hold figures, so that each run has its own: a few say enough.
void note_reason(const std::string& reason, std::vector<std::string>& reasons) {
  const bool known = std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  if (!reason.empty() && !known && reasons.size() < most_reasons) reasons.push_back(reason);
}

/// Whether two runs were measured in the same way: reasons why joules are missing hold figures of
/// one run and are no part of it.
std::string source_label(const core::Energy& energy) {
  const std::string name = core::name_of(energy.source);
  return energy.model.empty() ? name : fmt::format("{} ({})", name, energy.model);
}

bool is_estimate(const core::Energy& energy) {
  return energy.source == core::EnergySource::estimated;
}

/// Joules of a part by a power model; 0 where they are measured or missing.
double estimated_joules(const core::Energy& part) {
  return is_estimate(part) && part.joules ? *part.joules : 0;
}

/// Over the runs whose total is known.
core::Reading estimated_percent(const std::vector<const RunResult*>& counted) {
  double estimated = 0;
  double total = 0;
  for (const RunResult* run : counted) {
    if (!run->total_energy_joules.joules) continue;
    total += *run->total_energy_joules.joules;
    estimated += estimated_joules(run->gpu_energy_total_joules) +
                 estimated_joules(run->cpu_energy_total_joules);
  }
  if (!(total > 0)) return core::Reading::missing("no run with an energy");
  return core::Reading(100 * estimated / total);
}

void collect_facts(const std::vector<const RunResult*>& counted, const Texts& texts,
                   DataQuality& quality) {
  std::set<std::string> gpu, gpus, cpu, shares, data, barriers, machines, hosts;
  for (const RunResult* run : counted) {
    gpu.insert(source_label(run->gpu_energy_total_joules));
    cpu.insert(source_label(run->cpu_energy_total_joules));
    quality.energy_estimated |= is_estimate(run->gpu_energy_total_joules) ||
                                is_estimate(run->cpu_energy_total_joules) ||
                                is_estimate(run->total_energy_joules);
    note_reason(run->gpu_energy_total_joules.joules.reason(), quality.gpu_energy_missing);
    note_reason(run->cpu_energy_total_joules.joules.reason(), quality.cpu_energy_missing);
    note_reason(run->gpu_energy_total_joules.instead_of, quality.estimated_instead_of);
    note_reason(run->cpu_energy_total_joules.instead_of, quality.estimated_instead_of);
    if (run->gpu_energy_total_joules.joules) quality.gpu_energy_note = texts("quality.gpu_sensors");
    barriers.insert(run->barrier.empty() ? "not stated" : run->barrier);
    machines.insert(run->machine.machine_class());
    // A container has a new name each time: only where the executor chose among machines.
    if (!run->device.empty()) hosts.insert(run->machine.hostname);
    if (run->gpu && run->spec.device == study::Device::cuda) gpus.insert(run->gpu->device.uuid);
    for (const record::ParticipantResult& participant : run->participants) {
      data.insert(participant.data.empty() ? "not stated" : participant.data);
      quality.data_synthetic |= participant.data == "synthetic";
      if (run->spec.concurrent()) shares.insert(participant.energy_share_model);
    }
  }
  quality.estimated_energy_percent = estimated_percent(counted);
  quality.gpu_energy_sources = listed(gpu);
  quality.cpu_energy_sources = listed(cpu);
  quality.energy_share_models = listed(shares);
  quality.data = listed(data);
  quality.barriers = listed(barriers);
  quality.machine_classes = listed(machines);
  quality.gpus = listed(gpus);
  quality.hosts = listed(hosts);
}

/// Runs that several pairs are compared with make the pairs' effects depend on one another.
bool pairs_share_runs(const study::Plan& plan) {
  std::map<size_t, size_t> pair_of_run;
  return std::any_of(plan.cells.begin(), plan.cells.end(), [&](const study::Cell& cell) {
    return pair_of_run.try_emplace(cell.run, cell.pair).first->second != cell.pair;
  });
}

/// Whether a pair's runs of a repetition, which are compared, come from several machines or boards.
bool blocks_are_mixed(const study::Plan& plan, const PlannedResults& results) {
  std::map<std::pair<size_t, int>, std::pair<std::string, std::string>> place_of_block;
  for (const study::Cell& cell : plan.cells) {
    const RunResult* run = results.deciding(cell.run);
    if (run == nullptr || !run->outcome.ok()) continue;
    const std::pair place(run->device.empty() ? "" : run->machine.hostname,
                          run->gpu ? run->gpu->device.uuid : "");
    const auto [block, is_new] = place_of_block.try_emplace({cell.pair, cell.repetition}, place);
    if (!is_new && block->second != place) return true;
  }
  return false;
}

void add_cautions(const study::Study& study, const study::Plan& plan, const PlannedResults& results,
                  const Texts& texts, DataQuality& quality) {
  const auto add = [&](const std::string& id, const auto&... arguments) {
    quality.cautions.push_back(texts(id, arguments...));
  };
  if (quality.planned > 0 && quality.ok == 0) add("quality.nothing_ok");
  if (quality.ok > 0 && quality.ok < quality.planned) {
    add("quality.some_ok", arg("ok", quality.ok), arg("planned", quality.planned));
  }
  if (quality.energy_estimated && quality.energy_partly_measured()) {
    add("quality.partly_estimated",
        arg("percent", fmt::format("{:.1f}", *quality.estimated_energy_percent)));
  } else if (quality.energy_estimated) {
    add("quality.estimated");
  }
  if (quality.data_synthetic) add("quality.synthetic");
  const auto has_barrier = [&](const char* name) {
    return std::ranges::find(quality.barriers, name) != quality.barriers.end();
  };
  if (has_barrier("process_start")) add("quality.barrier_process_start");
  if (has_barrier("pattern")) add("quality.barrier_pattern");
  for (const auto& [name, runs] : quality.runs_with_caution) {
    add("quality.runs_with_caution", arg("n", runs.size()), arg("meaning", meaning_of(name, texts)),
        arg("runs", runs.front() + (runs.size() > 1 ? " …" : "")));
  }
  if (!quality.gpu_energy_note.empty()) quality.cautions.push_back(quality.gpu_energy_note);
  const bool is_mixed = blocks_are_mixed(plan, results);
  if (quality.gpus.size() > 1) {
    add(is_mixed ? "quality.gpus_any" : "quality.gpus_by_pair");
  } else if (quality.hosts.size() > 1) {
    add(is_mixed ? "quality.hosts_any" : "quality.hosts_by_pair");
  }
  if (quality.scale == "quick") add("quality.quick");
  if (quality.machine_classes.size() > 1) add("quality.machines");
  // Of a study on the CPU the GPU's energy is no part.
  const bool gpu_differs =
      study.device == study::Device::cuda && quality.gpu_energy_sources.size() > 1;
  if (gpu_differs || quality.cpu_energy_sources.size() > 1) add("quality.sources_differ");
  if (study.repetitions == 1 && quality.ok > 0) add("quality.one_repetition");
  if (pairs_share_runs(plan)) add("quality.shared_runs");
  if (quality.results_outside_plan > 0) {
    add("quality.outside_plan", arg("n", quality.results_outside_plan));
  }
}

/// The first cell that each run answers; nullptr for a run that answers none.
std::vector<const study::Cell*> first_cells(const study::Plan& plan) {
  std::vector<const study::Cell*> cells(plan.runs.size(), nullptr);
  for (const study::Cell& cell : plan.cells) {
    if (cells[cell.run] == nullptr) cells[cell.run] = &cell;
  }
  return cells;
}

/// What a run is, told by the first cell it answers.
std::string description(const study::PlannedRun& run, const study::Cell* cell) {
  std::string text;
  for (const study::ParticipantSpec& participant : run.spec.participants) {
    text += (text.empty() ? "" : " ∥ ") + workload_label(participant.workload);
  }
  const bool changed = cell != nullptr && cell->experiment.setting != "default";
  return changed ? text + ", " + cell->experiment.setting : text;
}

void fill_in_result(const RunResult& result, RunStatus& row) {
  row.status = record::name_of(result.outcome.status);
  row.outcome = result.outcome.name;
  row.message = result.outcome.message;
  row.advice = result.outcome.advice;
  row.device = result.device;
  row.started_at = result.started_at;
  row.makespan_seconds = result.makespan_seconds;
  row.start_skew_seconds = result.start_skew_seconds;
  row.overlap_fraction = result.overlap_fraction;
  row.total_energy_joules = result.total_energy_joules;
  row.cautions = result.cautions;
  row.measured = measurements_of(result);
}

}  // namespace

std::string meaning_of(const std::string& caution, const core::Texts& texts) {
  const std::string id = "quality.meanings." + caution;
  return texts.has(id) ? texts(id) : caution;
}

std::string workload_label(const std::string& workload_id) {
  const size_t slash = workload_id.find('/');
  if (slash == std::string::npos) return workload_id;
  const std::string model = workload_id.substr(slash + 1);
  return model == "default" ? workload_id.substr(0, slash) : model;
}

std::vector<RunStatus> run_statuses(const study::Plan& plan, const PlannedResults& results,
                                    const std::vector<RunResult>& all, Listed listed) {
  std::unordered_map<std::string_view, int> attempts;
  attempts.reserve(all.size());
  for (const RunResult& result : all) ++attempts[result.run_id];
  const std::vector<const study::Cell*> cells = first_cells(plan);
  std::vector<RunStatus> rows;
  for (size_t run = 0; run < plan.runs.size(); ++run) {
    const study::PlannedRun& planned = plan.runs[run];
    const RunResult* const result = results.deciding(run);
    if (listed == Listed::runs_that_dont_count && result != nullptr && result->outcome.ok()) {
      continue;
    }
    RunStatus row;
    row.run_id = planned.id;
    row.what = description(planned, cells[run]);
    row.concurrent = planned.spec.concurrent();
    row.repetition = planned.spec.repetition;
    row.attempts = attempts[planned.id];
    row.status = "not run";
    row.message = "no attempt has a result";
    row.makespan_seconds = row.start_skew_seconds = row.overlap_fraction =
        row.total_energy_joules.joules = core::Reading::missing(row.message);
    if (result != nullptr) fill_in_result(*result, row);
    if (!row.concurrent) {
      row.start_skew_seconds = row.overlap_fraction = core::Reading::missing("a solo run");
    }
    rows.push_back(row);
  }
  return rows;
}

DataQuality data_quality(const study::Study& study, const study::Plan& plan,
                         const PlannedResults& results, const std::vector<RunResult>& all,
                         const core::Texts& texts) {
  DataQuality quality;
  quality.planned = plan.runs.size();
  quality.scale = study::name_of(study.scale);
  std::unordered_set<std::string_view> planned_ids;
  std::vector<const RunResult*> counted;
  planned_ids.reserve(plan.runs.size());
  for (size_t run = 0; run < plan.runs.size(); ++run) {
    planned_ids.insert(plan.runs[run].id);
    const RunResult* result = results.deciding(run);
    if (result == nullptr || result->outcome.status == Status::interrupted) {
      ++quality.not_run;
    } else if (result->outcome.ok()) {
      ++quality.ok;
      counted.push_back(result);
      for (const core::Caution& caution : result->cautions) {
        quality.runs_with_caution[caution.name].push_back(result->run_id);
      }
    } else {
      ++(result->outcome.status == Status::failed ? quality.failed : quality.invalid);
    }
  }
  for (const RunResult& result : all) {
    if (!planned_ids.contains(result.run_id))
      ++quality.results_outside_plan;
    else if (result.outcome.status == Status::interrupted)
      ++quality.interrupted_attempts;
  }
  collect_facts(counted, texts, quality);
  add_cautions(study, plan, results, texts, quality);
  add_import_quality(counted, texts, quality);
  return quality;
}

void to_json(core::Json& json, const RunStatus& status) {
  json = {{"run_id", status.run_id},
          {"what", status.what},
          {"mode", status.concurrent ? "concurrent" : "solo"},
          {"repetition", status.repetition},
          {"attempts", status.attempts},
          {"status", status.status},
          {"outcome", status.outcome},
          {"message", status.message},
          {"advice", status.advice},
          {"device", status.device},
          {"started_at", status.started_at},
          {"makespan_seconds", status.makespan_seconds},
          {"start_skew_seconds", status.start_skew_seconds},
          {"overlap_fraction", status.overlap_fraction},
          {"total_energy_joules", status.total_energy_joules},
          {"cautions", status.cautions},
          {"measured", status.measured ? core::Json(*status.measured) : core::Json()}};
}

void to_json(core::Json& json, const DataQuality& quality) {
  json = {{"planned", quality.planned},
          {"ok", quality.ok},
          {"failed", quality.failed},
          {"invalid", quality.invalid},
          {"not_run", quality.not_run},
          {"interrupted_attempts", quality.interrupted_attempts},
          {"results_outside_plan", quality.results_outside_plan},
          {"gpu_energy_sources", quality.gpu_energy_sources},
          {"cpu_energy_sources", quality.cpu_energy_sources},
          {"gpu_energy_missing", quality.gpu_energy_missing},
          {"cpu_energy_missing", quality.cpu_energy_missing},
          {"estimated_instead_of", quality.estimated_instead_of},
          {"gpu_energy_note", quality.gpu_energy_note},
          {"energy_share_models", quality.energy_share_models},
          {"data", quality.data},
          {"barriers", quality.barriers},
          {"machine_classes", quality.machine_classes},
          {"energy_estimated", quality.energy_estimated},
          {"energy_partly_measured", quality.energy_partly_measured()},
          {"estimated_energy_percent", quality.estimated_energy_percent},
          {"data_synthetic", quality.data_synthetic},
          {"scale", quality.scale},
          {"gpus", quality.gpus},
          {"hosts", quality.hosts},
          {"runs_with_caution", quality.runs_with_caution},
          {"cautions", quality.cautions}};
}

}  // namespace tandem::analyse

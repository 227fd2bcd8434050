#include "analyse/data_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "analyse/import_quality.h"

namespace tandem::analyse {
namespace {

using core::Texts;
using fmt::arg;
using record::RunResult;
using record::StudyRuns;
using Status = record::Outcome::Status;

constexpr size_t most_reasons = 3;

/// One more, if there is room: reasons may hold figures, so that each run has its own. A few say
/// enough.
void note_reason(const std::string& reason, std::vector<std::string>& reasons) {
  const bool known = std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  if (!reason.empty() && !known && reasons.size() < most_reasons) reasons.push_back(reason);
}

bool is_estimate(const core::Energy& energy) {
  return energy.source == core::EnergySource::estimated;
}

/// Joules of a part by a power model; 0 where they are measured or missing.
double estimated_joules(const core::Energy& part) {
  return is_estimate(part) && part.joules ? *part.joules : 0;
}

/// Distinct texts of runs, which hardly ever differ from those of the run before.
class Distinct {
 public:
  void add(const std::string& text) {
    if (last_ == nullptr || *last_ != text) last_ = &*texts_.insert(text).first;
  }
  std::vector<std::string> listed() const { return {texts_.begin(), texts_.end()}; }

 private:
  std::set<std::string> texts_;
  const std::string* last_ = nullptr;
};

/// Where joules of one part come from and why they are missing. Whether two runs were measured in
/// the same way: reasons why joules are missing hold figures of one run and are no part of it.
class PartOfEnergy {
 public:
  void add(const core::Energy& energy) {
    if (last_source_ == nullptr || last_source_->first != energy.source ||
        last_source_->second != energy.model) {
      last_source_ = &*sources_.emplace(energy.source, energy.model).first;
    }
    if (!energy.joules && energy.joules != last_missing_) {
      last_missing_ = energy.joules;
      note_reason(energy.joules.reason(), missing_);
    }
  }
  std::vector<std::string> sources() const {
    std::set<std::string> labels;
    for (const auto& [source, model] : sources_) {
      const std::string name = core::name_of(source);
      labels.insert(model.empty() ? name : fmt::format("{} ({})", name, model));
    }
    return {labels.begin(), labels.end()};
  }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  using Source = std::pair<core::EnergySource, std::string>;
  std::set<Source> sources_;
  const Source* last_source_ = nullptr;
  std::vector<std::string> missing_;
  core::Reading last_missing_;
};

/// What the runs that count have in common, collected one by one.
class CollectedFacts {
 public:
  void add(const RunResult& run) {
    const core::Energy& gpu = run.gpu_energy_total_joules;
    const core::Energy& cpu = run.cpu_energy_total_joules;
    gpu_.add(gpu);
    cpu_.add(cpu);
    estimated_ |= is_estimate(gpu) || is_estimate(cpu) || is_estimate(run.total_energy_joules);
    note_reason(gpu.instead_of, instead_of_);
    note_reason(cpu.instead_of, instead_of_);
    has_gpu_joules_ |= gpu.joules.has_value();
    if (run.total_energy_joules.joules) {
      total_j_ += *run.total_energy_joules.joules;
      estimated_j_ += estimated_joules(gpu) + estimated_joules(cpu);
    }
    barriers_.add(run.barrier.empty() ? not_stated_ : run.barrier);
    machines_.add(run.machine.machine_class());
    // A container has a new name each time: only where the executor chose among machines.
    if (!run.device.empty()) hosts_.add(run.machine.hostname);
    if (run.gpu && run.spec.device == study::Device::cuda) gpus_.add(run.gpu->device.uuid);
    for (const record::ParticipantResult& participant : run.participants) {
      data_.add(participant.data.empty() ? not_stated_ : participant.data);
      synthetic_ |= participant.data == "synthetic";
      if (run.spec.concurrent()) shares_.add(participant.energy_share_model);
    }
  }
  void add_to(DataQuality& quality, const Texts& texts) const {
    quality.energy_estimated = estimated_;
    quality.gpu_energy_missing = gpu_.missing();
    quality.cpu_energy_missing = cpu_.missing();
    quality.estimated_instead_of = instead_of_;
    if (has_gpu_joules_) quality.gpu_energy_note = texts("quality.gpu_sensors");
    quality.data_synthetic = synthetic_;
    // Over the runs whose total is known.
    quality.estimated_energy_percent = total_j_ > 0
                                           ? core::Reading(100 * estimated_j_ / total_j_)
                                           : core::Reading::missing("no run with an energy");
    quality.gpu_energy_sources = gpu_.sources();
    quality.cpu_energy_sources = cpu_.sources();
    quality.energy_share_models = shares_.listed();
    quality.data = data_.listed();
    quality.barriers = barriers_.listed();
    quality.machine_classes = machines_.listed();
    quality.gpus = gpus_.listed();
    quality.hosts = hosts_.listed();
  }

 private:
  const std::string not_stated_ = "not stated";
  PartOfEnergy gpu_, cpu_;
  Distinct shares_, data_, barriers_, machines_, gpus_, hosts_;
  std::vector<std::string> instead_of_;
  bool estimated_ = false;
  bool has_gpu_joules_ = false;
  bool synthetic_ = false;
  double total_j_ = 0;
  double estimated_j_ = 0;
};

/// Runs that several pairs are compared with make the pairs' effects depend on one another.
bool pairs_share_runs(const StudyRuns& runs) {
  constexpr auto none = static_cast<size_t>(-1);
  std::vector<size_t> pair_of_run(runs.size(), none);
  bool shared = false;
  runs.for_each_cell([&](const study::Cell& cell) {
    size_t& pair = pair_of_run[cell.run];
    shared = shared || (pair != none && pair != cell.pair);
    pair = cell.pair;
  });
  return shared;
}

/// Whether a pair's runs of a repetition, which are compared, come from several machines or boards.
bool blocks_are_mixed(const StudyRuns& runs) {
  std::map<std::pair<size_t, int>, std::pair<std::string, std::string>> place_of_block;
  bool mixed = false;
  runs.for_each_cell([&](const study::Cell& cell) {
    const RunResult* const run = mixed ? nullptr : runs.deciding(cell.run);
    if (run == nullptr || !run->outcome.ok()) return;
    const std::pair place(run->device.empty() ? "" : run->machine.hostname,
                          run->gpu ? run->gpu->device.uuid : "");
    const auto [block, is_new] = place_of_block.try_emplace({cell.pair, cell.repetition}, place);
    mixed = !is_new && block->second != place;
  });
  return mixed;
}

void add_cautions(const study::Study& study, const StudyRuns& runs, const Texts& texts,
                  DataQuality& quality) {
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
  for (const auto& [name, marked] : quality.runs_with_caution) {
    add("quality.runs_with_caution", arg("n", marked.size()),
        arg("meaning", meaning_of(name, texts)),
        arg("runs", marked.front() + (marked.size() > 1 ? " …" : "")));
  }
  if (!quality.gpu_energy_note.empty()) quality.cautions.push_back(quality.gpu_energy_note);
  if (quality.gpus.size() > 1) {
    add(blocks_are_mixed(runs) ? "quality.gpus_any" : "quality.gpus_by_pair");
  } else if (quality.hosts.size() > 1) {
    add(blocks_are_mixed(runs) ? "quality.hosts_any" : "quality.hosts_by_pair");
  }
  if (quality.scale == "quick") add("quality.quick");
  if (quality.machine_classes.size() > 1) add("quality.machines");
  // Of a study on the CPU the GPU's energy is no part.
  const bool gpu_differs =
      study.device == study::Device::cuda && quality.gpu_energy_sources.size() > 1;
  if (gpu_differs || quality.cpu_energy_sources.size() > 1) add("quality.sources_differ");
  if (study.repetitions == 1 && quality.ok > 0) add("quality.one_repetition");
  if (pairs_share_runs(runs)) add("quality.shared_runs");
  if (quality.results_outside_plan > 0) {
    add("quality.outside_plan", arg("n", quality.results_outside_plan));
  }
}

/// The settings that a study's runs were made for.
class SettingOfRuns {
 public:
  explicit SettingOfRuns(const StudyRuns& runs) : setting_(runs.size(), none) {
    runs.for_each_cell([&](const study::Cell& cell) {
      if (setting_[cell.run] != none) return;
      const auto known = std::ranges::find(names_, cell.experiment.setting);
      setting_[cell.run] = static_cast<std::uint32_t>(known - names_.begin());
      if (known == names_.end()) names_.push_back(cell.experiment.setting);
    });
  }
  /// That of the first cell that the run answers; nullptr when it answers none.
  const std::string* of(size_t run) const {
    return setting_[run] == none ? nullptr : &names_[setting_[run]];
  }

 private:
  static constexpr auto none = static_cast<std::uint32_t>(-1);
  std::vector<std::string> names_;
  std::vector<std::uint32_t> setting_;
};

std::string description(const study::RunSpec& spec, const std::string* setting) {
  std::string text;
  for (const study::ParticipantSpec& participant : spec.participants) {
    text += (text.empty() ? "" : " ∥ ") + workload_label(participant.workload);
  }
  return setting != nullptr && *setting != "default" ? text + ", " + *setting : text;
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

std::vector<RunStatus> run_statuses(const StudyRuns& runs, Listed listed) {
  const SettingOfRuns settings(runs);
  std::vector<RunStatus> rows;
  for (size_t run = 0; run < runs.size(); ++run) {
    const RunResult* const result = runs.deciding(run);
    if (listed == Listed::runs_that_dont_count && result != nullptr && result->outcome.ok()) {
      continue;
    }
    RunStatus row;
    row.status = "not run";
    row.message = "no attempt has a result";
    row.makespan_seconds = row.start_skew_seconds = row.overlap_fraction =
        row.total_energy_joules.joules = core::Reading::missing(row.message);
    if (result != nullptr) fill_in_result(*result, row);
    // The result is valid until the spec is asked for.
    const study::RunSpec& spec = runs.spec(run);
    row.run_id = runs.id(run);
    row.what = description(spec, settings.of(run));
    row.concurrent = spec.concurrent();
    row.repetition = spec.repetition;
    row.attempts = static_cast<int>(runs.attempts(run));
    if (!row.concurrent) {
      row.start_skew_seconds = row.overlap_fraction = core::Reading::missing("a solo run");
    }
    rows.push_back(row);
  }
  return rows;
}

DataQuality data_quality(const study::Study& study, const StudyRuns& runs,
                         const core::Texts& texts) {
  DataQuality quality;
  quality.planned = runs.size();
  quality.scale = study::name_of(study.scale);
  quality.interrupted_attempts = runs.interrupted_attempts();
  quality.results_outside_plan = runs.results_outside_plan();
  CollectedFacts facts;
  ImportFacts import_facts;
  for (size_t run = 0; run < runs.size(); ++run) {
    const RunResult* const result = runs.deciding(run);
    if (result == nullptr || result->outcome.status == Status::interrupted) {
      ++quality.not_run;
    } else if (result->outcome.ok()) {
      ++quality.ok;
      facts.add(*result);
      import_facts.add(*result);
      for (const core::Caution& caution : result->cautions) {
        quality.runs_with_caution[caution.name].push_back(result->run_id);
      }
    } else {
      ++(result->outcome.status == Status::failed ? quality.failed : quality.invalid);
    }
  }
  facts.add_to(quality, texts);
  add_cautions(study, runs, texts, quality);
  import_facts.add_to(quality, texts);
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

#include "study/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "study/placement.h"
#include "study/seeded_draws.h"

namespace tandem::study {
namespace {

/// Seconds that a training alone takes: the workload's expectation, in proportion to its epochs.
double expected_solo_s(const Workload& workload, const ParticipantSpec& participant, Scale scale) {
  const double default_epochs = workload.defaults(scale).at("epochs");
  return workload.expected_duration_s.at(scale) * participant.hyperparameters.at("epochs") /
         default_epochs;
}

double expected_run_s(const Catalogue& catalogue, const RunSpec& spec) {
  double longest_s = 0;
  for (const ParticipantSpec& participant : spec.participants) {
    const Workload& workload = catalogue.at(participant.workload);
    longest_s = std::max(longest_s, expected_solo_s(workload, participant, spec.scale));
  }
  return longest_s;
}

std::string pair_name(const StudyPair& pair) {
  const auto model = [](const std::string& workload, const Hyperparameters& base) {
    return workload + " " + core::Json(base).dump();
  };
  return model(pair.a, pair.base_a) + " with " + model(pair.b, pair.base_b);
}

/// Collects the cells of a study and the distinct runs that answer them.
class PlanBuilder {
 public:
  PlanBuilder(const Study& study, const Catalogue& catalogue, const std::string& machine_class,
              const BlockDevices& earlier)
      : study_(study),
        catalogue_(catalogue),
        machine_class_(machine_class),
        earlier_(earlier),
        loads_s_(study.devices.size(), 0) {}

  void add_repetition(int repetition) {
    const size_t first_run = plan_.runs.size();
    const std::vector<std::optional<size_t>> devices = devices_of_blocks(repetition);
    for (size_t pair = 0; pair < study_.pairs.size(); ++pair) {
      for_each_spec(pair, repetition, devices[pair],
                    [&](const Experiment& experiment, const RunSpec& spec) {
                      add_cell(pair, experiment, repetition, spec, devices[pair]);
                    });
    }
    if (study_.order == RunOrder::randomised) randomise(first_run, repetition);
  }

  /// Each of the workloads alone with its defaults: what a pair's A is alone.
  void add_alone(const std::vector<std::string>& workloads, int repetition) {
    const size_t first_run = plan_.runs.size();
    Experiment alone;
    alone.of_a = true;
    for (const std::string& id : workloads) {
      const Hyperparameters defaults = catalogue_.at(id).defaults(study_.scale);
      const RunSpec spec =
          spec_of({id, id, defaults, defaults}, alone, {}, repetition, std::nullopt);
      plan_.runs.push_back({spec, spec.id(), expected_run_s(catalogue_, spec)});
    }
    if (study_.order == RunOrder::randomised) randomise(first_run, repetition);
  }

  Plan finish() { return std::move(plan_); }

 private:
  template <typename Use>
  void for_each_spec(size_t pair, int repetition, std::optional<size_t> device,
                     const Use& use) const {
    const std::vector<Setting> settings = settings_of(study_, study_.pairs[pair], catalogue_);
    for (const Experiment& experiment : experiments_of(settings)) {
      const auto setting = std::find_if(
          settings.begin(), settings.end(),
          [&](const Setting& candidate) { return candidate.name == experiment.setting; });
      use(experiment, spec_of(study_.pairs[pair], experiment, *setting, repetition, device));
    }
  }

  /// The device of each pair's block; nothing where blocks are bound to none.
  std::vector<std::optional<size_t>> devices_of_blocks(int repetition) {
    std::vector<std::optional<size_t>> devices(study_.pairs.size());
    if (study_.devices.empty() || study_.device_affinity == DeviceAffinity::any) return devices;
    std::vector<Block> blocks(study_.pairs.size());
    std::vector<double> durations_s;
    std::map<std::string, size_t> run_of_id;
    for (size_t pair = 0; pair < study_.pairs.size(); ++pair) {
      for_each_spec(pair, repetition, std::nullopt, [&](const Experiment&, const RunSpec& spec) {
        const auto [place, is_new] = run_of_id.try_emplace(spec.id(), durations_s.size());
        if (is_new) durations_s.push_back(expected_run_s(catalogue_, spec));
        std::vector<size_t>& runs = blocks[pair].runs;
        if (std::ranges::find(runs, place->second) == runs.end()) runs.push_back(place->second);
      });
      blocks[pair].device = earlier_device(block_name(study_.pairs[pair], repetition));
    }
    const std::vector<size_t> found = place_blocks(blocks, durations_s, loads_s_);
    for (size_t pair = 0; pair < study_.pairs.size(); ++pair) {
      devices[pair] = found[pair];
      plan_.block_devices[block_name(study_.pairs[pair], repetition)] =
          study_.devices[found[pair]].name();
    }
    return devices;
  }

  std::optional<size_t> earlier_device(const std::string& block) const {
    const auto name = earlier_.find(block);
    if (name == earlier_.end()) return std::nullopt;
    const auto device = std::ranges::find(study_.devices, name->second, &StudyDevice::name);
    if (device == study_.devices.end()) return std::nullopt;
    return static_cast<size_t>(device - study_.devices.begin());
  }

  void add_cell(size_t pair, const Experiment& experiment, int repetition, const RunSpec& spec,
                std::optional<size_t> device) {
    const std::string id = spec.id();
    auto [place, is_new] = run_of_id_.try_emplace(id, plan_.runs.size());
    if (is_new) {
      plan_.runs.push_back({spec, id, expected_run_s(catalogue_, spec), device});
      if (device) loads_s_[*device] += plan_.runs.back().expected_s;
    }
    plan_.cells.push_back({pair, experiment, repetition, place->second});
  }

  RunSpec spec_of(const StudyPair& pair, const Experiment& experiment, const Setting& setting,
                  int repetition, std::optional<size_t> device) const {
    RunSpec spec;
    const std::int64_t seed = study_.seed + repetition - 1;
    if (experiment.concurrent || experiment.of_a) {
      spec.participants.push_back({pair.a, pair.base_a, seed});
    }
    if (!experiment.of_a) spec.participants.push_back({pair.b, setting.hyperparameters, seed});
    spec.scale = study_.scale;
    spec.device = study_.device;
    spec.overlap = experiment.concurrent ? study_.overlap : Overlap::once;
    spec.resources = study_.resources;
    spec.sharing = study_.sharing;
    if (!experiment.concurrent) spec.sharing.thread_percentages.clear();
    if (device) {
      const StudyDevice& its = study_.devices[*device];
      spec.gpu = its.gpu;
      if (!its.cores.empty()) spec.resources.cores = its.cores;
    } else if (!study_.devices.empty()) {
      spec.any_cores = static_cast<int>(study_.devices[0].cores.size());
    }
    spec.repetition = repetition;
    spec.machine_class = machine_class_;
    if (study_.solo_runs == SoloRuns::literal && !experiment.concurrent) {
      // Named after the pair and the setting, not their numbers: a study can be extended.
      spec.instance = fmt::format("{} alone, {}, for the pair {}", experiment.of_a ? "A" : "B",
                                  experiment.setting, pair_name(pair));
    }
    return spec;
  }

  void randomise(size_t first_run, int repetition) {
    std::vector<size_t> order(plan_.runs.size() - first_run);
    std::iota(order.begin(), order.end(), first_run);
    SeededDraws(study_.order_seed + static_cast<std::uint64_t>(repetition)).shuffle(order);
    std::vector<PlannedRun> shuffled;
    std::map<size_t, size_t> new_place;
    for (const size_t old_place : order) {
      new_place[old_place] = first_run + shuffled.size();
      shuffled.push_back(plan_.runs[old_place]);
    }
    std::move(shuffled.begin(), shuffled.end(),
              plan_.runs.begin() + static_cast<std::ptrdiff_t>(first_run));
    for (Cell& cell : plan_.cells) {
      if (cell.repetition == repetition) cell.run = new_place.at(cell.run);
    }
  }

  const Study& study_;
  const Catalogue& catalogue_;
  const std::string& machine_class_;
  const BlockDevices& earlier_;
  std::vector<double> loads_s_;  ///< of each device, by the repetitions so far
  Plan plan_;
  std::map<std::string, size_t> run_of_id_;
};

}  // namespace

double Plan::expected_s() const {
  double sum_s = 0;
  for (const PlannedRun& run : runs) sum_s += run.expected_s;
  return sum_s;
}

std::string block_name(const StudyPair& pair, int repetition) {
  return fmt::format("{}, repetition {}", pair_name(pair), repetition);
}

std::vector<size_t> session_order(const Plan& plan, size_t devices) {
  std::vector<size_t> order(plan.runs.size());
  std::iota(order.begin(), order.end(), 0U);
  const bool any_is_free =
      std::ranges::any_of(plan.runs, [](const PlannedRun& run) { return !run.device; });
  if (devices == 1 || !any_is_free) return order;
  std::ranges::stable_sort(order, std::ranges::less{}, [&](size_t run) {
    return std::pair(plan.runs[run].spec.repetition, -plan.runs[run].expected_s);
  });
  return order;
}

Schedule expected_schedule(const Plan& plan, size_t devices) {
  const std::vector<size_t> order = session_order(plan, devices);
  std::vector<Task> tasks;
  for (const size_t run : order) {
    tasks.push_back({plan.runs[run].expected_s, plan.runs[run].device});
  }
  Schedule in_order = schedule_in_order(tasks, devices);
  Schedule schedule = in_order;
  for (size_t i = 0; i < order.size(); ++i) schedule.tasks[order[i]] = in_order.tasks[i];
  return schedule;
}

std::vector<Setting> settings_of(const Study& study, const StudyPair& pair,
                                 const Catalogue& catalogue) {
  std::vector<Setting> settings = {{"default", "", 0, 0, pair.base_b}};
  const Workload& workload = catalogue.at(pair.b);
  for (const MutatedHyperparameter& mutated : study.mutated) {
    std::optional<HyperparameterSpec> found =
        workload.find_hyperparameter(mutated.name, study.scale);
    if (!found) continue;
    HyperparameterSpec& spec = *found;
    spec.default_value = pair.base_b.at(mutated.name);
    for (const Level& level : mutated.levels) {
      Setting setting{mutated.name + "_" + level.name, mutated.name,
                      spec.value_of(level.expression), spec.default_value, pair.base_b};
      setting.hyperparameters[mutated.name] = setting.value;
      settings.push_back(setting);
    }
  }
  return settings;
}

std::vector<Experiment> experiments_of(const std::vector<Setting>& settings) {
  std::vector<Experiment> experiments;
  const auto add = [&](const std::string& setting, bool concurrent, bool of_a) {
    experiments.push_back({static_cast<int>(experiments.size()) + 1, setting, concurrent, of_a});
  };
  for (const Setting& setting : settings) {
    add(setting.name, true, false);
    if (setting.name == "default") add(setting.name, false, true);
    add(setting.name, false, false);
  }
  return experiments;
}

Plan make_plan(const Study& study, const Catalogue& catalogue, const std::string& machine_class,
               const BlockDevices& earlier) {
  PlanBuilder builder(study, catalogue, machine_class, earlier);
  for (int repetition = 1; repetition <= study.repetitions; ++repetition) {
    builder.add_repetition(repetition);
  }
  return builder.finish();
}

Plan make_profile_plan(const Study& study, const std::vector<std::string>& workloads,
                       const Catalogue& catalogue, const std::string& machine_class) {
  const BlockDevices none;
  PlanBuilder builder(study, catalogue, machine_class, none);
  for (int repetition = 1; repetition <= study.repetitions; ++repetition) {
    builder.add_alone(workloads, repetition);
  }
  return builder.finish();
}

}  // namespace tandem::study

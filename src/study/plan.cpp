#include "study/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

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

/// Collects the cells of a study and the distinct runs that answer them.
class PlanBuilder {
 public:
  PlanBuilder(const Study& study, const Catalogue& catalogue, const std::string& machine_class)
      : study_(study), catalogue_(catalogue), machine_class_(machine_class) {}

  void add_block(int repetition) {
    const size_t first_run = plan_.runs.size();
    for (size_t pair = 0; pair < study_.pairs.size(); ++pair) {
      const std::vector<Setting> settings = settings_of(study_, study_.pairs[pair], catalogue_);
      for (const Experiment& experiment : experiments_of(settings)) {
        const auto setting = std::find_if(
            settings.begin(), settings.end(),
            [&](const Setting& candidate) { return candidate.name == experiment.setting; });
        add_cell(pair, experiment, *setting, repetition);
      }
    }
    if (study_.order == RunOrder::randomised) randomise(first_run, repetition);
  }

  Plan finish() { return std::move(plan_); }

 private:
  void add_cell(size_t pair, const Experiment& experiment, const Setting& setting, int repetition) {
    const RunSpec spec = spec_of(study_.pairs[pair], experiment, setting, repetition);
    const std::string id = spec.id();
    auto [place, is_new] = run_of_id_.try_emplace(id, plan_.runs.size());
    if (is_new) plan_.runs.push_back({spec, id, expected_run_s(catalogue_, spec)});
    plan_.cells.push_back({pair, experiment, repetition, place->second});
  }

  RunSpec spec_of(const StudyPair& pair, const Experiment& experiment, const Setting& setting,
                  int repetition) const {
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
    spec.repetition = repetition;
    spec.machine_class = machine_class_;
    if (study_.solo_runs == SoloRuns::literal && !experiment.concurrent) {
      // Named after the pair and the setting, not their numbers: a study can be extended.
      const auto model = [](const std::string& workload, const Hyperparameters& base) {
        return workload + " " + core::Json(base).dump();
      };
      spec.instance =
          fmt::format("{} alone, {}, for the pair {} with {}", experiment.of_a ? "A" : "B",
                      experiment.setting, model(pair.a, pair.base_a), model(pair.b, pair.base_b));
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
  Plan plan_;
  std::map<std::string, size_t> run_of_id_;
};

}  // namespace

double Plan::expected_s() const {
  double sum_s = 0;
  for (const PlannedRun& run : runs) sum_s += run.expected_s;
  return sum_s;
}

std::vector<Setting> settings_of(const Study& study, const StudyPair& pair,
                                 const Catalogue& catalogue) {
  std::vector<Setting> settings = {{"default", "", 0, 0, pair.base_b}};
  const Workload& workload = catalogue.at(pair.b);
  for (const MutatedHyperparameter& mutated : study.mutated) {
    HyperparameterSpec spec = *workload.find_hyperparameter(mutated.name, study.scale);
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

Plan make_plan(const Study& study, const Catalogue& catalogue, const std::string& machine_class) {
  PlanBuilder builder(study, catalogue, machine_class);
  for (int repetition = 1; repetition <= study.repetitions; ++repetition) {
    builder.add_block(repetition);
  }
  return builder.finish();
}

}  // namespace tandem::study

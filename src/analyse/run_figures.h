#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "core/measured.h"
#include "core/reading.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// What runs have in common that are the same experiment made again: they differ in repetition and
/// seed alone, on the same device, with energy from the same source.
struct Experiment {
  struct Training {
    std::string workload;
    study::Hyperparameters hyperparameters;
  };
  std::vector<Training> trainings;
  std::string hostname;
  std::string device;
  std::string gpu;
  core::EnergySource energy_source = core::EnergySource::none;  ///< of the total
  std::string energy_model;
  size_t number = 0;  ///< in the order in which they were met
};
/// By their trainings, then by the rest: the same for every order in which runs are met.
bool operator<(const Experiment& left, const Experiment& right);

/// The figures of one training of a run.
struct TrainingFigures {
  core::Reading energy_joules;  ///< training_energy_joules()
  core::Reading duration_seconds;
  core::Reading performance;
  int epochs_done = 0;
  bool higher_is_better = true;
};

/// What effects, sensitivities and trade-offs are computed from: the few numbers of a run's result
/// that they need, small enough for a million runs.
struct RunFigures {
  /// 1; missing, with the reason, for a run that doesn't count. The rest is then empty.
  core::Reading counts;
  std::array<TrainingFigures, 2> trainings;  ///< A then B, or the one alone
  core::Reading makespan_seconds;
  core::Reading overlap_fraction;
  core::Reading total_energy_joules;
  core::Reading start_temperature_c;  ///< of the GPU
  /// Rises with the label of the start; missing where a run has none.
  core::Reading start_rank;
  const Experiment* experiment = nullptr;
  const std::string* energy_share_model = nullptr;  ///< A's
  bool more_work = false;                           ///< did_more_work()

  bool has_trainings() const { return !experiment->trainings.empty(); }
  bool concurrent() const { return experiment->trainings.size() > 1; }
  /// The second training of a pair, the only one of a run alone.
  const TrainingFigures& b() const { return trainings[concurrent() ? 1 : 0]; }
};

/// Collects the figures of runs one by one. Owns what they have in common.
class FiguresOfRuns {
 public:
  /// Of a run that counts. It may have no trainings, but not more than two.
  void add(const record::RunResult& run);
  void add_without(const core::Reading& reason);
  /// After the last run was added: ranks the starts.
  void finish();

  const std::vector<RunFigures>& all() const { return all_; }
  void reserve(size_t runs) { all_.reserve(runs); }
  /// Those that count.
  std::vector<const RunFigures*> counted() const;

 private:
  const Experiment* experiment_of(const record::RunResult& run);

  std::vector<RunFigures> all_;
  std::vector<std::string> starts_;  ///< labels, until they are ranked
  std::set<Experiment> experiments_;
  const Experiment* last_ = nullptr;
  /// By the experiment's number plus one, the one of the run that came next; first that of the
  /// first run.
  std::vector<const Experiment*> following_{nullptr};
  std::set<std::string> share_models_;
};

}  // namespace tandem::analyse

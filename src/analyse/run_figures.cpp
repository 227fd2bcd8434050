#include "analyse/run_figures.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using record::RunResult;

auto circumstances(const Experiment& experiment) {
  return std::tie(experiment.hostname, experiment.device, experiment.gpu, experiment.energy_source,
                  experiment.energy_model);
}

auto circumstances(const RunResult& run) {
  return std::tie(run.machine.hostname, run.device, run.spec.gpu, run.total_energy_joules.source,
                  run.total_energy_joules.model);
}

bool is_of(const RunResult& run, const Experiment& experiment) {
  return std::ranges::equal(
             run.participants, experiment.trainings,
             [](const record::ParticipantResult& one, const Experiment::Training& other) {
               return one.spec.workload == other.workload &&
                      one.spec.hyperparameters == other.hyperparameters;
             }) &&
         circumstances(run) == circumstances(experiment);
}

}  // namespace

bool operator<(const Experiment& left, const Experiment& right) {
  const auto training_is_less = [](const Experiment::Training& one,
                                   const Experiment::Training& other) {
    return std::tie(one.workload, one.hyperparameters) <
           std::tie(other.workload, other.hyperparameters);
  };
  const auto is_less = [&](const Experiment& one, const Experiment& other) {
    return std::ranges::lexicographical_compare(one.trainings, other.trainings, training_is_less);
  };
  if (is_less(left, right)) return true;
  return !is_less(right, left) && circumstances(left) < circumstances(right);
}

const Experiment* FiguresOfRuns::experiment_of(const RunResult& run) {
  // A session makes its experiments in much the same order in every repetition.
  const Experiment*& following = following_[last_ == nullptr ? 0 : last_->number + 1];
  if (following != nullptr && is_of(run, *following)) return last_ = following;
  Experiment experiment;
  for (const record::ParticipantResult& training : run.participants) {
    experiment.trainings.push_back({training.spec.workload, training.spec.hyperparameters});
  }
  experiment.hostname = run.machine.hostname;
  experiment.device = run.device;
  experiment.gpu = run.spec.gpu;
  experiment.energy_source = run.total_energy_joules.source;
  experiment.energy_model = run.total_energy_joules.model;
  experiment.number = experiments_.size();
  last_ = following = &*experiments_.insert(std::move(experiment)).first;
  following_.resize(experiments_.size() + 1, nullptr);
  return last_;
}

void FiguresOfRuns::add(const RunResult& run) {
  RunFigures& figures = all_.emplace_back();
  starts_.push_back(run.started_at);
  figures.counts = 1;
  for (size_t i = 0; i < run.participants.size(); ++i) {
    const record::ParticipantResult& training = run.participants[i];
    figures.trainings[std::min<size_t>(i, 1)] = {training_energy_joules(run, i),
                                                 training.duration_seconds, training.performance,
                                                 training.epochs_done, training.higher_is_better};
  }
  figures.makespan_seconds = run.makespan_seconds;
  figures.overlap_fraction = run.overlap_fraction;
  figures.total_energy_joules = run.total_energy_joules.joules;
  figures.start_temperature_c =
      run.gpu ? run.gpu->at_start.temperature_c : core::Reading::missing("no GPU");
  figures.experiment = experiment_of(run);
  if (!run.participants.empty()) {
    figures.energy_share_model =
        &*share_models_.insert(run.participants.front().energy_share_model).first;
  }
  figures.more_work = did_more_work(run);
}

void FiguresOfRuns::add_without(const core::Reading& reason) {
  all_.emplace_back().counts = reason;
  starts_.emplace_back();
}

void FiguresOfRuns::finish() {
  std::vector<size_t> order(all_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto is_earlier = [&](size_t left, size_t right) { return starts_[left] < starts_[right]; };
  if (!std::ranges::is_sorted(order, is_earlier)) std::ranges::sort(order, is_earlier);
  double rank = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && starts_[order[i]] != starts_[order[i - 1]]) ++rank;
    all_[order[i]].start_rank = starts_[order[i]].empty()
                                    ? core::Reading::missing("the start isn't known")
                                    : core::Reading(rank);
  }
  starts_ = std::vector<std::string>();  // {} would keep its memory
}

std::vector<const RunFigures*> FiguresOfRuns::counted() const {
  std::vector<const RunFigures*> runs;
  runs.reserve(all_.size());
  for (const RunFigures& run : all_) {
    if (run.counts) runs.push_back(&run);
  }
  return runs;
}

}  // namespace tandem::analyse

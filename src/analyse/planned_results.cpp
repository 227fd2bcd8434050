#include "analyse/planned_results.h"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::analyse {

using core::Reading;

PlannedResults::PlannedResults(const record::StudyRuns& runs, Marked marked) : runs_(runs) {
  place_cells();
  collect(marked);
}

PlannedResults::PlannedResults(const study::Plan& plan,
                               const std::vector<record::RunResult>& results, Marked marked)
    : own_(std::make_unique<record::RecordedRuns>(plan, results)), runs_(*own_) {
  place_cells();
  collect(marked);
}

void PlannedResults::place_cells() {
  std::vector<int> repetitions;
  runs_.for_each_cell([&](const study::Cell& cell) {
    if (cell.pair >= pairs_.size()) {
      pairs_.resize(cell.pair + 1);
      repetitions.resize(cell.pair + 1, 0);
    }
    std::vector<std::string>& settings = pairs_[cell.pair].settings;
    if (std::ranges::find(settings, cell.experiment.setting) == settings.end()) {
      settings.push_back(cell.experiment.setting);
    }
    repetitions[cell.pair] = std::max(repetitions[cell.pair], cell.repetition);
  });
  for (size_t pair = 0; pair < pairs_.size(); ++pair) {
    pairs_[pair].run.assign(
        static_cast<size_t>(repetitions[pair]) * pairs_[pair].settings.size() * kinds, none);
  }
  runs_.for_each_cell([&](const study::Cell& cell) {
    PairRuns& of_pair = pairs_[cell.pair];
    const auto setting = std::ranges::find(of_pair.settings, cell.experiment.setting);
    const auto place = static_cast<size_t>(setting - of_pair.settings.begin());
    of_pair.at(cell.repetition, place, kind_of(cell.experiment)) =
        static_cast<std::uint32_t>(cell.run);
  });
}

void PlannedResults::collect(Marked marked) {
  figures_.reserve(runs_.size());
  const auto without = [&](size_t run, const std::string& why) {
    figures_.add_without(Reading::missing(fmt::format("run {}{}", runs_.id(run), why)));
  };
  for (size_t run = 0; run < runs_.size(); ++run) {
    const record::RunResult* const result = runs_.deciding(run);
    if (result == nullptr) {
      without(run, " has no result");
    } else if (!result->outcome.ok()) {
      without(run, fmt::format(": {} ({})", record::name_of(result->outcome.status),
                               result->outcome.name));
    } else if (marked == Marked::left_out && !result->cautions.empty()) {
      without(run, ": left out, marked " + result->cautions.front().name);
    } else {
      figures_.add(*result);
    }
    if (result != nullptr && result->outcome.ok() &&
        result->participants.size() != runs_.spec(run).participants.size()) {
      unlike_planned_[run] = Reading::missing(
          fmt::format("run {}: a training is missing in its result", runs_.id(run)));
    }
  }
  figures_.finish();
}

std::uint32_t& PlannedResults::PairRuns::at(int repetition, size_t setting, Kind kind) {
  return run[(static_cast<size_t>(repetition - 1) * settings.size() + setting) * kinds + kind];
}

PlannedResults::Kind PlannedResults::kind_of(const study::Experiment& experiment) {
  if (experiment.concurrent) return together;
  return experiment.of_a ? a_alone : b_alone;
}

std::string PlannedResults::run_id(const PlannedResult& result) const {
  return result.number == PlannedResult::not_planned ? "" : runs_.id(result.number);
}

PairResults::PairResults(const PlannedResults& results, size_t pair,
                         const std::vector<study::Setting>& settings)
    : results_(results) {
  if (pair >= results.pairs_.size()) return;
  runs_ = &results.pairs_[pair];
  for (const study::Setting& setting : settings) {
    const auto place = std::ranges::find(runs_->settings, setting.name);
    place_.push_back(static_cast<size_t>(place - runs_->settings.begin()));
  }
}

PlannedResult PairResults::find(size_t setting, int repetition, PlannedResults::Kind kind) const {
  static const Reading not_planned = Reading::missing("not part of the plan");
  PlannedResult found{nullptr, not_planned, PlannedResult::not_planned};
  if (runs_ == nullptr || place_[setting] >= runs_->settings.size()) return found;
  const size_t cell =
      (static_cast<size_t>(repetition - 1) * runs_->settings.size() + place_[setting]) *
          PlannedResults::kinds +
      kind;
  if (repetition < 1 || cell >= runs_->run.size()) return found;
  const std::uint32_t run = runs_->run[cell];
  if (run == PlannedResults::none) return found;
  found.number = run;
  const RunFigures& figures = results_.figures_.all()[run];
  const auto unlike = results_.unlike_planned_.find(run);
  if (unlike != results_.unlike_planned_.end()) {
    found.problem = unlike->second;
  } else if (!figures.counts) {
    found.problem = figures.counts;
  } else {
    found.run = &figures;
  }
  return found;
}

}  // namespace tandem::analyse

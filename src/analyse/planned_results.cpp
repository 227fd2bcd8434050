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
    of_pair.run[of_pair.place_of(cell.repetition, place, kind_of(cell.experiment))] =
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
    // The result is valid until the spec is asked for.
    const bool is_ok = result != nullptr && result->outcome.ok();
    const size_t trainings = is_ok ? result->participants.size() : 0;
    if (is_ok && trainings != runs_.spec(run).participants.size()) {
      unlike_planned_[run] = Reading::missing(
          fmt::format("run {}: a training is missing in its result", runs_.id(run)));
    }
  }
  figures_.finish();
  turn_shared_pairs();
}

size_t PlannedResults::PairRuns::place_of(int repetition, size_t setting, Kind kind) const {
  return (static_cast<size_t>(repetition - 1) * settings.size() + setting) * kinds + kind;
}

/// A table in which both models of a pair were changed has the pair twice, in either role, and one
/// run of their defaults that answers for both.
void PlannedResults::turn_shared_pairs() {
  std::vector<bool> used(figures_.all().size(), false);
  for (PairRuns& of_pair : pairs_) {
    std::string a;  // looked up where it is needed
    for (size_t place = together; place < of_pair.run.size(); place += kinds) {
      const std::uint32_t run = of_pair.run[place];
      if (run == none) continue;
      const bool is_first = !used[run];
      used[run] = true;
      const std::uint32_t alone = of_pair.run[a_alone];
      if (is_first || alone == none || !figures_.all()[run].counts) continue;
      if (a.empty()) a = runs_.spec(alone).participants.at(0).workload;
      if (runs_.spec(run).participants.at(0).workload == a) continue;
      RunFigures turned = figures_.all()[run];
      std::swap(turned.trainings[0], turned.trainings[1]);
      of_pair.turned.emplace(place, turned);
    }
  }
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
  const size_t cell = runs_->place_of(repetition, place_[setting], kind);
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
    const auto turned = runs_->turned.find(cell);
    found.run = turned != runs_->turned.end() ? &turned->second : &figures;
  }
  return found;
}

}  // namespace tandem::analyse

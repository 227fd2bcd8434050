#include "analyse/planned_results.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/run_store.h"

namespace tandem::analyse {

PlannedResults::PlannedResults(const study::Plan& plan,
                               const std::vector<record::RunResult>& results, Marked marked)
    : plan_(plan), marked_(marked) {
  std::vector<int> repetitions;
  for (const study::Cell& cell : plan.cells) {
    if (cell.pair >= pairs_.size()) {
      pairs_.resize(cell.pair + 1);
      repetitions.resize(cell.pair + 1, 0);
    }
    std::vector<std::string>& settings = pairs_[cell.pair].settings;
    if (std::ranges::find(settings, cell.experiment.setting) == settings.end()) {
      settings.push_back(cell.experiment.setting);
    }
    repetitions[cell.pair] = std::max(repetitions[cell.pair], cell.repetition);
  }
  for (size_t pair = 0; pair < pairs_.size(); ++pair) {
    pairs_[pair].run.assign(
        static_cast<size_t>(repetitions[pair]) * pairs_[pair].settings.size() * kinds,
        PairRuns::none);
  }
  for (const study::Cell& cell : plan.cells) {
    PairRuns& runs = pairs_[cell.pair];
    const size_t* const place =
        runs.find(cell.repetition, cell.experiment.setting, kind_of(cell.experiment));
    runs.run[static_cast<size_t>(place - runs.run.data())] = cell.run;
  }
  std::unordered_map<std::string_view, std::vector<const record::RunResult*>> attempts;
  attempts.reserve(results.size());
  for (const record::RunResult& result : results) attempts[result.run_id].push_back(&result);
  for (const study::PlannedRun& run : plan.runs) {
    const auto of_run = attempts.find(run.id);
    deciding_of_run_.push_back(of_run == attempts.end() ? nullptr
                                                        : record::deciding_attempt(of_run->second));
  }
}

const size_t* PlannedResults::PairRuns::find(int repetition, const std::string& setting,
                                             Kind kind) const {
  const auto place = std::ranges::find(settings, setting);
  if (repetition < 1 || place == settings.end()) return nullptr;
  const auto column = static_cast<size_t>(place - settings.begin());
  const size_t index =
      (static_cast<size_t>(repetition - 1) * settings.size() + column) * kinds + kind;
  return index < run.size() ? &run[index] : nullptr;
}

PlannedResults::Kind PlannedResults::kind_of(const study::Experiment& experiment) {
  if (experiment.concurrent) return together;
  return experiment.of_a ? a_alone : b_alone;
}

PlannedResult PlannedResults::concurrent(size_t pair, const std::string& setting,
                                         int repetition) const {
  return find(pair, repetition, setting, together);
}

PlannedResult PlannedResults::solo_b(size_t pair, const std::string& setting,
                                     int repetition) const {
  return find(pair, repetition, setting, b_alone);
}

PlannedResult PlannedResults::solo_a(size_t pair, int repetition) const {
  return find(pair, repetition, "default", a_alone);
}

PlannedResult PlannedResults::find(size_t pair, int repetition, const std::string& setting,
                                   Kind kind) const {
  const size_t* const place =
      pair < pairs_.size() ? pairs_[pair].find(repetition, setting, kind) : nullptr;
  if (place == nullptr || *place == PairRuns::none) return {nullptr, "", "not part of the plan"};
  const study::PlannedRun& planned = plan_.runs[*place];
  const std::string& run_id = planned.id;
  const record::RunResult* result = deciding_of_run_[*place];
  if (result == nullptr) return {nullptr, run_id, fmt::format("run {} has no result", run_id)};
  if (!result->outcome.ok()) {
    return {nullptr, run_id,
            fmt::format("run {}: {} ({})", run_id, record::name_of(result->outcome.status),
                        result->outcome.name)};
  }
  if (result->participants.size() != planned.spec.participants.size()) {
    return {nullptr, run_id, fmt::format("run {}: a training is missing in its result", run_id)};
  }
  if (marked_ == Marked::left_out && !result->cautions.empty()) {
    return {nullptr, run_id,
            fmt::format("run {}: left out, marked {}", run_id, result->cautions.front().name)};
  }
  return {result, run_id, ""};
}

}  // namespace tandem::analyse

#include "analyse/planned_results.h"

#include <fmt/format.h>

#include "record/run_store.h"

namespace tandem::analyse {

PlannedResults::PlannedResults(const study::Plan& plan,
                               const std::vector<record::RunResult>& results, Marked marked)
    : plan_(plan), marked_(marked) {
  for (const study::Cell& cell : plan.cells) {
    run_of_cell_[{cell.pair, cell.repetition, cell.experiment.setting, cell.experiment.concurrent,
                  cell.experiment.of_a}] = cell.run;
  }
  std::map<std::string, std::vector<const record::RunResult*>> attempts;
  for (const record::RunResult& result : results) attempts[result.run_id].push_back(&result);
  for (const auto& [run_id, of_run] : attempts) {
    deciding_[run_id] = record::deciding_attempt(of_run);
  }
}

const record::RunResult* PlannedResults::deciding(const std::string& run_id) const {
  const auto found = deciding_.find(run_id);
  return found == deciding_.end() ? nullptr : found->second;
}

PlannedResult PlannedResults::concurrent(size_t pair, const std::string& setting,
                                         int repetition) const {
  return find({pair, repetition, setting, true, false});
}

PlannedResult PlannedResults::solo_b(size_t pair, const std::string& setting,
                                     int repetition) const {
  return find({pair, repetition, setting, false, false});
}

PlannedResult PlannedResults::solo_a(size_t pair, int repetition) const {
  return find({pair, repetition, "default", false, true});
}

PlannedResult PlannedResults::find(const CellKey& cell) const {
  const auto place = run_of_cell_.find(cell);
  if (place == run_of_cell_.end()) return {nullptr, "", "not part of the plan"};
  const study::PlannedRun& planned = plan_.runs[place->second];
  const std::string& run_id = planned.id;
  const record::RunResult* result = deciding(run_id);
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

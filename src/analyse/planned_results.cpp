#include "analyse/planned_results.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/run_store.h"

namespace tandem::analyse {

PlannedResults::PlannedResults(const study::Plan& plan,
                               const std::vector<record::RunResult>& results)
    : plan_(plan) {
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
  return find(pair, {.setting = setting, .concurrent = true}, repetition);
}

PlannedResult PlannedResults::solo_b(size_t pair, const std::string& setting,
                                     int repetition) const {
  return find(pair, {.setting = setting}, repetition);
}

PlannedResult PlannedResults::solo_a(size_t pair, int repetition) const {
  return find(pair, {.setting = "default", .of_a = true}, repetition);
}

PlannedResult PlannedResults::find(size_t pair, const study::Experiment& experiment,
                                   int repetition) const {
  const auto cell =
      std::find_if(plan_.cells.begin(), plan_.cells.end(), [&](const study::Cell& candidate) {
        return candidate.pair == pair && candidate.repetition == repetition &&
               candidate.experiment.setting == experiment.setting &&
               candidate.experiment.concurrent == experiment.concurrent &&
               candidate.experiment.of_a == experiment.of_a;
      });
  if (cell == plan_.cells.end()) return {nullptr, "", "not part of the plan"};
  const std::string& run_id = plan_.runs[cell->run].id;
  const record::RunResult* result = deciding(run_id);
  if (result == nullptr) return {nullptr, run_id, fmt::format("run {} has no result", run_id)};
  if (!result->outcome.ok()) {
    return {nullptr, run_id,
            fmt::format("run {}: {} ({})", run_id, record::name_of(result->outcome.status),
                        result->outcome.name)};
  }
  if (result->participants.size() != plan_.runs[cell->run].spec.participants.size()) {
    return {nullptr, run_id, fmt::format("run {}: a training is missing in its result", run_id)};
  }
  return {result, run_id, ""};
}

}  // namespace tandem::analyse

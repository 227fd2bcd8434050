#include "record/study_runs.h"

#include <string_view>
#include <unordered_map>

#include "record/run_store.h"

namespace tandem::record {

RecordedRuns::RecordedRuns(const study::Plan& plan, const std::vector<RunResult>& results)
    : plan_(plan) {
  std::unordered_map<std::string_view, std::vector<const RunResult*>> attempts;
  attempts.reserve(plan.runs.size());
  for (const study::PlannedRun& run : plan.runs) attempts[run.id];
  for (const RunResult& result : results) {
    const auto planned = attempts.find(result.run_id);
    if (planned == attempts.end()) {
      ++results_outside_plan_;
      continue;
    }
    planned->second.push_back(&result);
    interrupted_attempts_ += result.outcome.status == Outcome::Status::interrupted;
  }
  for (const study::PlannedRun& run : plan.runs) {
    const std::vector<const RunResult*>& of_run = attempts.at(run.id);
    deciding_.push_back(deciding_attempt(of_run));
    attempts_.push_back(of_run.size());
  }
}

void RecordedRuns::for_each_cell(const std::function<void(const study::Cell&)>& use) const {
  for (const study::Cell& cell : plan_.cells) use(cell);
}

}  // namespace tandem::record

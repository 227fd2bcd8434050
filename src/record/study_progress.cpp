#include "record/study_progress.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "study/time_left.h"

namespace tandem::record {
namespace {

std::string cut(const std::string& text) {
  if (text.size() <= StudyProgress::longest_text_bytes) return text;
  return text.substr(0, StudyProgress::longest_text_bytes) + "…";
}

EndedAttempt in_short(const RunResult& result) {
  EndedAttempt attempt{result.run_id,   result.attempt,          result.outcome,
                       result.ended_at, result.makespan_seconds, result.total_energy_joules};
  attempt.outcome.message = cut(attempt.outcome.message);
  attempt.outcome.advice = cut(attempt.outcome.advice);
  return attempt;
}

bool is_failure(const Outcome& outcome) {
  return outcome.status == Outcome::Status::failed || outcome.status == Outcome::Status::invalid;
}

/// Keeps the latest by the time of their end.
void keep_latest(std::deque<EndedAttempt>& kept, const EndedAttempt& attempt) {
  const auto place = std::ranges::upper_bound(kept, attempt.ended_at, {}, &EndedAttempt::ended_at);
  kept.insert(place, attempt);
  if (kept.size() > StudyProgress::most_kept) kept.pop_front();
}

}  // namespace

StudyProgress::StudyProgress(const study::Plan& plan, size_t devices, RunStore store)
    : plan_(plan), devices_(devices), store_(std::move(store)), known_(plan.runs.size()) {
  count();
}

bool StudyProgress::refresh() {
  bool is_new = false;
  for (size_t i = 0; i < known_.size(); ++i) {
    Known& known = known_[i];
    // An attempt that is ok is the last one of its run.
    if (known.deciding && known.deciding->outcome.ok()) continue;
    const std::string& run_id = plan_.runs[i].id;
    const std::vector<int> finished = store_.finished_attempts(run_id);
    for (; known.attempts < finished.size(); ++known.attempts) {
      is_new = true;
      try {
        take(known, in_short(store_.read_attempt(run_id, finished[known.attempts])));
      } catch (const core::SystemError& error) {
        problems_.emplace_back(error.what());
      }
    }
  }
  if (is_new) count();
  return is_new;
}

void StudyProgress::take(Known& known, EndedAttempt attempt) {
  keep_latest(latest_, attempt);
  if (is_failure(attempt.outcome)) {
    keep_latest(failures_, attempt);
    ++failed_attempts_[attempt.outcome.name];
  }
  const Outcome* before = known.deciding ? &known.deciding->outcome : nullptr;
  if (counts_instead(attempt.outcome, before)) known.deciding = std::move(attempt);
}

void StudyProgress::count() {
  ok_ = failed_ = 0;
  energy_j_.clear();
  last_failure_.reset();
  study::TimeLeft time_left(devices_);
  for (const study::PlannedRun& run : plan_.runs) time_left.add(run);
  for (size_t i = 0; i < known_.size(); ++i) {
    const auto& deciding = known_[i].deciding;
    if (!deciding || deciding->outcome.status == Outcome::Status::interrupted) continue;
    const study::PlannedRun& run = plan_.runs[i];
    time_left.run_done(run, deciding->makespan_s.value_or(run.expected_s));
    if (deciding->outcome.ok()) {
      ++ok_;
      const core::Energy& energy = deciding->energy;
      if (energy.joules) energy_j_[core::name_of(energy.source)] += *energy.joules;
      continue;
    }
    ++failed_;
    if (!last_failure_ || last_failure_->ended_at < deciding->ended_at) last_failure_ = deciding;
  }
  left_s_ = time_left.seconds();
}

}  // namespace tandem::record

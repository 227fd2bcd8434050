#include "serve/study_view.h"

#include <algorithm>

namespace tandem::serve {
namespace {

std::filesystem::file_time_type written_at(const std::filesystem::path& file) {
  std::error_code code;
  const auto time = std::filesystem::last_write_time(file, code);
  return code ? std::filesystem::file_time_type{} : time;
}

core::Json document_of(const record::EndedAttempt& attempt) {
  return {{"run_id", attempt.run_id},
          {"attempt", attempt.attempt},
          {"ended_at", attempt.ended_at},
          {"status", record::name_of(attempt.outcome.status)},
          {"outcome", attempt.outcome.name},
          {"message", attempt.outcome.message},
          {"advice", attempt.outcome.advice},
          {"makespan_s", attempt.makespan_s},
          {"energy_joules", attempt.energy.joules},
          {"energy_source", core::name_of(attempt.energy.source)}};
}

/// How many of the latest ends are shown.
constexpr size_t most_latest = 20;

}  // namespace

StudyView::StudyView(std::function<ServedStudy()> open) : open_(std::move(open)) {
  this->open();
  refresh();
}

void StudyView::open() {
  auto opened = std::make_unique<const ServedStudy>(open_());
  planned_at_ = written_at(opened->folder / "plan.json");
  progress_ = std::make_unique<record::StudyProgress>(opened->plan, opened->devices,
                                                      record::RunStore(opened->folder));
  study_ = std::move(opened);
}

void StudyView::refresh() {
  problem_.clear();
  try {
    if (written_at(study_->folder / "plan.json") != planned_at_) open();
    session_ = execute::lock_holder(study_->folder);
    follow_runs();
    progress_->refresh();
  } catch (const std::exception& error) {
    // A file in the middle of being written, a folder that was moved away: what is known stays, and
    // is read again next time.
    problem_ = error.what();
  }
}

StudyView::Shown* StudyView::shown_with(const std::string& key) {
  const auto shown = std::ranges::find(runs_, key, &Shown::key);
  return shown == runs_.end() ? nullptr : &*shown;
}

void StudyView::follow_runs() {
  std::optional<execute::SessionState> state;
  if (session_) state = execute::read_session_state(study_->folder);
  // What a session that was killed left behind is not the one's that runs now.
  if (state && state->process != session_->process) state.reset();
  for (Shown& shown : runs_) {
    if (shown.is_in_flight) shown.view->refresh();
    shown.is_in_flight = false;
  }
  for (const execute::RunInFlight& run :
       state ? state->runs : std::vector<execute::RunInFlight>{}) {
    const std::string key = run.run_id + "/" + std::to_string(run.attempt);
    if (Shown* shown = shown_with(key)) {
      shown->run = run;
      shown->is_in_flight = true;
      continue;
    }
    const auto planned = std::ranges::find(study_->plan.runs, run.run_id, &study::PlannedRun::id);
    if (planned == study_->plan.runs.end()) continue;
    std::erase_if(runs_, [&](const Shown& other) { return other.run.device == run.device; });
    Shown shown{key, run, {}, {}, {}, true, nullptr};
    for (const study::ParticipantSpec& participant : planned->spec.participants) {
      shown.workloads.push_back(participant.workload);
      shown.epochs.push_back(static_cast<int>(participant.hyperparameters.at("epochs")));
      const auto metric = study_->performance_metrics.find(participant.workload);
      shown.performance_metrics.push_back(
          metric == study_->performance_metrics.end() ? "" : metric->second);
    }
    core::PowerModel power_model = study_->power_model;
    power_model.idle_w /= static_cast<double>(study_->devices);
    shown.view = std::make_unique<RunView>(
        record::RunStore(study_->folder).attempt_folder(run.run_id, run.attempt), planned->spec,
        shown.performance_metrics, power_model);
    shown.view->refresh();
    runs_.push_back(std::move(shown));
  }
}

core::Json StudyView::status_document() const {
  core::Json latest = core::Json::array();
  const auto& ended = progress_->latest();
  for (size_t i = ended.size() - std::min(ended.size(), most_latest); i < ended.size(); ++i) {
    core::Json document = document_of(ended[i]);
    // The whole text stands with the failures.
    document.erase("message");
    document.erase("advice");
    latest.push_back(std::move(document));
  }
  core::Json runs = core::Json::array();
  for (const Shown& shown : runs_) {
    runs.push_back({{"key", shown.key},
                    {"device", shown.run.device},
                    {"run_id", shown.run.run_id},
                    {"attempt", shown.run.attempt},
                    {"begun_at", shown.run.begun_at},
                    {"is_in_flight", shown.is_in_flight},
                    {"activity", shown.run.activity},
                    {"expected_s", shown.run.expected_s},
                    {"roles", shown.view->roles()},
                    {"workloads", shown.workloads},
                    {"performance_metrics", shown.performance_metrics},
                    {"epochs_done", shown.view->epochs_done()},
                    {"epochs", shown.epochs}});
  }
  return {{"study", study_->name},
          {"folder", study_->folder.string()},
          {"planned", progress_->planned()},
          {"ok", progress_->ok()},
          {"failed", progress_->failed()},
          {"left", progress_->left()},
          {"left_s", progress_->left_s()},
          {"energy_joules_by_source", progress_->energy_j()},
          {"session", session_ ? core::Json(session_->describe()) : core::Json(nullptr)},
          {"runs", std::move(runs)},
          {"latest", std::move(latest)}};
}

core::Json StudyView::failures_document() const {
  core::Json failures = core::Json::array();
  for (const record::EndedAttempt& failure : progress_->failures()) {
    failures.push_back(document_of(failure));
  }
  std::vector<std::string> problems = progress_->problems();
  if (!problem_.empty()) problems.push_back(problem_);
  return {{"failures", std::move(failures)},
          {"failed_attempts", progress_->failed_attempts()},
          {"problems", std::move(problems)}};
}

std::string StudyView::everything() const {
  std::string text = event_text("status", status_document());
  text += event_text("failures", failures_document());
  for (const Shown& shown : runs_) text += shown.view->everything(shown.key);
  return text;
}

std::string StudyView::changes() {
  std::string text;
  const auto tell_if_new = [&](std::string event, std::string& told) {
    if (event == told) return;
    text += event;
    told = std::move(event);
  };
  tell_if_new(event_text("status", status_document()), status_told_);
  tell_if_new(event_text("failures", failures_document()), failures_told_);
  for (Shown& shown : runs_) text += shown.view->changes(shown.key);
  return text;
}

core::Json StudyView::document() const {
  core::Json document = {{"status", status_document()}};
  document.update(failures_document());
  document["runs"] = core::Json::object();
  for (const Shown& shown : runs_) document["runs"][shown.key] = shown.view->document();
  return document;
}

}  // namespace tandem::serve

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/power_model.h"
#include "execute/session_state.h"
#include "execute/study_lock.h"
#include "record/study_progress.h"
#include "serve/run_view.h"
#include "study/plan.h"

namespace tandem::serve {

/// A study as the page needs it.
struct ServedStudy {
  std::string name;
  std::filesystem::path folder;  ///< of its runs; need not be there yet
  study::Plan plan;
  size_t devices = 1;
  std::map<std::string, std::string> performance_metrics;  ///< by the workload's id
  core::PowerModel power_model;                            ///< for a CPU without a meter
};

/// What is shown of a study while a session works on it, and afterwards: progress, failures and the
/// runs in flight, all by reading its folder. Used by one thread.
class StudyView {
 public:
  /// `open` is called at once, and again when a session has planned the study anew.
  explicit StudyView(std::function<ServedStudy()> open);

  /// Reads what is new. What can't be read stays as it was, and is told among the problems.
  void refresh();

  /// A run in flight, or the last one of its device.
  struct Shown {
    std::string key;  ///< run id and attempt, as its folder
    execute::RunInFlight run;
    std::vector<std::string> workloads;
    std::vector<std::string> performance_metrics;
    std::vector<int> epochs;  ///< that each of its trainings is to do
    bool is_in_flight = true;
    std::unique_ptr<RunView> view;
  };

  const ServedStudy& study() const { return *study_; }
  const record::StudyProgress& progress() const { return *progress_; }
  /// Who works on it, nothing when nobody does.
  const std::optional<execute::LockHolder>& session() const { return session_; }
  const std::vector<Shown>& runs() const { return runs_; }

  /// The events that tell a page all of this, or what has changed since changes() was called last.
  /// Each event says what it replaces, so that one that comes twice does no harm.
  std::string everything() const;
  std::string changes();
  /// The same as one document.
  core::Json document() const;

 private:
  void open();
  void follow_runs();
  Shown* shown_with(const std::string& key);
  core::Json status_document() const;
  core::Json failures_document() const;

  std::function<ServedStudy()> open_;
  std::unique_ptr<const ServedStudy>
      study_;  ///< stays where it is: the progress refers to its plan
  std::filesystem::file_time_type planned_at_{};
  std::unique_ptr<record::StudyProgress> progress_;
  std::optional<execute::LockHolder> session_;
  std::string problem_;  ///< of the last refresh
  std::vector<Shown> runs_;
  std::string status_told_, failures_told_;  ///< by changes()
};

}  // namespace tandem::serve

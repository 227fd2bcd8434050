#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "execute/child_process.h"
#include "execute/event_log.h"
#include "execute/event_source.h"
#include "execute/protocol.h"
#include "record/run_result.h"
#include "study/log_pattern.h"

namespace tandem::execute {

/// One training process from its start to its end, and what it said. Times are monotonic.
class Training {
 public:
  /// Starts the process, which is asked to train `epochs` epochs. `who` names it in the event log.
  /// With `patterns` the command must be held
  /// and write to one log, by which it is listened to.
  Training(const Command& command, int epochs, std::string who, int round, EventLog& log,
           const std::optional<study::LogPatterns>& patterns = std::nullopt);

  /// Reads what the process has written and whether it has ended. Doesn't block.
  void update();
  /// Sends the start signal, which counts from `when`; where the training begins at a line of its
  /// log, it counts from that line.
  void go(core::Time when);
  /// Ends the process; `why` becomes its outcome instead of what the process says.
  void end_because(record::Outcome why);

  pid_t pid() const { return process_.pid(); }
  Barrier barrier() const { return source_->barrier(); }
  /// There is something to update() at once: one that has said much is heard in several steps.
  bool has_more() const {
    return reaped_ ? !end_ : !ended_because_ && !has_said_enough() && source_->has_more();
  }
  int events_fd() const { return source_->fd(); }
  int end_fd() const { return process_.end_fd(); }

  /// Waits for the start signal, and nothing speaks against giving it.
  bool is_ready() const { return ready_ && !go_sent_ && !violation_ && !is_over() && !reaped_; }
  bool has_ended() const { return end_.has_value(); }
  /// How the process ended; nothing while it runs.
  const std::optional<ProcessEnd>& end() const { return end_; }
  /// The final line has come: what is left is only the process's own end.
  bool said_final() const { return final_.has_value(); }
  std::optional<core::Time> go_at() const { return go_at_; }
  std::optional<core::Time> started_at() const { return started_at_; }
  /// End of the last epoch's evaluation so far; of a training that doesn't tell its epochs, its
  /// end, once it has come.
  std::optional<core::Time> trained_until() const;
  size_t epochs_done() const { return epochs_.size(); }
  /// The end of the last epoch, or the start signal, which must have been given.
  core::Time last_progress_at() const;
  /// 0 before the first one has ended.
  double longest_epoch_s() const;
  /// Several epochs, and all of them were told in one go: their times are not the training's.
  bool epochs_came_at_once() const { return epochs_.size() > 1 && times_epochs_came_ == 1; }
  /// Of what it wrote to its standard output and to its standard error, in this round.
  double largest_log_mib() const;

  /// How it ended, judged by exit code, epochs, loss and metric; only after has_ended().
  record::Outcome outcome(const std::string& performance_metric) const;
  /// Copies what it said into the record; times become seconds since `zero`.
  void describe_in(record::ParticipantResult& result, core::Time zero) const;

 private:
  struct TimedEpoch {
    core::Time at;
    EpochEvent event;
  };

  /// Whether what follows is of interest.
  bool handle(Heard heard);
  bool has_said_enough() const { return violation_ || epochs_done() > epochs_asked_; }
  /// The last line that the protocol allows has come.
  bool is_over() const { return final_ || failed_; }
  std::string end_of_stderr() const;
  /// When something was said that is heard now.
  core::Time said_at(const TrainerEvent& event) const;
  /// Listens to a part of what it has said.
  void listen();
  /// Why a training failed, where its words or the kernel's counters tell it.
  std::optional<record::Outcome> known_cause(const std::string& stderr_end) const;

  size_t epochs_asked_;
  std::string who_;
  int round_;
  EventLog& log_;
  std::filesystem::path stdout_file_;
  std::filesystem::path stderr_file_;
  std::uintmax_t stdout_bytes_before_;  ///< of earlier rounds
  std::uintmax_t stderr_bytes_before_;
  std::filesystem::path oom_counters_;
  std::optional<unsigned long long> oom_kills_before_;
  bool oom_killed_ = false;
  ChildProcess process_;
  std::unique_ptr<EventSource> source_;
  std::optional<core::Json> ready_;
  bool go_sent_ = false;
  std::optional<core::Time> go_at_;
  std::optional<core::Time> started_at_;
  std::vector<TimedEpoch> epochs_;
  size_t times_epochs_came_ = 0;
  bool has_told_epochs_ = false;  ///< of what it has written without being waited for
  std::optional<FinalEvent> final_;
  std::optional<FailedEvent> failed_;
  std::optional<ViolationEvent> violation_;
  std::optional<record::Outcome> ended_because_;
  std::optional<ProcessEnd> reaped_;  ///< it is gone, what it said may not be heard to its end
  core::Time alive_at_;               ///< when it was last seen running
  core::Time ended_at_ = core::Clock::now();  ///< once it is reaped
  std::optional<ProcessEnd> end_;             ///< once all is heard
};

}  // namespace tandem::execute

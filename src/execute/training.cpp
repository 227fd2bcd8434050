#include "execute/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "core/file.h"
#include "core/text.h"
#include "execute/out_of_memory.h"
#include "execute/outcomes.h"

namespace tandem::execute {
namespace {

using record::Outcome;

std::string name_for(const ProcessEnd& end) {
  switch (end.kind) {
    case ProcessEnd::Kind::exited:
      return "exit_code";
    case ProcessEnd::Kind::signalled:
      return "signal";
    case ProcessEnd::Kind::not_started:
      return "not_started";
    case ProcessEnd::Kind::lost:
      break;
  }
  return "lost";
}

/// Where the kernel counts its kills for want of memory: for this training alone where it has a
/// cgroup with such counters.
std::filesystem::path counters_of_oom_kills(const Command& command) {
  std::error_code code;
  if (command.cgroup) {
    const std::filesystem::path own = *command.cgroup / "memory.events";
    if (std::filesystem::exists(own, code)) return own;
  }
  return "/proc/vmstat";
}

/// 0 of a file that isn't there.
std::uintmax_t bytes_in(const std::filesystem::path& file) {
  std::error_code code;
  const std::uintmax_t bytes = std::filesystem::file_size(file, code);
  return code ? 0 : bytes;
}

/// What was written to a file behind its first bytes.
std::uintmax_t bytes_since(const std::filesystem::path& file, std::uintmax_t bytes_before) {
  const std::uintmax_t bytes = bytes_in(file);
  return bytes > bytes_before ? bytes - bytes_before : 0;
}

/// The lines in which a program says why it ends, with the traceback that may come behind the
/// reason; what it said long before (a want of memory that it got over) is not among them.
std::string end_of_lines(const std::string& text) {
  constexpr int most_lines = 50;
  size_t begin = text.find_last_not_of(" \t\r\n");
  for (int line = 0; line < most_lines && begin != std::string::npos && begin > 0; ++line) {
    begin = text.find_last_of("\r\n", begin - 1);
  }
  return begin == std::string::npos ? text : text.substr(begin);
}

/// Its last words. Progress bars write over themselves with carriage returns.
std::string last_line_of(const std::string& text) {
  const size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const size_t before = text.find_last_of("\r\n", end);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  return "; its last words: " + core::printable(text.substr(begin, end - begin + 1));
}

/// Helps std::visit choose by the event's type.
template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Training::Training(const Command& command, int epochs, std::string who, int round, EventLog& log,
                   const std::optional<study::LogPatterns>& patterns)
    : epochs_asked_(static_cast<size_t>(epochs)),
      who_(std::move(who)),
      round_(round),
      log_(log),
      stdout_file_(command.stdout_file),
      stderr_file_(command.stderr_file),
      stdout_bytes_before_(bytes_in(stdout_file_)),
      stderr_bytes_before_(bytes_in(stderr_file_)),
      oom_counters_(counters_of_oom_kills(command)),
      oom_kills_before_(oom_kills(oom_counters_)),
      process_(command),
      source_(event_source(patterns, command, process_)) {
  log_.add(core::Clock::now(), "tandem",
           {{"type", "start"},
            {"who", who_},
            {"round", round_},
            {"pid", process_.pid()},
            {"command", command.arguments}});
}

void Training::update() {
  if (has_ended()) return;
  // The end first: what a process wrote before its end can then be read already.
  if (!reaped_) {
    reaped_ = process_.poll_end();
    alive_at_ = std::exchange(ended_at_, core::Clock::now());
  }
  // Held until the signal, its training begins with its program.
  if (barrier() == Barrier::process_start) started_at_ = process_.began_at();
  listen();
  if (!end_) return;
  source_->close();
  const std::optional<unsigned long long> oom_kills_now = oom_kills(oom_counters_);
  oom_killed_ = oom_kills_before_ && oom_kills_now && *oom_kills_now > *oom_kills_before_;
  log_.add(ended_at_, "tandem",
           {{"type", "end"},
            {"who", who_},
            {"round", round_},
            {"how", end_->describe()},
            {"cpu_time_s", end_->cpu_time_s ? core::Json(*end_->cpu_time_s) : core::Json()}});
}

void Training::listen() {
  if (!source_->has_more()) has_told_epochs_ = false;
  const size_t epochs_before = epochs_.size();
  const auto hearer = [this](Heard heard) { return handle(std::move(heard)); };
  // The rest of what one said whose fate was decided before plays no part, and may be long.
  if (!reaped_ || ended_because_ || has_said_enough()) {
    source_->read(hearer);
    end_ = reaped_;
  } else if (source_->read_last(*reaped_, hearer)) {
    end_ = reaped_;
  }
  if (epochs_.size() > epochs_before && !std::exchange(has_told_epochs_, true)) {
    ++times_epochs_came_;
  }
}

core::Time Training::said_at(const TrainerEvent& event) const {
  if (!reaped_) return core::Clock::now();
  // What is heard behind its end was said before: a beginning no earlier than it was seen alive.
  if (!std::holds_alternative<StartedEvent>(event)) return ended_at_;
  return std::max(alive_at_, go_at_.value_or(alive_at_));
}

bool Training::handle(Heard heard) {
  if (has_said_enough()) return false;
  const core::Time now = said_at(heard.event);
  log_.add(now, who_, round_, heard.line);
  std::visit(Overloaded{
                 [&](ReadyEvent&& event) { ready_ = std::move(event.described); },
                 [&](StartedEvent&&) {
                   started_at_ = now;
                   if (!go_at_) go_at_ = now;  // it begins by itself
                 },
                 [&](EpochEvent&& event) {
                   epochs_.push_back({now, std::move(event)});
                 },
                 [&](FinalEvent&& event) { final_ = std::move(event); },
                 [&](FailedEvent&& event) { failed_ = std::move(event); },
                 [&](ViolationEvent&& event) { violation_ = std::move(event); },
             },
             std::move(heard.event));
  if (violation_) process_.request_end();
  return !has_said_enough();
}

void Training::go(core::Time when) {
  go_sent_ = true;
  if (barrier() != Barrier::pattern) go_at_ = when;
  source_->go();
  log_.add(when, "tandem", {{"type", "go"}, {"who", who_}, {"round", round_}});
}

void Training::end_because(Outcome why) {
  if (reaped_) return;                           // it has the outcome that it came to
  const bool explained = failed_ || violation_;  // and only slow to go
  if (!ended_because_ && !explained) ended_because_ = std::move(why);
  process_.request_end();
}

std::optional<core::Time> Training::trained_until() const {
  if (!epochs_.empty()) return epochs_.back().at;
  if (final_ && !final_->epochs && has_ended()) return ended_at_;
  return std::nullopt;
}

core::Time Training::last_progress_at() const {
  if (!epochs_.empty()) return epochs_.back().at;
  return *go_at_;
}

double Training::longest_epoch_s() const {
  double longest_s = 0;
  core::Time begin = go_at_.value_or(core::Time{});
  for (const TimedEpoch& epoch : epochs_) {
    longest_s = std::max(longest_s, core::seconds_between(begin, epoch.at));
    begin = epoch.at;
  }
  return longest_s;
}

double Training::largest_log_mib() const {
  const std::uintmax_t largest_bytes = std::max(bytes_since(stdout_file_, stdout_bytes_before_),
                                                bytes_since(stderr_file_, stderr_bytes_before_));
  return static_cast<double>(largest_bytes) / (1024.0 * 1024.0);
}

std::string Training::end_of_stderr() const {
  // The end is enough, and a flooded log may be large.
  constexpr std::uintmax_t most_bytes = 65536;
  return core::read_end_of_file(
      stderr_file_, std::min(most_bytes, bytes_since(stderr_file_, stderr_bytes_before_)));
}

std::optional<Outcome> Training::known_cause(const std::string& stderr_end) const {
  const auto seen = [this](const std::string& line) {
    return fmt::format("{}; it said: {}", end_->describe(), core::printable(line, 300));
  };
  const std::string last_lines = end_of_lines(stderr_end);
  const std::string said = failed_ ? failed_->message + "\n" + last_lines : last_lines;
  if (const auto line = out_of_memory_line(said)) {
    return outcome_of_kind("out_of_memory", seen(*line));
  }
  if (const auto line = disk_full_line(said)) return outcome_of_kind("disk_full", seen(*line));
  const bool killed = end_->kind == ProcessEnd::Kind::signalled && end_->number == SIGKILL;
  if (killed && oom_killed_) {
    return outcome_of_kind("out_of_memory", end_->describe() +
                                                ", while the kernel counted a kill for want of "
                                                "memory in " +
                                                oom_counters_.string());
  }
  return std::nullopt;
}

Outcome Training::outcome(const std::string& performance_metric) const {
  if (ended_because_) return *ended_because_;
  if (violation_) return outcome_of_kind(violation_->kind, violation_->complaint);
  const bool bad_end = !source_->accepts(*end_);
  const bool diverged = failed_ && failed_->reason == "non_finite_loss";
  if ((failed_ || bad_end) && !diverged) {
    const std::string stderr_end = end_of_stderr();
    if (std::optional<Outcome> cause = known_cause(stderr_end)) return *std::move(cause);
    if (!failed_) {
      return outcome_of_kind(name_for(*end_), end_->describe() + last_line_of(stderr_end));
    }
  }
  if (failed_) {
    return outcome_said_by_trainer(failed_->reason,
                                   failed_->message + " (" + end_->describe() + ")");
  }
  if (epochs_done() > epochs_asked_) {
    return outcome_of_kind("missing_epochs",
                           fmt::format("more than the {} epochs asked for", epochs_asked_));
  }
  if (!final_) {
    return outcome_of_kind("missing_final", "exit code 0 without a \"final\" line");
  }
  const auto asked = static_cast<int>(epochs_asked_);
  if (final_->epochs && (epochs_done() != epochs_asked_ || *final_->epochs != asked)) {
    return outcome_of_kind("missing_epochs",
                           fmt::format("{} epochs reported, {} in \"final\", {} asked for",
                                       epochs_done(), *final_->epochs, epochs_asked_));
  }
  for (const TimedEpoch& epoch : epochs_) {
    if (epoch.event.loss_is_not_finite) {
      return outcome_of_kind("non_finite_loss",
                             fmt::format("no finite loss in epoch {}", epoch.event.epoch));
    }
  }
  if (!final_->metrics.contains(performance_metric)) {
    return outcome_of_kind("missing_metric", fmt::format("no finite {} among the final metrics",
                                                         core::in_quotes(performance_metric)));
  }
  return {};
}

void Training::describe_in(record::ParticipantResult& result, core::Time zero) const {
  result.epochs_done = static_cast<int>(epochs_.size());
  for (const TimedEpoch& epoch : epochs_) {
    result.epochs.push_back({epoch.event.epoch, core::seconds_between(zero, epoch.at),
                             epoch.event.train_loss, epoch.event.metrics, epoch.event.train_seconds,
                             epoch.event.eval_seconds});
    result.tensor_memory_peak_mib = epoch.event.tensor_memory_peak_mib;
  }
  if (ready_) {
    result.described = *ready_;
    if (const auto data = ready_->find("data"); data != ready_->end() && data->is_string()) {
      result.data = data->get<std::string>();
    }
  }
  if (started_at_) {
    result.start_s = core::seconds_between(zero, *started_at_);
  } else {
    result.start_s = core::Reading::missing("the trainer did not say when it started");
  }
  if (final_) result.metrics = final_->metrics;
}

}  // namespace tandem::execute

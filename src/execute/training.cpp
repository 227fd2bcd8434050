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
  const std::optional<ProcessEnd> end = process_.poll_end();
  const core::Time now = core::Clock::now();
  // Held until the signal, its training begins with its program.
  if (barrier() == Barrier::process_start) started_at_ = process_.began_at();
  const size_t epochs_before = epochs_.size();
  const auto hearer = [this](Heard heard) { return handle(std::move(heard)); };
  // The rest of what one said whose fate was decided before plays no part, and may be long.
  if (end && !ended_because_ && !has_said_enough()) {
    source_->read_last(*end, hearer);
  } else {
    source_->read(hearer);
  }
  if (epochs_.size() > epochs_before) ++updates_with_epochs_;
  if (!end) return;
  source_->close();
  end_ = end;
  ended_at_ = now;
  const std::optional<unsigned long long> oom_kills_now = oom_kills(oom_counters_);
  oom_killed_ = oom_kills_before_ && oom_kills_now && *oom_kills_now > *oom_kills_before_;
  log_.add(now, "tandem",
           {{"type", "end"},
            {"who", who_},
            {"round", round_},
            {"how", end->describe()},
            {"cpu_time_s", end->cpu_time_s ? core::Json(*end->cpu_time_s) : core::Json()}});
}

bool Training::handle(Heard heard) {
  if (has_said_enough()) return false;
  const core::Time now = core::Clock::now();
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
  if (has_ended()) return;
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
  std::uintmax_t largest_bytes = 0;
  for (const std::filesystem::path& file : {stdout_file_, stderr_file_}) {
    std::error_code code;
    const std::uintmax_t bytes = std::filesystem::file_size(file, code);
    if (!code) largest_bytes = std::max(largest_bytes, bytes);
  }
  return static_cast<double>(largest_bytes) / (1024.0 * 1024.0);
}

std::string Training::end_of_stderr() const {
  // The end of the file is enough, and a flooded log may be large.
  return core::read_end_of_file(stderr_file_, 65536);
}

std::optional<Outcome> Training::known_cause(const std::string& stderr_end) const {
  const auto seen = [this](const std::string& line) {
    return fmt::format("{}; it said: {}", end_->describe(), core::printable(line, 300));
  };
  const std::string said = failed_ ? failed_->message + "\n" + stderr_end : stderr_end;
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

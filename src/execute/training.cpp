#include "execute/training.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/text.h"

namespace tandem::execute {
namespace {

using record::Outcome;

/// What a person can do about an ending that has no better explanation.
std::string advice_for(const ProcessEnd& end) {
  if (end.kind == ProcessEnd::Kind::not_started) return "check the workload's command";
  if (end.kind == ProcessEnd::Kind::signalled && end.number == SIGKILL) {
    return "nobody of tandem sent it: look for the kernel's out-of-memory killer in dmesg";
  }
  return "read the training's stderr log in the run's folder";
}

Outcome failed(std::string name, std::string message, std::string advice) {
  return {Outcome::Status::failed, std::move(name), std::move(message), std::move(advice)};
}

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

/// Helps std::visit choose by the event's type.
template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Training::Training(const Command& command, std::string who, int round, EventLog& log)
    : who_(std::move(who)),
      round_(round),
      log_(log),
      stderr_file_(command.stderr_file),
      process_(command) {
  log_.add(core::Clock::now(), "tandem",
           {{"type", "start"},
            {"who", who_},
            {"round", round_},
            {"pid", process_.pid()},
            {"command", command.arguments}});
}

void Training::update() {
  if (has_ended()) return;
  // The end first: what a process wrote before its end is then already in the socket.
  const std::optional<ProcessEnd> end = process_.poll_end();
  read_events();
  if (!end) return;
  end_ = end;
  process_.events().reset();
  log_.add(core::Clock::now(), "tandem",
           {{"type", "end"},
            {"who", who_},
            {"round", round_},
            {"how", end->describe()},
            {"cpu_time_s", end->cpu_time_s ? core::Json(*end->cpu_time_s) : core::Json()}});
}

void Training::read_events() {
  char buffer[16384];
  // Not more than this at a time: a trainer that never stops talking must not keep tandem from its
  // time limits and from the other training.
  for (int reads = 0; reads < 16 && process_.events().is_open(); ++reads) {
    const ssize_t count = ::recv(process_.events().get(), buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      // An orderly end of file, and a reset by a process that died: nothing will come any more.
      const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
      if (!nothing_yet) process_.events().reset();
      return;
    }
    for (const std::string& line :
         splitter_.feed(std::string_view(buffer, static_cast<size_t>(count)))) {
      handle(line);
    }
  }
}

void Training::handle(const std::string& line) {
  if (violation_) return;
  const core::Time now = core::Clock::now();
  log_.add(now, who_, round_, line);
  const auto out_of_order = [&](const char* what) {
    violation_ = fmt::format("{} out of order: {}", what, core::printable(line, 120));
  };
  std::visit(Overloaded{
                 [&](ReadyEvent&& event) {
                   if (ready_) return out_of_order("a second \"ready\"");
                   ready_ = std::move(event.described);
                 },
                 [&](StartedEvent&&) {
                   if (!go_at_ || started_at_) return out_of_order("\"started\"");
                   started_at_ = now;
                 },
                 [&](EpochEvent&& event) {
                   if (!go_at_ || is_over()) return out_of_order("\"epoch\"");
                   if (event.epoch != static_cast<int>(epochs_.size()) + 1) {
                     return out_of_order("an epoch's number");
                   }
                   epochs_.push_back({now, std::move(event)});
                 },
                 [&](FinalEvent&& event) {
                   if (!go_at_ || is_over()) return out_of_order("\"final\"");
                   final_ = std::move(event);
                 },
                 [&](FailedEvent&& event) {
                   if (is_over()) return out_of_order("\"failed\"");
                   failed_ = std::move(event);
                 },
                 [&](ViolationEvent&& event) { violation_ = std::move(event.complaint); },
             },
             parse_event(line));
  if (violation_) process_.request_end();
}

void Training::go(core::Time when) {
  go_at_ = when;
  // The line fits into an empty socket buffer. A process that is gone shows by its end.
  ::send(events_fd(), go_line.data(), go_line.size(), MSG_NOSIGNAL);
  log_.add(*go_at_, "tandem", {{"type", "go"}, {"who", who_}, {"round", round_}});
}

void Training::end_because(Outcome why) {
  if (has_ended()) return;
  const bool explained = failed_ || violation_;  // and only slow to go
  if (!ended_because_ && !explained) ended_because_ = std::move(why);
  process_.request_end();
}

std::optional<core::Time> Training::last_epoch_at() const {
  if (epochs_.empty()) return std::nullopt;
  return epochs_.back().at;
}

std::string Training::last_words() const {
  // The end of the file is enough, and a flooded log may be large. Progress bars write over
  // themselves with carriage returns.
  constexpr std::streamoff tail_bytes = 4096;
  std::ifstream file(stderr_file_, std::ios::ate);
  const std::streamoff size = file.tellg();
  if (size <= 0) return "";
  file.seekg(std::max<std::streamoff>(0, size - tail_bytes));
  std::ostringstream read;
  read << file.rdbuf();
  const std::string tail = read.str();
  const size_t end = tail.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const size_t before = tail.find_last_of("\r\n", end);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  return "; its last words: " + core::printable(tail.substr(begin, end - begin + 1));
}

Outcome Training::outcome(int epochs_asked_for, const std::string& performance_metric) const {
  if (ended_because_) return *ended_because_;
  if (violation_) {
    return failed("protocol_violation", *violation_,
                  "the trainer must write the lines of docs/protocol.md and nothing else");
  }
  if (failed_) {
    return failed(failed_->reason, failed_->message + " (" + end_->describe() + ")",
                  failed_->reason == "non_finite_loss"
                      ? "a result in itself: these hyperparameters diverge"
                      : "see the message and the training's stderr log");
  }
  if (end_->kind != ProcessEnd::Kind::exited || end_->number != 0) {
    return failed(name_for(*end_), end_->describe() + last_words(), advice_for(*end_));
  }
  if (!final_) {
    return failed("missing_final", "exit code 0 without a \"final\" line",
                  "the trainer must report its final metrics before it ends");
  }
  const int done = static_cast<int>(epochs_.size());
  if (done != epochs_asked_for || final_->epochs != epochs_asked_for) {
    return failed("missing_epochs",
                  fmt::format("{} epochs reported, {} in \"final\", {} asked for", done,
                              final_->epochs, epochs_asked_for),
                  "the trainer must train and report each epoch that it was asked for");
  }
  for (const TimedEpoch& epoch : epochs_) {
    if (!epoch.event.train_loss) {
      return failed("non_finite_loss", fmt::format("no finite loss in epoch {}", epoch.event.epoch),
                    "a result in itself: these hyperparameters diverge");
    }
  }
  if (!final_->metrics.contains(performance_metric)) {
    return failed("missing_metric",
                  fmt::format("no finite \"{}\" in \"final\"", performance_metric),
                  "the manifest's performance_metric must be one that the trainer reports");
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

#include "execute/conformance.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "core/clock.h"
#include "execute/protocol.h"

namespace tandem::execute {
namespace {

using core::Clock;
using core::Time;

constexpr int called_off_exit_code = 5;
constexpr size_t most_bytes_at_once = 1 << 18;

std::string in_mib(std::uintmax_t bytes) {
  return fmt::format("{:.4g} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

/// A program that is listened to until it has ended.
class Listener {
 public:
  Listener(const Command& command, const ConformanceLimits& limits, const std::atomic<bool>& stop)
      : process_(command),
        logs_{command.stdout_file, command.stderr_file},
        begin_(Clock::now()),
        limits_(limits),
        stop_(stop) {}

  /// The lines that have come meanwhile; waits a little for some.
  std::vector<std::string> listen() {
    pollfd waiting[] = {{process_.events().get(), POLLIN, 0}, {process_.end_fd(), POLLIN, 0}};
    constexpr int longest_ms = 100;
    ::poll(waiting, 2, longest_ms);
    // The end first: what was written before it can then be read already.
    const std::optional<ProcessEnd> end = process_.poll_end();
    std::vector<std::string> lines;
    std::array<char, 16384> buffer;
    for (size_t bytes = 0; process_.events().is_open();) {
      // Of one that never stops talking, the rest is read next time, and its end seen after that.
      if (bytes > most_bytes_at_once) return lines;
      const ssize_t count =
          ::recv(process_.events().get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 0 && errno == EINTR) continue;
      if (count == 0 || (count < 0 && errno != EAGAIN)) process_.events().reset();
      if (count <= 0) break;
      const std::string_view piece(buffer.data(), static_cast<size_t>(count));
      bytes += piece.size();
      said_bytes_ += piece.size();
      for (std::string& line : splitter_.feed(piece)) lines.push_back(std::move(line));
    }
    end_ = end;
    return lines;
  }

  /// Why it is listened to no longer although it hasn't ended; nothing while it is.
  std::optional<std::string> given_up() const {
    if (stop_.load()) return "interrupted before it had ended";
    if (since_start_s() > limits_.time_s) {
      return fmt::format("it had not ended after {:.4g} s", limits_.time_s);
    }
    if (said_bytes_ > limits_.said_bytes) return "it said more than " + in_mib(limits_.said_bytes);
    for (const std::filesystem::path& log : logs_) {
      std::error_code code;
      const std::uintmax_t bytes = std::filesystem::file_size(log, code);
      if (!code && bytes > limits_.log_bytes) {
        return "one of its logs has more than " + in_mib(limits_.log_bytes);
      }
    }
    return std::nullopt;
  }
  double since_start_s() const { return core::seconds_between(begin_, Clock::now()); }
  const std::optional<ProcessEnd>& end() const { return end_; }
  void go() { ::send(process_.events().get(), go_line.data(), go_line.size(), MSG_NOSIGNAL); }
  void hang_up() { process_.events().reset(); }

 private:
  ChildProcess process_;
  std::array<std::filesystem::path, 2> logs_;
  Time begin_;
  ConformanceLimits limits_;
  const std::atomic<bool>& stop_;
  LineSplitter splitter_;
  std::uintmax_t said_bytes_ = 0;
  std::optional<ProcessEnd> end_;
};

/// What was said, as far as the end must fit it.
struct Said {
  bool ready = false;
  bool failed = false;
  std::optional<int> final_epochs;
  int epochs = 0;
};

void take_note(const TrainerEvent& event, Said& said) {
  said.ready |= std::holds_alternative<ReadyEvent>(event);
  said.failed |= std::holds_alternative<FailedEvent>(event);
  if (std::holds_alternative<EpochEvent>(event)) ++said.epochs;
  if (const auto* final = std::get_if<FinalEvent>(&event)) said.final_epochs = final->epochs;
}

std::vector<std::string> complaints_about_the_end(const Said& said, const ProcessEnd& end) {
  std::vector<std::string> complaints;
  const bool well = end.kind == ProcessEnd::Kind::exited && end.number == 0;
  if (!said.ready && !said.failed) complaints.emplace_back("it never said \"ready\"");
  if (said.ready && !said.final_epochs && !said.failed) {
    complaints.emplace_back("it said neither \"final\" nor \"failed\"");
  }
  if (said.final_epochs && !well) {
    complaints.push_back("it said \"final\" and ended with " + end.describe() + ", not 0");
  }
  if (said.failed && well) complaints.emplace_back("it said \"failed\" and ended with exit code 0");
  if (said.final_epochs && *said.final_epochs != said.epochs) {
    complaints.push_back(
        fmt::format("\"final\" has {} epochs, {} were told", *said.final_epochs, said.epochs));
  }
  return complaints;
}

}  // namespace

Conformance check_conformance(const Command& command, const ConformanceLimits& limits,
                              const std::atomic<bool>& stop,
                              const std::function<void(const SaidLine&)>& on_line) {
  Conformance conformance;
  std::vector<std::string>& complaints = conformance.complaints;
  Listener listener(command, limits, stop);
  ProtocolOrder order;
  Said said;
  SaidLine line;
  std::optional<std::string> given_up;
  while (!listener.end() && !given_up) {
    for (std::string& text : listener.listen()) {
      const TrainerEvent event = parse_event(text);
      ++line.number;
      line.t_s = listener.since_start_s();
      line.text = std::move(text);
      const auto* violation = std::get_if<ViolationEvent>(&event);
      line.complaint =
          violation != nullptr ? violation->complaint : order.check(event).value_or("");
      if (!line.complaint.empty()) {
        complaints.push_back(fmt::format("line {}: {}", line.number, line.complaint));
      }
      on_line(line);
      if (complaints.size() >= limits.complaints) {
        complaints.push_back(fmt::format("ended after {} mistakes", limits.complaints));
        return conformance;
      }
      if (std::holds_alternative<ReadyEvent>(event) && !said.ready) {
        order.go();
        listener.go();
      }
      take_note(event, said);
    }
    given_up = listener.given_up();
  }
  conformance.end = listener.end();
  if (conformance.end) {
    for (std::string& complaint : complaints_about_the_end(said, *conformance.end)) {
      complaints.push_back(std::move(complaint));
    }
  } else {
    complaints.push_back(*given_up + (said.ready ? ", after \"ready\"" : ", without \"ready\""));
  }
  return conformance;
}

std::optional<std::string> check_called_off(const Command& command, const ConformanceLimits& limits,
                                            const std::atomic<bool>& stop) {
  Command again = command;
  for (std::filesystem::path* log : {&again.stdout_file, &again.stderr_file}) {
    log->replace_filename("called_off." + log->filename().string());
  }
  Listener listener(again, limits, stop);
  std::optional<std::string> given_up;
  while (!listener.end() && !given_up) {
    for (const std::string& text : listener.listen()) {
      if (std::holds_alternative<ReadyEvent>(parse_event(text))) listener.hang_up();
    }
    given_up = listener.given_up();
  }
  if (!listener.end()) return "called off, " + *given_up;
  const ProcessEnd& end = *listener.end();
  if (end.kind == ProcessEnd::Kind::exited && end.number == called_off_exit_code) {
    return std::nullopt;
  }
  return fmt::format("called off, it ended with {}, not with exit code {}", end.describe(),
                     called_off_exit_code);
}

}  // namespace tandem::execute

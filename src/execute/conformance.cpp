#include "execute/conformance.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "core/clock.h"
#include "execute/protocol.h"

namespace tandem::execute {
namespace {

using core::Clock;
using core::Time;

constexpr int called_off_exit_code = 5;
constexpr size_t most_lines_at_once = 1000;

/// A program that is listened to until it has ended.
class Listener {
 public:
  Listener(const Command& command, double limit_s, const std::atomic<bool>& stop)
      : process_(command), begin_(Clock::now()), limit_s_(limit_s), stop_(stop) {}

  /// The lines that have come meanwhile; waits a little for some.
  std::vector<std::string> listen() {
    pollfd waiting[] = {{process_.events().get(), POLLIN, 0}, {process_.end_fd(), POLLIN, 0}};
    constexpr int longest_ms = 100;
    ::poll(waiting, 2, longest_ms);
    // The end first: what was written before it can then be read already.
    const std::optional<ProcessEnd> end = process_.poll_end();
    std::vector<std::string> lines;
    std::array<char, 16384> buffer;
    while (process_.events().is_open()) {
      const ssize_t count =
          ::recv(process_.events().get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 0 && errno == EINTR) continue;
      if (count == 0 || (count < 0 && errno != EAGAIN)) process_.events().reset();
      if (count <= 0) break;
      const std::string_view bytes(buffer.data(), static_cast<size_t>(count));
      for (std::string& line : splitter_.feed(bytes)) lines.push_back(std::move(line));
      // Of one that never stops talking, the rest is read next time, and its end seen after that.
      if (lines.size() > most_lines_at_once) return lines;
    }
    end_ = end;
    return lines;
  }
  bool is_over() const { return end_ || stop_.load() || since_start_s() > limit_s_; }
  double since_start_s() const { return core::seconds_between(begin_, Clock::now()); }
  const std::optional<ProcessEnd>& end() const { return end_; }
  void go() { ::send(process_.events().get(), go_line.data(), go_line.size(), MSG_NOSIGNAL); }
  void hang_up() { process_.events().reset(); }

 private:
  ChildProcess process_;
  Time begin_;
  double limit_s_;
  const std::atomic<bool>& stop_;
  LineSplitter splitter_;
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

Conformance check_conformance(const Command& command, double limit_s, const std::atomic<bool>& stop,
                              const std::function<void(const SaidLine&)>& on_line) {
  Conformance conformance;
  Listener listener(command, limit_s, stop);
  ProtocolOrder order;
  Said said;
  SaidLine line;
  while (!listener.is_over()) {
    for (std::string& text : listener.listen()) {
      const TrainerEvent event = parse_event(text);
      ++line.number;
      line.t_s = listener.since_start_s();
      line.text = std::move(text);
      const auto* violation = std::get_if<ViolationEvent>(&event);
      line.complaint =
          violation != nullptr ? violation->complaint : order.check(event).value_or("");
      if (!line.complaint.empty()) {
        conformance.complaints.push_back(fmt::format("line {}: {}", line.number, line.complaint));
      }
      on_line(line);
      if (std::holds_alternative<ReadyEvent>(event) && !said.ready) {
        order.go();
        listener.go();
      }
      take_note(event, said);
    }
  }
  conformance.end = listener.end();
  if (conformance.end) {
    for (std::string& complaint : complaints_about_the_end(said, *conformance.end)) {
      conformance.complaints.push_back(std::move(complaint));
    }
  } else {
    conformance.complaints.push_back(
        fmt::format("it had not ended after {:.0f} s, {}", limit_s,
                    said.ready ? "after \"ready\"" : "without \"ready\""));
  }
  return conformance;
}

std::optional<std::string> check_called_off(const Command& command, double limit_s,
                                            const std::atomic<bool>& stop) {
  Listener listener(command, limit_s, stop);
  while (!listener.is_over()) {
    for (const std::string& text : listener.listen()) {
      if (std::holds_alternative<ReadyEvent>(parse_event(text))) listener.hang_up();
    }
  }
  if (!listener.end()) return fmt::format("called off, it had not ended after {:.0f} s", limit_s);
  const ProcessEnd& end = *listener.end();
  if (end.kind == ProcessEnd::Kind::exited && end.number == called_off_exit_code) {
    return std::nullopt;
  }
  return fmt::format("called off, it ended with {}, not with exit code {}", end.describe(),
                     called_off_exit_code);
}

}  // namespace tandem::execute

#include "execute/event_source.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace tandem::execute {
namespace {

using core::FileDescriptor;

// Not more than this at a time: a trainer that never stops talking must not keep tandem from its
// time limits and from the other training.
constexpr size_t most_bytes_at_once = 1 << 18;
constexpr size_t most_events_at_once = 256;
using Buffer = std::array<char, 16384>;

void send_go(const FileDescriptor& socket) {
  // The line fits into an empty socket buffer.
  ::send(socket.get(), go_line.data(), go_line.size(), MSG_NOSIGNAL);
}

class SocketEvents : public EventSource {
 public:
  explicit SocketEvents(FileDescriptor socket) : socket_(std::move(socket)) {}

  Barrier barrier() const override { return Barrier::protocol; }
  int fd() const override { return socket_.get(); }
  bool accepts(const ProcessEnd& end) const override {
    return end.kind == ProcessEnd::Kind::exited && end.number == 0;
  }

  void go() override {
    order_.go();
    send_go(socket_);
  }

  void read(const Hearer& hearer) override {
    Buffer buffer;
    has_more_ = false;
    for (size_t bytes = 0; socket_.is_open();) {
      if (bytes >= most_bytes_at_once) {
        has_more_ = true;
        return;
      }
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        // An orderly end of file, and a reset by a process that died: nothing will come any more.
        const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (!nothing_yet) socket_.reset();
        break;
      }
      bytes += static_cast<size_t>(count);
      for (const std::string& line :
           splitter_.feed(std::string_view(buffer.data(), static_cast<size_t>(count)))) {
        if (!hearer(understood(line))) return;
      }
    }
  }

  bool has_more() const override { return has_more_; }
  bool read_last(const ProcessEnd&, const Hearer& hearer) override {
    read(hearer);
    return !has_more_;
  }
  void close() override { socket_.reset(); }

 private:
  Heard understood(const std::string& line) {
    TrainerEvent event = parse_event(line);
    if (const auto complaint = order_.check(event)) {
      event = ViolationEvent{*complaint + ": " + core::printable(line, 120)};
    }
    return {std::move(event), line};
  }

  FileDescriptor socket_;
  LineSplitter splitter_;
  ProtocolOrder order_;
  bool has_more_ = false;
};

/// For the record: what was read from a line of a log, beside the line.
std::string record_of(const TrainerEvent& event, const std::string& text) {
  core::Json record = core::Json::object();
  if (const auto* epoch = std::get_if<EpochEvent>(&event)) {
    record = {{"type", "epoch"},
              {"epoch", epoch->epoch},
              {"train_loss", epoch->train_loss},
              {"metrics", epoch->metrics}};
  } else if (const auto* final = std::get_if<FinalEvent>(&event)) {
    record = {{"type", "final"}, {"metrics", final->metrics}};
  } else if (const auto* violation = std::get_if<ViolationEvent>(&event)) {
    record = {{"type", violation->kind}, {"complaint", violation->complaint}};
  } else {
    record = {{"type", "started"}};
  }
  record["read_from"] = "log";
  if (!text.empty()) record["line"] = core::printable(text, 1000);
  return record.dump(-1, ' ', false, core::Json::error_handler_t::replace);
}

/// Follows the file that a program's standard output and error both go to: of two files nobody
/// could tell any more what was said first.
class LogEvents : public EventSource {
 public:
  LogEvents(FileDescriptor holder, const Command& command, const study::LogPatterns& patterns)
      : holder_(std::move(holder)),
        barrier_(patterns.started ? Barrier::pattern : Barrier::process_start),
        reader_(patterns),
        changes_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        log_(::open(command.stdout_file.c_str(), O_RDONLY | O_CLOEXEC)) {
    // Without inotify, whose instances a user has only so many of, one looks again and again.
    if (changes_.is_open()) {
      ::inotify_add_watch(changes_.get(), command.stdout_file.c_str(), IN_MODIFY);
    }
    if (!log_.is_open()) {
      throw core::SystemError("can't follow '" + command.stdout_file.string() + "'", errno);
    }
    // A log to which an earlier round has written goes on behind that.
    ::lseek(log_.get(), 0, SEEK_END);
  }

  Barrier barrier() const override { return barrier_; }
  void go() override {
    send_go(holder_);
    holder_.reset();
  }
  int fd() const override { return changes_.get(); }
  bool accepts(const ProcessEnd& end) const override { return reader_.accepts(end); }

  void read(const Hearer& hearer) override {
    forget_changes();
    tell_ready(hearer);
    read_log(hearer);
  }

  bool has_more() const override { return has_more_; }

  bool read_last(const ProcessEnd& end, const Hearer& hearer) override {
    tell_ready(hearer);
    // Not what others may write to it from now on.
    if (!last_byte_) last_byte_ = bytes_in_log();
    if (!read_log(hearer)) return true;
    if (has_more_) return false;
    for (const std::string& line : lines_.rest()) {
      if (!understand(line, hearer)) return true;
    }
    if (accepts(end)) tell(reader_.end(end), hearer);
    return true;
  }

  void close() override {
    holder_.reset();
    changes_.reset();
    log_.reset();
  }

 private:
  /// Not what changed is of interest, only that something did. What changes meanwhile is for the
  /// next time, or a program that writes without a pause would never be left.
  void forget_changes() const {
    Buffer buffer;
    [[maybe_unused]] const ssize_t bytes = ::read(changes_.get(), buffer.data(), buffer.size());
  }

  /// Held before it begins, it waits for the start signal as one that has loaded its data does.
  void tell_ready(const Hearer& hearer) {
    if (!std::exchange(is_first_, false)) return;
    hearer({ReadyEvent{core::Json::object()}, R"({"type":"ready","read_from":"log"})"});
  }

  off_t bytes_in_log() const {
    struct stat status = {};
    return ::fstat(log_.get(), &status) == 0 ? status.st_size : 0;
  }

  bool is_behind_last_byte() const {
    return last_byte_ && ::lseek(log_.get(), 0, SEEK_CUR) >= *last_byte_;
  }

  /// False when the hearer has heard enough, as with the next two.
  bool read_log(const Hearer& hearer) {
    has_more_ = false;
    size_t events = 0;
    const Hearer counting = [&](Heard heard) {
      ++events;
      return hearer(std::move(heard));
    };
    Buffer buffer;
    for (size_t bytes = 0; !is_behind_last_byte();) {
      if (bytes >= most_bytes_at_once || events >= most_events_at_once) {
        has_more_ = true;
        break;
      }
      const ssize_t count = ::read(log_.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      bytes += static_cast<size_t>(count);
      for (const std::string& line :
           lines_.feed(std::string_view(buffer.data(), static_cast<size_t>(count)))) {
        if (!understand(line, counting)) return false;
      }
    }
    return true;
  }

  bool understand(const std::string& line, const Hearer& hearer) {
    const std::optional<LogReader::Heard> told = reader_.read(line);
    return !told || tell(*told, hearer);
  }

  static bool tell(const LogReader::Heard& told, const Hearer& hearer) {
    return hearer({told.event, record_of(told.event, told.text)});
  }

  FileDescriptor holder_;
  Barrier barrier_;
  LogReader reader_;
  FileDescriptor changes_;
  FileDescriptor log_;
  LogLines lines_;
  std::optional<off_t> last_byte_;  ///< once the process has ended
  bool is_first_ = true;
  bool has_more_ = false;
};

}  // namespace

std::string name_of(Barrier barrier) {
  switch (barrier) {
    case Barrier::protocol:
      return "protocol";
    case Barrier::pattern:
      return "pattern";
    case Barrier::process_start:
      return "process_start";
  }
  return "?";
}

std::unique_ptr<EventSource> event_source(const std::optional<study::LogPatterns>& patterns,
                                          const Command& command, ChildProcess& process) {
  if (!patterns) return std::make_unique<SocketEvents>(std::move(process.events()));
  return std::make_unique<LogEvents>(std::move(process.events()), command, *patterns);
}

}  // namespace tandem::execute

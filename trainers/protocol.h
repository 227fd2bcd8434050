#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace tandem::trainers {

/// The trainer's end of the protocol in docs/protocol.md: JSON objects out, one line in. Without a
/// tandem at the other end nothing is sent and `go` is there at once. Used by one thread; the
/// descriptor stays open until the program ends, which tells tandem that it has ended.
class EventStream {
 public:
  /// Not connected.
  EventStream() = default;
  /// Connected to tandem by a stream socket.
  explicit EventStream(int socket) : socket_(socket) {}

  /// Reads the descriptor's number from TANDEM_EVENTS; not connected when the variable is unset.
  /// Throws TrainingError when the number is no connected stream socket.
  static EventStream from_environment();

  bool connected() const { return socket_.has_value(); }

  /// Writes one line. Values that are not finite become null. Throws TrainingError when tandem has
  /// gone away: called_off before the start, failure after it.
  void send(const nlohmann::json& event);

  /// Waits for the line {"type":"go"}. Throws TrainingError: called_off when the stream ends
  /// instead, failure when another line comes.
  void wait_for_go();

 private:
  std::optional<int> socket_;
  bool started_ = false;
};

}  // namespace tandem::trainers

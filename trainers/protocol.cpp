#include "protocol.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::size_t line_limit = 65536;  // bytes, from docs/protocol.md

[[noreturn]] void throw_gone_away(bool started, const std::string& detail) {
  if (started) {
    throw TrainingError(ExitCode::failure, "tandem went away during the training: " + detail);
  }
  throw TrainingError(ExitCode::called_off, "the run was called off before its start: " + detail);
}

bool is_go(const std::string& line) {
  const auto message = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  return message.is_object() && message.contains("type") && message["type"] == "go";
}

}  // namespace

EventStream EventStream::from_environment() {
  const char* const text = std::getenv("TANDEM_EVENTS");
  if (text == nullptr) return EventStream();
  const std::string_view number(text);
  int descriptor = -1;
  const auto [rest, error] =
      std::from_chars(number.data(), number.data() + number.size(), descriptor);
  int type = 0;
  socklen_t size = sizeof(type);
  if (error != std::errc() || rest != number.data() + number.size() ||
      ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    throw TrainingError(
        ExitCode::failure,
        fmt::format("TANDEM_EVENTS: found '{}', expected the descriptor number of a connected "
                    "stream socket",
                    number));
  }
  return EventStream(descriptor);
}

void EventStream::send(const nlohmann::json& event) {
  if (!connected()) return;
  const std::string line =
      event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::send(*socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw_gone_away(started_, std::strerror(errno));
    }
  }
}

void EventStream::wait_for_go() {
  if (connected()) {
    std::string line;
    while (!line.ends_with('\n')) {
      char c = 0;
      const ssize_t count = ::recv(*socket_, &c, 1, 0);
      if (count == 1) {
        line += c;
      } else if (count == 0) {
        throw_gone_away(started_, "its event stream ended");
      } else if (errno != EINTR) {
        throw_gone_away(started_, std::strerror(errno));
      }
      if (line.size() > line_limit) break;
    }
    if (!is_go(line)) {
      throw TrainingError(ExitCode::failure, "the event stream: found '" + line.substr(0, 200) +
                                                 "', expected {\"type\":\"go\"}");
    }
  }
  started_ = true;
}

}  // namespace tandem::trainers

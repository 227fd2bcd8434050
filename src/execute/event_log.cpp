#include "execute/event_log.h"

#include <fcntl.h>

#include <cerrno>

#include "core/error.h"
#include "execute/protocol.h"

namespace tandem::execute {

using core::Json;

EventLog::EventLog(const std::filesystem::path& file, core::Time origin)
    : path_(file),
      origin_(origin),
      file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644)) {
  if (!file_.is_open()) throw core::SystemError("can't make '" + file.string() + "'", errno);
}

void EventLog::add(core::Time when, const std::string& who, int round, const std::string& line) {
  Json event = json_of(line).value_or(Json(Json::value_t::discarded));
  if (event.is_discarded()) event = line;
  write({{"t_s", core::seconds_between(origin_, when)},
         {"from", who},
         {"round", round},
         {"event", std::move(event)}});
}

void EventLog::add(core::Time when, const std::string& who, const Json& event) {
  write({{"t_s", core::seconds_between(origin_, when)}, {"from", who}, {"event", event}});
}

void EventLog::write(const Json& entry) {
  const std::string text = entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  try {
    file_.write_all(text);
  } catch (const core::SystemError& error) {
    throw core::SystemError("can't write '" + path_.string() + "': " + error.what());
  }
}

}  // namespace tandem::execute

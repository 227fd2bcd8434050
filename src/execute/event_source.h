#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/file_descriptor.h"
#include "execute/child_process.h"
#include "execute/log_reader.h"
#include "execute/protocol.h"
#include "study/log_pattern.h"

namespace tandem::execute {

/// Where a training begins.
enum class Barrier {
  protocol,       ///< at the start signal, which the program waits for
  pattern,        ///< at a line of its log, whenever it comes
  process_start,  ///< with the process, which the launcher holds until the start signal
};
std::string name_of(Barrier barrier);

/// Something that a training has said; `line` is how the record keeps it.
struct Heard {
  TrainerEvent event;
  std::string line;
};

/// Where tandem hears of a training's progress.
class EventSource {
 public:
  /// Takes what has been said; false when nothing more is of interest.
  using Hearer = std::function<bool(Heard)>;

  virtual ~EventSource() = default;
  virtual Barrier barrier() const = 0;
  /// Gives the start signal to the program or to what holds it. One that is gone shows by its end.
  virtual void go() = 0;
  /// Becomes readable when there may be something to read; negative when it never will.
  virtual int fd() const = 0;
  /// Tells what has been said since the last call, in its order, until the hearer has heard enough.
  /// Doesn't block, and doesn't tell everything at once when that is very much: has_more() then.
  virtual void read(const Hearer& hearer) = 0;
  /// The last read() left something that can be read at once, whatever fd() says.
  virtual bool has_more() const = 0;
  /// Tells what was said last, once the process has ended, as bounded as read(): to be called until
  /// it gives true, when all of it has been told that the hearer wants.
  virtual bool read_last(const ProcessEnd& end, const Hearer& hearer) = 0;
  /// Gives back its descriptors; nothing more is heard.
  virtual void close() = 0;
  /// Whether a training that succeeded may end like this.
  virtual bool accepts(const ProcessEnd& end) const = 0;
};

/// What the process says on its protocol socket; with `patterns`, of a process that is held, what
/// it writes to its log, which must be one file for both of its streams. `command` is what it was
/// started with. Takes over the process's socket. Throws SystemError when the log can't be
/// followed.
std::unique_ptr<EventSource> event_source(const std::optional<study::LogPatterns>& patterns,
                                          const Command& command, ChildProcess& process);

}  // namespace tandem::execute

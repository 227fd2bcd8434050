#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "execute/child_process.h"

namespace tandem::execute {

/// A line that a program wrote to its protocol socket.
struct SaidLine {
  size_t number = 0;  ///< counted from 1
  double t_s = 0;     ///< since the program was started
  std::string text;
  std::string complaint;  ///< what is wrong with it; empty when nothing is
};

/// Beyond any of these a program is ended.
struct ConformanceLimits {
  double time_s = 600;
  size_t complaints = 100;               ///< after so many, further ones tell nobody anything
  std::uintmax_t said_bytes = 16 << 20;  ///< on the protocol socket
  std::uintmax_t log_bytes = 256 << 20;  ///< of its standard output, and of its error
};

struct Conformance {
  std::vector<std::string> complaints;  ///< those of lines with their number, then the others
  std::optional<ProcessEnd> end;        ///< nothing when it was ended for a limit or `stop`
  bool conforms() const { return complaints.empty(); }
};

/// Starts a program as tandem starts a trainer, gives it the start signal when it is ready, and
/// holds what it says against docs/protocol.md, all of it and not only to the first mistake. Its
/// end must fit what it said. Told of each line as it comes. It is ended at a limit, or when `stop`
/// becomes true, and that is a complaint too. Throws core::SystemError.
Conformance check_conformance(const Command& command, const ConformanceLimits& limits,
                              const std::atomic<bool>& stop,
                              const std::function<void(const SaidLine&)>& on_line);

/// Starts it once more and calls it off instead of giving the start signal: what is wrong with how
/// it ends, or nothing.
std::optional<std::string> check_called_off(const Command& command, const ConformanceLimits& limits,
                                            const std::atomic<bool>& stop);

}  // namespace tandem::execute

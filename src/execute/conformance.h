#pragma once

#include <atomic>
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

struct Conformance {
  std::vector<std::string> complaints;  ///< those of lines with their number, then the others
  std::optional<ProcessEnd> end;        ///< nothing when it was ended for the time limit
  bool conforms() const { return complaints.empty(); }
};

/// Starts a program as tandem starts a trainer, gives it the start signal when it is ready, and
/// holds what it says against docs/protocol.md, all of it and not only to the first mistake. Its
/// end must fit what it said. Told of each line as it comes. It is ended after `limit_s`, or when
/// `stop` becomes true. Throws core::SystemError.
Conformance check_conformance(const Command& command, double limit_s, const std::atomic<bool>& stop,
                              const std::function<void(const SaidLine&)>& on_line);

/// Starts it once more and calls it off instead of giving the start signal: what is wrong with how
/// it ends, or nothing.
std::optional<std::string> check_called_off(const Command& command, double limit_s,
                                            const std::atomic<bool>& stop);

}  // namespace tandem::execute

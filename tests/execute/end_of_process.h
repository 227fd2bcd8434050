#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>

#include "core/clock.h"
#include "execute/child_process.h"

namespace tandem::execute {

/// Waits for the end, not longer than a loaded machine may need.
inline ProcessEnd end_of(ChildProcess& process) {
  const core::Time limit = core::Clock::now() + std::chrono::seconds(30);
  while (core::Clock::now() < limit) {
    if (const auto end = process.poll_end()) return *end;
    pollfd waiting{process.end_fd(), POLLIN, 0};
    ::poll(&waiting, 1, 100);
  }
  ADD_FAILURE() << "the process did not end";
  return {};
}

}  // namespace tandem::execute

#pragma once

#include <array>

#include "measure/process_tree.h"

namespace tandem::measure {

/// One tick of a process tree, by the names of its signals.
struct Sample {
  double cpu_time_s;
  double memory_mib;
  double processes;
  double io_read_mib;
  double io_written_mib;
};

inline Sample read(ProcessTree& tree) {
  std::array<double, 5> values{};
  tree.read(values);
  return {values[0], values[1], values[2], values[3], values[4]};
}

}  // namespace tandem::measure

#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <span>
#include <vector>

#include "measure/signal.h"

namespace tandem::measure {

/// The file of samples: a line of names (`t_s` and the signals), then a line a tick, an empty cell
/// where a sample is missing. Lines are written out about twice a second, so that a killed run
/// leaves its samples. Used by one thread at a time.
class SamplesCsv {
 public:
  /// Throws core::SystemError when the file can't be made.
  SamplesCsv(const std::filesystem::path& path, std::span<const Signal> signals);
  ~SamplesCsv();
  SamplesCsv(const SamplesCsv&) = delete;
  SamplesCsv& operator=(const SamplesCsv&) = delete;

  /// A failure to write is remembered for finish().
  void append(double t_s, std::span<const double> values);
  /// Writes the rest. Throws core::SystemError when anything could not be written.
  void finish();

 private:
  void flush();

  std::filesystem::path path_;
  int fd_;
  int error_ = 0;
  double flushed_at_s_ = 0;
  fmt::memory_buffer pending_;
};

}  // namespace tandem::measure

#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_descriptor.h"
#include "measure/signal.h"

namespace tandem::measure {

/// Writes a file of samples (CSV): a line of names, `t_s` and the signals, then a line a tick, an
/// empty cell where a sample is missing. Each line is handed to the system as it comes, so that a
/// killed run leaves its samples. append() neither allocates nor locks. Used by one thread at a
/// time.
class SamplesWriter {
 public:
  /// Throws core::SystemError when the file can't be made.
  SamplesWriter(const std::filesystem::path& path, std::span<const Signal> signals);

  /// A failure to write is remembered: nothing more is written then.
  void append(double t_s, std::span<const double> values) noexcept;
  /// errno of the first failure to write; 0 when there was none.
  int error() const { return error_; }

 private:
  void write(std::string_view text) noexcept;

  core::FileDescriptor file_;
  int error_ = 0;
  std::vector<char> line_;  ///< room for the longest line
};

/// What a file of samples holds.
struct Samples {
  std::vector<std::string> names;  ///< of the signals
  std::vector<double> t_s;         ///< never decreasing
  std::vector<std::vector<double>>
      values;  ///< [signal][tick]; missing_sample where a cell is empty

  /// The samples of a signal; nullptr when there is none of that name.
  const std::vector<double>* find(std::string_view signal_name) const;
};

/// Reads what SamplesWriter wrote. A last line without its end is left out: the writer was killed
/// in the middle of it. Throws core::SystemError naming `file`, the line and what is wrong.
Samples parse_samples(std::string_view text, const std::string& file);
Samples read_samples(const std::filesystem::path& path);

}  // namespace tandem::measure

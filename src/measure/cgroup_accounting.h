#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/file_descriptor.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What the kernel has counted for the cgroup that a participant's trainings run in, with all that
/// ever were in it: also processes that ended unwaited for. Signals, for the participant `a`:
/// `cgroup_cpu_time_a_s`, and where the controllers are enabled for this cgroup
/// `cgroup_memory_a_mib`, `cgroup_memory_peak_a_mib` (memory with the page cache; the peak since
/// the cgroup was made), `cgroup_io_read_a_mib`, `cgroup_io_written_a_mib`. The files are kept
/// open; once the cgroup is removed the samples are missing.
class CgroupAccounting final : public SignalSource {
 public:
  /// `folder` is the cgroup's. What it doesn't tell now is not among the signals.
  CgroupAccounting(char participant, const std::filesystem::path& folder);

  /// The signals that aren't there, and why.
  const std::vector<MissingSource>& unavailable() const { return unavailable_; }

  std::string name() const override { return "cgroup"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  enum class File { cpu_stat, memory_current, memory_peak, io_stat };
  /// One file, which gives one signal or, io.stat, two.
  struct Source {
    File file;
    core::FileDescriptor descriptor;
  };
  void add(File file, const std::filesystem::path& path, std::vector<Signal> signals);
  static void read(const Source& source, std::span<double> values);

  std::vector<Source> sources_;
  std::vector<Signal> signals_;
  std::vector<MissingSource> unavailable_;
};

}  // namespace tandem::measure

#include "measure/cgroup_accounting.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "measure/cgroup.h"

namespace tandem::measure {
namespace {

constexpr double bytes_per_mib = 1024.0 * 1024.0;

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / bytes_per_mib;
}

}  // namespace

CgroupAccounting::CgroupAccounting(char participant, const std::filesystem::path& folder) {
  const auto named = [&](const char* name, const char* unit) {
    return fmt::format("cgroup_{}_{}_{}", name, participant, unit);
  };
  add(File::cpu_stat, folder / "cpu.stat",
      {{named("cpu_time", "s"), "s", Behaviour::counter,
        "CPU time of all processes that were in the participant's cgroup"}});
  add(File::memory_current, folder / "memory.current",
      {{named("memory", "mib"), "MiB", Behaviour::gauge,
        "memory charged to the participant's cgroup, with its page cache"}});
  add(File::memory_peak, folder / "memory.peak",
      {{named("memory_peak", "mib"), "MiB", Behaviour::gauge,
        "most memory that was ever charged to the participant's cgroup"}});
  add(File::io_stat, folder / "io.stat",
      {{named("io_read", "mib"), "MiB", Behaviour::counter,
        "what the participant's cgroup has read from block devices"},
       {named("io_written", "mib"), "MiB", Behaviour::counter,
        "what the participant's cgroup has written to block devices"}});
}

void CgroupAccounting::add(File file, const std::filesystem::path& path,
                           std::vector<Signal> signals) {
  Source source{file, core::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
  const int error = source.descriptor.is_open() ? 0 : errno;
  std::array<double, 2> values{missing_sample, missing_sample};
  if (error == 0) read(source, std::span(values).first(signals.size()));
  if (!std::isnan(values[0])) {
    sources_.push_back(std::move(source));
    std::ranges::move(signals, std::back_inserter(signals_));
    return;
  }
  const std::string reason =
      error == ENOENT
          ? fmt::format(
                "no {}: the kernel is too old or the controller is not enabled for this "
                "cgroup (cgroup.subtree_control of the one above)",
                path.string())
          : fmt::format("can't read {}: {}", path.string(),
                        error != 0 ? ::strerror(error) : "not what the kernel writes");
  for (Signal& signal : signals) unavailable_.push_back({std::move(signal.name), reason});
}

void CgroupAccounting::read(const Source& source, std::span<double> values) {
  std::ranges::fill(values, missing_sample);
  // A line a device in io.stat.
  std::array<char, 16384> buffer;
  ssize_t size = 0;
  do {
    size = ::pread(source.descriptor.get(), buffer.data(), buffer.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return;
  const std::string_view text(buffer.data(), static_cast<size_t>(size));
  if (source.file == File::io_stat) {
    const bool cut_off = text.size() == buffer.size();
    if (const auto io = parse_io_stat(text); io && !cut_off) {
      values[0] = mib(io->read_bytes);
      values[1] = mib(io->written_bytes);
    }
  } else if (source.file == File::cpu_stat) {
    if (const auto usage_us = parse_cpu_stat(text)) {
      values[0] = static_cast<double>(*usage_us) * 1e-6;
    }
  } else if (const auto bytes = parse_cgroup_value(text)) {
    values[0] = mib(*bytes);
  }
}

void CgroupAccounting::read(std::span<double> values) noexcept {
  for (const Source& source : sources_) {
    const size_t count = source.file == File::io_stat ? 2 : 1;
    read(source, values.first(count));
    values = values.subspan(count);
  }
}

}  // namespace tandem::measure

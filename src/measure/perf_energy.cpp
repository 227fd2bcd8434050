#include "measure/perf_energy.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "measure/kernel_text.h"
#include "measure/rapl_domain.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

struct CountingEvent {
  core::FileDescriptor fd;
  double scale_j = 0;  ///< joules of one count
};

class PerfEnergy final : public SignalSource {
 public:
  void add(Signal signal, CountingEvent event) {
    signals_.push_back(std::move(signal));
    events_.push_back(std::move(event));
  }
  std::string name() const override { return "rapl"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override {
    for (size_t i = 0; i < events_.size(); ++i) values[i] = read_joules(events_[i]);
  }

 private:
  static double read_joules(const CountingEvent& event) noexcept {
    std::uint64_t count = 0;
    ssize_t size = 0;
    do {
      size = ::read(event.fd.get(), &count, sizeof count);
    } while (size < 0 && errno == EINTR);
    // An event that the kernel gave up reads as the end of a file.
    if (size != sizeof count) return missing_sample;
    return static_cast<double>(count) * event.scale_j;
  }

  std::vector<Signal> signals_;
  std::vector<CountingEvent> events_;
};

MissingSource missing(std::string reason, std::vector<std::string> enable_with = {}) {
  return {"rapl", "perf: " + std::move(reason), std::move(enable_with)};
}
MissingSource not_understood(const fs::path& file) {
  return missing("can't make sense of " + file.string());
}

MissingSource cannot_open(const std::string& event, int cpu, int error, const fs::path& root) {
  const std::string what =
      fmt::format("perf_event_open of {} on CPU {}: {}", event, cpu, ::strerror(error));
  if (error != EACCES && error != EPERM) return missing(what);
  const std::string level(trimmed(read_text(root / "proc/sys/kernel/perf_event_paranoid")));
  if (level == "0" || level == "-1") {
    // Then it is a container's filter of system calls or a security module.
    return missing(what + ", although kernel.perf_event_paranoid is " + level);
  }
  return missing(fmt::format("{} (kernel.perf_event_paranoid is {}; CAP_PERFMON would do as well)",
                             what, level.empty() ? "not known" : level),
                 {"sudo sysctl kernel.perf_event_paranoid=0"});
}

/// An event of the `power` events, as its files in sysfs describe it.
struct EventDescription {
  std::string name;
  RaplDomain::Part part;
  std::uint64_t config = 0;
  double scale_j = 0;
};

std::optional<std::uint64_t> read_number(const fs::path& file) {
  return parse_number(read_text(file));
}

/// The domains and their CPUs; or the file that isn't understood.
using CpuOfDomain = std::map<RaplDomain, int>;
std::variant<CpuOfDomain, fs::path> packages(const fs::path& root, const fs::path& cpumask) {
  const auto cpus = parse_cpu_list(read_text(cpumask));
  if (!cpus) return cpumask;
  constexpr std::uint64_t most = std::numeric_limits<int>::max();
  const bool one_counter_a_package = dies_share_one_counter(root);
  std::map<int, std::map<int, int>> cpu_of_die_of_package;
  for (const int cpu : *cpus) {
    const fs::path topology = root / fmt::format("sys/devices/system/cpu/cpu{}/topology", cpu);
    const auto package = read_number(topology / "physical_package_id");
    if (!package || *package > most) return topology / "physical_package_id";
    const auto die = one_counter_a_package ? 0 : read_number(topology / "die_id").value_or(0);
    if (die > most) return topology / "die_id";
    cpu_of_die_of_package[static_cast<int>(*package)].emplace(die, cpu);
  }
  CpuOfDomain found;
  for (const auto& [package, cpu_of_die] : cpu_of_die_of_package) {
    for (const auto& [die, cpu] : cpu_of_die) {
      const auto named_die = cpu_of_die.size() > 1 ? std::optional(die) : std::nullopt;
      found.emplace(RaplDomain{package, named_die}, cpu);
    }
  }
  return found;
}

}  // namespace

OpenedEvent open_perf_event(std::uint32_t type, std::uint64_t config, int cpu) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  constexpr pid_t every_process = -1;
  constexpr int no_group = -1;
  const long fd = ::syscall(SYS_perf_event_open, &attributes, every_process, cpu, no_group,
                            PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) return {core::FileDescriptor(), errno};
  return {core::FileDescriptor(static_cast<int>(fd)), 0};
}

FoundSource find_perf_energy(const fs::path& root, const PerfOpener& open) {
  const fs::path folder = root / "sys/bus/event_source/devices/power";
  std::error_code code;
  if (!fs::exists(folder / "type", code)) return missing("no " + folder.string());
  const auto type = read_number(folder / "type");
  if (!type || *type > std::numeric_limits<std::uint32_t>::max()) {
    return not_understood(folder / "type");
  }
  const auto domains = packages(root, folder / "cpumask");
  if (const auto* file = std::get_if<fs::path>(&domains)) return not_understood(*file);

  std::vector<EventDescription> events;
  for (const auto& [event, part] : {std::pair("energy-pkg", RaplDomain::Part::package),
                                    std::pair("energy-ram", RaplDomain::Part::dram)}) {
    const fs::path file = folder / "events" / event;
    if (!fs::exists(file, code)) continue;
    const auto config = parse_perf_event(read_text(file));
    const auto scale_j = parse_perf_scale(read_text(file.string() + ".scale"));
    if (!config) return not_understood(file);
    if (!scale_j) return not_understood(file.string() + ".scale");
    if (trimmed(read_text(file.string() + ".unit")) != "Joules") {
      return not_understood(file.string() + ".unit");
    }
    events.push_back({event, part, *config, *scale_j});
  }
  if (events.empty() || events[0].part != RaplDomain::Part::package) {
    return missing("no energy-pkg in " + (folder / "events").string());
  }

  auto source = std::make_unique<PerfEnergy>();
  for (const auto& [package, cpu] : std::get<CpuOfDomain>(domains)) {
    for (const EventDescription& event : events) {
      OpenedEvent opened = open(static_cast<std::uint32_t>(*type), event.config, cpu);
      if (opened.error != 0) return cannot_open(event.name, cpu, opened.error, root);
      RaplDomain domain = package;
      domain.part = event.part;
      source->add(domain.signal("perf"), {std::move(opened.fd), event.scale_j});
    }
  }
  return source;
}

}  // namespace tandem::measure

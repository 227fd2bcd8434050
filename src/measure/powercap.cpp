#include "measure/powercap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "measure/kernel_file.h"
#include "measure/kernel_text.h"
#include "measure/machine.h"
#include "measure/rapl_domain.h"
#include "measure/wrapping_counter.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

/// A 32-bit counter of 15 microjoules goes round in 64 kJ: 2 minutes at 500 W.
constexpr double read_zones_every_s = 30;

/// A number, or errno of what failed; EINVAL when what was read is no number.
struct Number {
  std::uint64_t value = 0;
  int error = 0;
};

Number read_number(const char* path) noexcept {
  std::array<char, 32> buffer;
  const FileText file = read_kernel_file(path, buffer);
  if (file.error != 0) return {0, file.error};
  const auto number = parse_number(file.text);
  return number ? Number{*number, 0} : Number{0, EINVAL};
}

/// A zone whose counter is read at every tick.
struct Zone {
  std::string energy_file;
  WrappingCounter counter_uj;
};

class Powercap final : public SignalSource {
 public:
  void add(Signal signal, Zone zone) {
    signal.read_at_least_every_s = read_zones_every_s;
    signals_.push_back(std::move(signal));
    zones_.push_back(std::move(zone));
  }
  std::string name() const override { return "rapl"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override {
    for (size_t i = 0; i < zones_.size(); ++i) values[i] = read_joules(zones_[i]);
  }

 private:
  static double read_joules(Zone& zone) noexcept {
    const Number shown_uj = read_number(zone.energy_file.c_str());
    if (shown_uj.error != 0) return missing_sample;
    const auto count_uj = zone.counter_uj.count(shown_uj.value);
    return count_uj ? static_cast<double>(*count_uj) * 1e-6 : missing_sample;
  }

  std::vector<Signal> signals_;
  std::vector<Zone> zones_;
};

MissingSource missing(std::string reason, std::vector<std::string> enable_with = {}) {
  return {"rapl", "powercap: " + std::move(reason), std::move(enable_with)};
}

MissingSource cannot_read(const fs::path& file, int error) {
  if (error == EINVAL) return missing(fmt::format("{} holds no number", file.string()));
  return missing(fmt::format("can't read {}: {}", file.string(), ::strerror(error)));
}

/// Folders of all zones. Those of the driver that repeats the package's registers in memory
/// (`intel-rapl-mmio:0`) come last, so that they only count where no other shows the domain.
std::vector<fs::path> zone_folders(const fs::path& powercap) {
  std::vector<fs::path> zones;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(powercap, code)) {
    const std::string name = entry.path().filename().string();
    const bool is_zone = name.starts_with("intel-rapl") && name.find(':') != name.npos;
    if (is_zone) zones.push_back(entry.path());
  }
  std::ranges::sort(zones, {}, [](const fs::path& zone) {
    return std::pair(zone.filename().string().starts_with("intel-rapl-mmio"), zone);
  });
  return zones;
}

/// `intel-rapl:0` for `intel-rapl:0:2`; the same folder for a zone that is within no other.
fs::path zone_around(const fs::path& zone) {
  const std::string name = zone.filename().string();
  const bool is_within = std::ranges::count(name, ':') > 1;
  return is_within ? zone.parent_path() / name.substr(0, name.rfind(':')) : zone;
}

/// That there is nothing, and whether a driver could show it.
MissingSource no_package(const fs::path& root, const fs::path& powercap, const std::string& chmod) {
  const std::string what = "no package in " + powercap.string();
  const std::string hypervisor = describe_machine(root).hypervisor;
  if (!hypervisor.empty()) return missing(what + " (virtual machine: " + hypervisor + ")");
  const auto cpuinfo = parse_fields(read_text(root / "proc/cpuinfo"));
  if (value_of(cpuinfo, "vendor_id").empty()) return missing(what + " (only x86 CPUs have RAPL)");
  return missing(what, {"sudo modprobe intel_rapl_msr && " + chmod});
}

}  // namespace

FoundSource find_powercap(const fs::path& root) {
  const fs::path powercap = root / "sys/class/powercap";
  const bool one_counter_a_package = dies_share_one_counter(root);
  std::map<RaplDomain, fs::path> zones;
  std::map<fs::path, std::string> names;
  const std::vector<fs::path> folders = zone_folders(powercap);
  for (const fs::path& folder : folders) {
    std::array<char, 64> buffer;
    const FileText name = read_kernel_file((folder / "name").c_str(), buffer);
    if (name.error != 0) return cannot_read(folder / "name", name.error);
    names[folder] = trimmed(name.text);
  }
  for (const fs::path& folder : folders) {
    const bool is_dram = names[folder] == "dram";
    auto domain = parse_package_zone(names[is_dram ? zone_around(folder) : folder]);
    if (!domain) continue;
    if (is_dram) domain->part = RaplDomain::Part::dram;
    if (one_counter_a_package) domain->die.reset();
    zones.emplace(*domain, folder);
  }

  const std::string chmod = "sudo chmod a+r " + (powercap / "*/energy_uj").string();
  if (zones.empty()) return no_package(root, powercap, chmod);
  auto source = std::make_unique<Powercap>();
  for (const auto& [domain, folder] : zones) {
    const fs::path energy_file = folder / "energy_uj";
    const fs::path range_file = folder / "max_energy_range_uj";
    const Number energy_uj = read_number(energy_file.c_str());
    if (energy_uj.error == EACCES || energy_uj.error == EPERM) {
      return missing("not permitted to read " + energy_file.string(), {chmod});
    }
    if (energy_uj.error != 0) return cannot_read(energy_file, energy_uj.error);
    const Number range_uj = read_number(range_file.c_str());
    if (range_uj.error != 0) return cannot_read(range_file, range_uj.error);
    if (range_uj.value == 0) return cannot_read(range_file, EINVAL);
    source->add(domain.signal("powercap"), {energy_file, WrappingCounter(range_uj.value)});
  }
  return source;
}

}  // namespace tandem::measure

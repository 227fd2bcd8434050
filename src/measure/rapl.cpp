#include "measure/rapl.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "measure/kernel_file.h"
#include "measure/wrapping_counter.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

/// A powercap zone that is to be read.
struct Zone {
  Signal signal;
  std::string energy_file;
  WrappingCounter counter_uj;
};

/// A number, or errno of what failed.
struct Number {
  std::uint64_t value = 0;
  int error = 0;
};

Number read_number(const char* path) noexcept {
  std::array<char, 32> buffer;
  const FileText file = read_kernel_file(path, buffer);
  if (file.error != 0) return {0, file.error};
  Number number;
  const auto [end, error] =
      std::from_chars(file.text.data(), file.text.data() + file.text.size(), number.value);
  if (error != std::errc()) number.error = EIO;
  return number;
}

std::string read_name(const fs::path& zone) {
  std::array<char, 64> buffer;
  std::string_view name = read_kernel_file((zone / "name").c_str(), buffer).text;
  while (!name.empty() && name.back() == '\n') name.remove_suffix(1);
  return std::string(name);
}

/// `package-0` and, on parts with several dies, `package-0-die-1`.
bool is_package(const std::string& zone_name) {
  return zone_name.starts_with("package-");
}

/// `rapl_package_0_j` for the zone of package 0, `rapl_dram_0_j` for its DRAM, nothing for the
/// others.
std::optional<Signal> signal_of(const fs::path& zone) {
  const std::string name = read_name(zone);
  std::string domain;
  if (is_package(name)) {
    domain = name;
  } else if (name == "dram") {
    const std::string folder = zone.filename().string();
    const std::string package = read_name(zone.parent_path() / folder.substr(0, folder.rfind(':')));
    if (!is_package(package)) return std::nullopt;
    domain = "dram" + package.substr(package.find('-'));
  } else {
    return std::nullopt;
  }
  const std::string description = "energy of the CPU's " + domain + " domain (RAPL)";
  std::ranges::replace(domain, '-', '_');
  return Signal{rapl_prefix + domain + "_j", "J", Behaviour::counter, description};
}

/// Folders of the zones, sorted by name. The name of the driver excludes `intel-rapl-mmio:0`, which
/// shows the same package once more.
std::vector<fs::path> zone_folders(const fs::path& powercap) {
  std::vector<fs::path> zones;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(powercap, code)) {
    if (entry.path().filename().string().starts_with("intel-rapl:")) zones.push_back(entry.path());
  }
  std::ranges::sort(zones);
  return zones;
}

MissingSource missing(std::string reason) {
  return {"rapl", std::move(reason)};
}

class Rapl final : public SignalSource {
 public:
  explicit Rapl(std::vector<Zone> zones) : zones_(std::move(zones)) {
    for (const Zone& zone : zones_) signals_.push_back(zone.signal);
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

  std::vector<Zone> zones_;
  std::vector<Signal> signals_;
};

}  // namespace

FoundSource find_rapl(const fs::path& root) {
  const fs::path powercap = root / "sys/class/powercap";
  std::vector<Zone> zones;
  for (const fs::path& folder : zone_folders(powercap)) {
    std::optional<Signal> signal = signal_of(folder);
    if (!signal) continue;
    const std::string energy_file = folder / "energy_uj";
    const std::string range_file = folder / "max_energy_range_uj";
    const Number energy_uj = read_number(energy_file.c_str());
    if (energy_uj.error == EACCES || energy_uj.error == EPERM) {
      return missing(fmt::format("not permitted to read {} (enable with: sudo chmod a+r {})",
                                 energy_file, (powercap / "intel-rapl:*/energy_uj").string()));
    }
    const Number range_uj = read_number(range_file.c_str());
    if (energy_uj.error != 0 || range_uj.error != 0) {
      return missing(fmt::format("can't read {}: {}", energy_uj.error ? energy_file : range_file,
                                 ::strerror(energy_uj.error ? energy_uj.error : range_uj.error)));
    }
    zones.push_back({std::move(*signal), energy_file, WrappingCounter(range_uj.value)});
  }
  if (zones.empty()) {
    return missing(fmt::format(
        "no RAPL package zone in {} (virtual machines have none; on a physical machine try: sudo "
        "modprobe intel_rapl_msr)",
        powercap.string()));
  }
  return std::make_unique<Rapl>(std::move(zones));
}

}  // namespace tandem::measure

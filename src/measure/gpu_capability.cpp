#include "measure/gpu_capability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace tandem::measure {
namespace {

bool tells(const Gpu& gpu, std::string_view name) {
  return std::ranges::find(gpu.unavailable(), name, &UnavailableReading::name) ==
         gpu.unavailable().end();
}

/// What energy is taken from; empty when it can't be had.
std::string energy_source(const Gpu& gpu) {
  if (tells(gpu, "energy_j")) return "energy counter";
  if (tells(gpu, "power_instant_w")) return "power, integrated";
  if (tells(gpu, "power_average_w")) return "average power of a second, integrated";
  return "";
}

std::string text_of(const Gpu& gpu) {
  const core::GpuDescription& device = gpu.description();
  const std::string source = energy_source(gpu);
  std::string text = fmt::format(
      "{} {}: {}; {}{}", device.name, device.uuid, source.empty() ? "no energy" : source,
      device.sharing, device.sharing == "mig" ? " (energy of the whole board only)" : "");
  std::vector<std::string> untold;
  for (const UnavailableReading& reading : gpu.unavailable()) {
    untold.push_back(fmt::format("{} ({})", reading.name, reading.reason));
  }
  if (!untold.empty()) text += fmt::format("; doesn't tell {}", fmt::join(untold, ", "));
  return text;
}

}  // namespace

Capability gpu_capability(const std::variant<GpuDriver, MissingSource>& found) {
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    return {"gpu_energy", false, missing->reason, missing->enable_with};
  }
  const auto& driver = std::get<GpuDriver>(found);
  Capability capability{"gpu_energy", false, ""};
  std::vector<std::string> texts;
  for (const Gpu& gpu : driver.devices()) {
    capability.available = capability.available || !energy_source(gpu).empty();
    texts.push_back(text_of(gpu));
  }
  for (const MissingSource& broken : driver.broken_devices()) {
    texts.push_back("broken: " + broken.reason);
    for (const std::string& command : broken.enable_with) capability.enable_with.push_back(command);
  }
  capability.detail = fmt::format("{}", fmt::join(texts, ". "));
  return capability;
}

}  // namespace tandem::measure

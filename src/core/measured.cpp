#include "core/measured.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "core/text.h"

namespace tandem::core {
namespace {

constexpr std::array<std::string_view, 6> source_names = {"nvml_counter", "nvml_power", "rapl",
                                                          "estimated",    "mixed",      "none"};

}  // namespace

std::string name_of(EnergySource source) {
  return std::string(source_names.at(static_cast<size_t>(source)));
}

EnergySource energy_source_of(const std::string& name) {
  for (size_t i = 0; i < source_names.size(); ++i) {
    if (source_names.at(i) == name) return static_cast<EnergySource>(i);
  }
  throw SystemError("no energy source is called " + quoted(name));
}

void to_json(Json& json, const Energy& energy) {
  json = {{"joules", energy.joules}, {"energy_source", name_of(energy.source)}};
  if (!energy.model.empty()) json["model"] = energy.model;
}

void from_json(const Json& json, Energy& energy) {
  json.at("joules").get_to(energy.joules);
  energy.source = energy_source_of(json.at("energy_source").get<std::string>());
  energy.model = json.value("model", "");
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SamplingSummary, period_s, ticks, missed_deadlines,
                                   largest_gap_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Machine, cpu_model, logical_cpus, memory_mib, kernel, hostname,
                                   hypervisor, gpu)

std::string Machine::machine_class() const {
  return fmt::format("{} x{}{}", cpu_model, logical_cpus, gpu.empty() ? "" : ", " + gpu);
}

}  // namespace tandem::core

#include "core/measured.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "core/text.h"

namespace tandem::core {
namespace {

constexpr std::array<std::string_view, 7> source_names = {
    "nvml_counter", "nvml_power", "rapl", "estimated", "mixed", "none", "imported"};

}  // namespace

std::string name_of(EnergySource source) {
  return std::string(source_names.at(static_cast<size_t>(source)));
}

EnergySource energy_source_of(const std::string& name) {
  for (size_t i = 0; i < source_names.size(); ++i) {
    if (source_names.at(i) == name) return static_cast<EnergySource>(i);
  }
  throw SystemError("no energy source is called " + in_quotes(name));
}

void to_json(Json& json, const Energy& energy) {
  json = {{"joules", energy.joules}, {"energy_source", name_of(energy.source)}};
  if (!energy.model.empty()) json["model"] = energy.model;
  if (!energy.instead_of.empty()) json["instead_of"] = energy.instead_of;
}

void from_json(const Json& json, Energy& energy) {
  json.at("joules").get_to(energy.joules);
  energy.source = energy_source_of(json.at("energy_source").get<std::string>());
  energy.model = json.value("model", "");
  energy.instead_of = json.value("instead_of", "");
}

void to_json(Json& json, const SamplingSummary& sampling) {
  json = {{"name", sampling.name},
          {"period_s", sampling.period_s},
          {"ticks", sampling.ticks},
          {"missed_deadlines", sampling.missed_deadlines},
          {"largest_gap_s", sampling.largest_gap_s}};
  if (!sampling.problem.empty()) json["problem"] = sampling.problem;
}

void from_json(const Json& json, SamplingSummary& sampling) {
  json.at("name").get_to(sampling.name);
  json.at("period_s").get_to(sampling.period_s);
  json.at("ticks").get_to(sampling.ticks);
  json.at("missed_deadlines").get_to(sampling.missed_deadlines);
  json.at("largest_gap_s").get_to(sampling.largest_gap_s);
  sampling.problem = json.value("problem", "");
}

void to_json(Json& json, const Caution& caution) {
  json = {{"name", caution.name}, {"message", caution.message}};
}

void from_json(const Json& json, Caution& caution) {
  json.at("name").get_to(caution.name);
  json.at("message").get_to(caution.message);
}

void to_json(Json& json, const GpuDescription& gpu) {
  json = {{"uuid", gpu.uuid},
          {"pci_bus_id", gpu.pci_bus_id},
          {"name", gpu.name},
          {"driver_version", gpu.driver_version},
          {"sharing", gpu.sharing},
          {"power_limit_w", gpu.power_limit_w},
          {"memory_mib", gpu.memory_mib},
          {"energy_counter_period_s", gpu.energy_counter_period_s}};
}

void from_json(const Json& json, GpuDescription& gpu) {
  json.at("uuid").get_to(gpu.uuid);
  json.at("pci_bus_id").get_to(gpu.pci_bus_id);
  json.at("name").get_to(gpu.name);
  json.at("driver_version").get_to(gpu.driver_version);
  json.at("sharing").get_to(gpu.sharing);
  json.at("power_limit_w").get_to(gpu.power_limit_w);
  json.at("memory_mib").get_to(gpu.memory_mib);
  json.at("energy_counter_period_s").get_to(gpu.energy_counter_period_s);
}

void to_json(Json& json, const GpuState& state) {
  json = {
      {"temperature_c", state.temperature_c},       {"sm_clock_mhz", state.sm_clock_mhz},
      {"memory_clock_mhz", state.memory_clock_mhz}, {"memory_used_mib", state.memory_used_mib},
      {"throttle_bits", state.throttle_bits},       {"throttle_reasons", state.throttle_reasons}};
}

void from_json(const Json& json, GpuState& state) {
  json.at("temperature_c").get_to(state.temperature_c);
  json.at("sm_clock_mhz").get_to(state.sm_clock_mhz);
  json.at("memory_clock_mhz").get_to(state.memory_clock_mhz);
  json.at("memory_used_mib").get_to(state.memory_used_mib);
  json.at("throttle_bits").get_to(state.throttle_bits);
  json.at("throttle_reasons").get_to(state.throttle_reasons);
}

void to_json(Json& json, const IdlePower& idle) {
  json = {{"duration_s", idle.duration_s},
          {"cpu_power_watts", idle.cpu_w},
          {"cpu_energy_source", name_of(idle.cpu_source)},
          {"gpu_power_watts", idle.gpu_w}};
  if (!idle.cpu_model.empty()) json["cpu_model"] = idle.cpu_model;
}

void from_json(const Json& json, IdlePower& idle) {
  json.at("duration_s").get_to(idle.duration_s);
  json.at("cpu_power_watts").get_to(idle.cpu_w);
  idle.cpu_source = energy_source_of(json.at("cpu_energy_source").get<std::string>());
  json.at("gpu_power_watts").get_to(idle.gpu_w);
  idle.cpu_model = json.value("cpu_model", "");
}

void to_json(Json& json, const Machine& machine) {
  json = {{"cpu_model", machine.cpu_model},
          {"logical_cpus", machine.logical_cpus},
          {"memory_mib", machine.memory_mib},
          {"kernel", machine.kernel},
          {"hostname", machine.hostname},
          {"hypervisor", machine.hypervisor},
          {"gpu", machine.gpu}};
}

void from_json(const Json& json, Machine& machine) {
  json.at("cpu_model").get_to(machine.cpu_model);
  json.at("logical_cpus").get_to(machine.logical_cpus);
  json.at("memory_mib").get_to(machine.memory_mib);
  json.at("kernel").get_to(machine.kernel);
  json.at("hostname").get_to(machine.hostname);
  json.at("hypervisor").get_to(machine.hypervisor);
  json.at("gpu").get_to(machine.gpu);
}

std::string Machine::machine_class() const {
  const std::string cpus = logical_cpus > 0 ? fmt::format(" x{}", logical_cpus) : "";
  return cpu_model + cpus + (gpu.empty() ? "" : ", " + gpu);
}

}  // namespace tandem::core

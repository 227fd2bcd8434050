#include "fake_device.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fake_nvml {
namespace {
using Json = nlohmann::json;

int code_of(const Json& answer) {
  static const std::map<std::string, int> codes = {
      {"success", 0},           {"invalid_argument", 2},  {"not_supported", 3},
      {"no_permission", 4},     {"not_found", 6},         {"insufficient_size", 7},
      {"driver_not_loaded", 9}, {"timeout", 10},          {"function_not_found", 13},
      {"gpu_is_lost", 15},      {"version_mismatch", 18}, {"unknown", 999}};
  return answer.is_number() ? answer.get<int>() : codes.at(answer.get<std::string>());
}

template <typename Value>
void read(const Json& json, const char* name, Value& value) {
  if (json.contains(name)) json.at(name).get_to(value);
}

Power power_of(const Json& json) {
  if (json.is_number()) return {json.get<double>(), json.get<double>(), 1};
  return {json.at("low"), json.at("high"), json.at("period_s")};
}

Process process_of(const Json& json) {
  Process process;
  process.who = json;
  read(json, "kind", process.kind);
  if (json.contains("memory_mib")) {
    process.memory_mib = json["memory_mib"].is_null() ? -1 : json["memory_mib"].get<double>();
  }
  read(json, "sm_util_percent", process.sm_util_percent);
  read(json, "from_s", process.from_s);
  read(json, "to_s", process.to_s);
  return process;
}

Device device_of(const Json& json, size_t index) {
  Device device;
  device.uuid = "GPU-" + std::to_string(index) + "0000000-0000-0000-0000-000000000000";
  device.pci = "00000000:0" + std::to_string(index + 1) + ":00.0";
  device.name = "Fake GPU";
  read(json, "uuid", device.uuid);
  read(json, "pci", device.pci);
  read(json, "name", device.name);
  read(json, "memory_mib", device.memory_mib);
  read(json, "used_mib", device.used_mib);
  read(json, "power_limit_w", device.power_limit_w);
  read(json, "temperature_c", device.temperature_c);
  read(json, "sm_clock_mhz", device.sm_clock_mhz);
  read(json, "memory_clock_mhz", device.memory_clock_mhz);
  read(json, "util_percent", device.util_percent);
  read(json, "memory_util_percent", device.memory_util_percent);
  read(json, "throttle_bits", device.throttle_bits);
  read(json, "compute_mode", device.compute_mode);
  if (json.contains("power_w")) device.power = power_of(json["power_w"]);
  device.counter_step_s = json.value("counter_step_ms", 100.0) * 1e-3;
  read(json, "counter_start_j", device.counter_start_j);
  read(json, "counter_restarts_at_s", device.counter_restarts_at_s);
  read(json, "lost_after_s", device.lost_after_s);
  read(json, "mig", device.mig);
  read(json, "junk_samples", device.junk_samples);
  read(json, "slices", device.slices);
  read(json, "entry_bytes", device.entry_bytes);
  const Json answers = json.value("answers", Json::object());
  for (const auto& [function, answer] : answers.items()) device.answers[function] = code_of(answer);
  const Json delays_ms = json.value("delays_ms", Json::object());
  for (const auto& [function, delay] : delays_ms.items()) {
    device.delays_s[function] = delay.get<double>() * 1e-3;
  }
  const Json processes = json.value("processes", Json::array());
  for (const Json& process : processes) device.processes.push_back(process_of(process));
  return device;
}

}  // namespace

double Power::at(double t_s) const {
  return std::fmod(t_s, period_s) < period_s / 2 ? low_w : high_w;
}

double Power::energy_j(double t_s) const {
  const double half_s = period_s / 2;
  const double periods = std::floor(t_s / period_s);
  const double rest_s = t_s - periods * period_s;
  return periods * half_s * (low_w + high_w) + std::min(rest_s, half_s) * low_w +
         std::max(rest_s - half_s, 0.0) * high_w;
}

unsigned long long Device::energy_mj(double t_s) const {
  // A hair is added so that a time which is a step's own counts as reached.
  const double stepped_s = std::floor(t_s / counter_step_s + 1e-9) * counter_step_s;
  const double joules = t_s < counter_restarts_at_s
                            ? counter_start_j + power.energy_j(stepped_s)
                            : power.energy_j(stepped_s) - power.energy_j(counter_restarts_at_s);
  return static_cast<unsigned long long>(std::max(joules, 0.0) * 1e3 + 0.5);
}

double Device::average_power_w(double t_s) const {
  if (t_s <= 0) return power.at(0);
  const double begin_s = std::max(t_s - 1, 0.0);
  return (power.energy_j(t_s) - power.energy_j(begin_s)) / (t_s - begin_s);
}

Script read_script(const Json& json) {
  Script script;
  read(json, "driver", script.driver);
  if (json.contains("start")) script.start = code_of(json["start"]);
  script.time_stands = json.value("time", "real") == "stopped";
  const Json devices = json.value("devices", Json::array());
  for (const Json& device : devices) {
    script.devices.push_back(device_of(device, script.devices.size()));
  }
  return script;
}

}  // namespace fake_nvml

#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// The devices of the stand-in for NVIDIA's driver, as a script in JSON describes them:
//
//   {"driver": "580.95.05",                version of the driver
//    "start": "driver_not_loaded",         what nvmlInit_v2 answers, a name as below or a number
//    "time": "real",                       or "stopped": only fake_nvml_advance moves it
//    "devices": [{
//      "uuid", "pci": "00000000:65:00.0", "name", "memory_mib", "used_mib", "power_limit_w",
//      "temperature_c", "sm_clock_mhz", "memory_clock_mhz", "util_percent",
//      "memory_util_percent", "throttle_bits", "compute_mode",
//      "power_w": 200,                     or {"low": 100, "high": 300, "period_s": 2}
//      "counter_step_ms": 20,              how often the energy counter changes
//      "counter_start_j": 1000,            what it shows at time 0
//      "counter_restarts_at_s": 5,         from then on it counts from zero again
//      "lost_after_s": 3,                  every call answers gpu_is_lost then
//      "mig": true, "slices": ["MIG-..."],
//      "answers": {"nvmlDeviceGetName": "not_supported"},
//      "delays_ms": {"nvmlDeviceGetPowerUsage": 5},
//      "junk_samples": 2,                among the samples of processes, as some drivers give them
//      "entry_bytes": {"nvmlDeviceGetComputeRunningProcesses_v2": 32},
//      "processes": [{
//        "pid": 123,                       or "self", or instead of it
//        "children_of": 123,               all below it, or "child_of": 123, its own children only,
//                                          or "comm": "name", all of that name
//        "kind": "compute",                or "graphics", "mps"
//        "memory_mib": 10,                 or null, which the driver can't tell
//        "sm_util_percent": 40,            a sample a second; without it none
//        "from_s": 0, "to_s": 9}]}]}
//
// A member that is left out has the value in the structures below. Times count from the start of
// the library.
namespace fake_nvml {

/// Power over time: `low` in the first half of each period, `high` in the second.
struct Power {
  double low_w = 100;
  double high_w = 100;
  double period_s = 1;

  double at(double t_s) const;
  /// Joules from time 0.
  double energy_j(double t_s) const;
};

struct Process {
  nlohmann::json who;  ///< the members `pid`, `children_of`, `child_of` or `comm`
  std::string kind = "compute";
  double memory_mib = 0;  ///< below zero: not told
  int sm_util_percent = -1;
  double from_s = 0;
  double to_s = 1e18;
};

struct Device {
  std::string uuid;
  std::string pci;
  std::string name;
  double memory_mib = 81920;
  double used_mib = 600;
  double power_limit_w = 700;
  unsigned temperature_c = 35;
  unsigned sm_clock_mhz = 1980;
  unsigned memory_clock_mhz = 2619;
  unsigned util_percent = 0;
  unsigned memory_util_percent = 0;
  unsigned long long throttle_bits = 0;
  unsigned compute_mode = 0;
  Power power;
  double counter_step_s = 0.1;
  double counter_start_j = 0;
  double counter_restarts_at_s = 1e18;
  double lost_after_s = 1e18;
  bool mig = false;
  unsigned junk_samples = 0;
  std::vector<std::string> slices;
  std::map<std::string, int> answers;
  std::map<std::string, double> delays_s;
  std::map<std::string, size_t> entry_bytes;
  std::vector<Process> processes;

  /// What the counter shows: it stands still between its steps.
  unsigned long long energy_mj(double t_s) const;
  /// The mean of the last second.
  double average_power_w(double t_s) const;
};

struct Script {
  std::string driver = "580.95.05";
  int start = 0;
  bool time_stands = false;
  std::vector<Device> devices;
};

/// Throws nlohmann's exceptions for what is no script.
Script read_script(const nlohmann::json& json);

/// The processes of `who` now.
std::vector<unsigned> pids_of(const nlohmann::json& who);

}  // namespace fake_nvml

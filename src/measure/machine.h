#pragma once

#include <filesystem>
#include <string>

#include "core/json.h"

namespace tandem::measure {

/// The machine that a run was made on, for the record.
struct Machine {
  std::string cpu_model;
  int logical_cpus = 0;
  double memory_mib = 0;
  std::string kernel;
  std::string hostname;
  std::string hypervisor;  ///< empty on bare metal
  std::string gpu;         ///< empty without an NVIDIA GPU

  /// The same for machines whose runs may be compared: CPU model, number of CPUs, GPU.
  std::string machine_class() const;
};
void to_json(core::Json& json, const Machine& machine);
void from_json(const core::Json& json, Machine& machine);

Machine describe_machine(const std::filesystem::path& root = "/");

}  // namespace tandem::measure

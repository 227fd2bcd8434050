#pragma once

#include <string>

#include "temporary_folder.h"

namespace tandem::measure {

inline const std::string powercap = "sys/class/powercap/";

inline void write_zone(const test::TemporaryFolder& root, const std::string& zone,
                       const std::string& name, long long energy_uj,
                       long long range_uj = 262143328850) {
  root.write(powercap + zone + "/name", name + "\n");
  root.write(powercap + zone + "/energy_uj", std::to_string(energy_uj) + "\n");
  root.write(powercap + zone + "/max_energy_range_uj", std::to_string(range_uj) + "\n");
}

}  // namespace tandem::measure

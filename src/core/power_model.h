#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace tandem::core {

/// A stated guess for a CPU that can't be metered: power = idle_w + busy_core_w × busy cores. Its
/// name travels with every joule made from it.
struct PowerModel {
  std::string name;
  double idle_w = 0;
  double busy_core_w = 0;
};

/// Reads `{"name", "idle_w", "busy_core_w"}`, or `{"name", "tdp_w", "cores", "idle_w"}`, which
/// means busy_core_w = (tdp_w - idle_w) / cores: all cores busy take what the maker calls the
/// thermal design power. `cores` are those that can be busy at once, as Linux counts CPUs. What is
/// wrong is added to the node's diagnostics.
PowerModel read_power_model(const JsonNode& node);

/// The same from a command line: `idle_w=10,busy_core_w=5` or `tdp_w=65,cores=8,idle_w=10`, and
/// `name=...` if it isn't to be called as it is written. Throws UserError; places begin with
/// `flag`.
PowerModel parse_power_model(std::string_view text, const std::string& flag);

}  // namespace tandem::core

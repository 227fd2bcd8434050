#pragma once

#include <span>
#include <string>

#include "core/json.h"

namespace tandem::record {

/// What a column's numbers are multiplied with to be joules, seconds, watts, …
struct MappedQuantity {
  std::string column;
  std::string unit;
  double factor = 1;
};

struct Unit {
  const char* name;
  double factor;
};

/// Reads `{"column": "kj", "unit": "kJ"}`; the unit must be one of those named.
MappedQuantity read_quantity(const core::JsonNode& node, std::span<const Unit> units);

}  // namespace tandem::record

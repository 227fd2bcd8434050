#include "record/mapped_quantity.h"

#include <vector>

#include "core/text.h"

namespace tandem::record {
namespace {

void read_unit(const core::JsonNode& node, std::span<const Unit> units, MappedQuantity& quantity) {
  std::vector<std::string> names;
  for (const Unit& unit : units) {
    names.emplace_back(unit.name);
    if (node.raw() != unit.name) continue;
    quantity.unit = unit.name;
    quantity.factor = unit.factor;
  }
  if (quantity.unit.empty()) node.reject("a unit: " + core::list_of_choices(names));
}

}  // namespace

MappedQuantity read_quantity(const core::JsonNode& node, std::span<const Unit> units) {
  MappedQuantity quantity;
  if (const auto column = node.member("column", "the name of a column")) {
    quantity.column = column->string();
  }
  if (const auto unit = node.member("unit", "the unit of the column's numbers")) {
    read_unit(*unit, units, quantity);
  }
  return quantity;
}

}  // namespace tandem::record

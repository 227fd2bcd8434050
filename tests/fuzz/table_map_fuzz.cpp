#include <set>
#include <string>

#include "core/error.h"
#include "fuzz.h"
#include "record/table_map.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto document = tandem::core::parse_json(std::string(as_text(data, size)), "map.json");
    const auto map = tandem::record::parse_table_map(document, "map.json");
    require(!map.name.empty() && !map.model.empty() && !map.partner.empty(), "what is required");
    require(!map.models.empty(), "a model");
    require(map.energy || map.duration || !map.performance.empty(), "a figure");
    require(map.changed_hyperparameter.empty() == map.changed_value.empty(), "both or none");
    const auto columns = map.columns();
    require(std::set(columns.begin(), columns.end()).size() == columns.size(), "no column twice");
    for (const auto& model : map.models) {
      for (const auto& [name, column] : map.hyperparameters) {
        require(model.defaults.contains(name), "a default for each hyperparameter");
      }
    }
  } catch (const tandem::core::UserError&) {
  }
  return 0;
}

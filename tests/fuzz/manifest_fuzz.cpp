#include <string>

#include "core/error.h"
#include "core/json.h"
#include "fuzz.h"
#include "study/workload.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const tandem::core::Json document =
        tandem::core::parse_json(std::string(as_text(data, size)), "manifest.json");
    const tandem::study::Workload workload =
        tandem::study::parse_workload(document, "/somewhere/manifest.json");
    require(!workload.id().empty(), "an id");
    if (const auto& file = workload.config_file) {
      require(file->name.find('/') == std::string::npos && file->name[0] != '.',
              "a config file in the run's folder");
    }
    for (const auto& [name, value] : workload.environment) {
      require(name.find('=') == std::string::npos && value.find('\0') == std::string::npos,
              "variables that a program can get");
    }
    for (const std::string& argument : workload.command) {
      require(argument.find('\0') == std::string::npos, "arguments that a program can get");
    }
  } catch (const tandem::core::UserError& error) {
    require(!std::string(error.what()).empty(), "a reason");
  }
  return 0;
}

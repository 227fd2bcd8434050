#include <string>

#include "core/error.h"
#include "core/json.h"
#include "fuzz.h"
#include "study/predecessor_configuration.h"
#include "study/workload.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const tandem::core::Json document =
        tandem::core::parse_json(std::string(as_text(data, size)), "models_config.json");
    const auto converted = tandem::study::convert_configuration(document, "/old/models.json");
    for (const auto& manifest : converted.manifests) {
      require(manifest.file_name.find('/') == std::string::npos, "a file in the folder asked for");
      tandem::study::parse_workload(manifest.document, manifest.file_name);  // is valid
    }
  } catch (const tandem::core::UserError& error) {
    require(!std::string(error.what()).empty(), "a reason");
  }
  return 0;
}

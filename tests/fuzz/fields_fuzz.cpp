#include <string>

#include "fuzz.h"
#include "measure/kernel_text.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto fields = tandem::measure::parse_fields(as_text(data, size));
  std::string written;
  for (const auto& field : fields) written += field.name + "\t: " + field.value + "\n";
  const auto again = tandem::measure::parse_fields(written);
  require(again.size() == fields.size(), "as many fields are read back");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    require(again[i].name == fields[i].name && again[i].value == fields[i].value, "reads back");
  }
  return 0;
}

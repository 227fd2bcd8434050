#include <string>

#include "fuzz.h"
#include "measure/cgroup.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto value = tandem::measure::parse_cgroup_value(text);
  if (!value) return 0;
  require(text.find_first_not_of("0123456789\n") == text.npos, "only digits and a line end");
  require(tandem::measure::parse_cgroup_value(std::to_string(*value) + "\n") == value,
          "reads back");
  return 0;
}

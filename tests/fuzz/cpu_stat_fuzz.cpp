#include <string>

#include "fuzz.h"
#include "measure/cgroup.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto usage_us = tandem::measure::parse_cpu_stat(text);
  if (!usage_us) return 0;
  const std::string number = std::to_string(*usage_us);
  require(text.find(number) != text.npos, "nothing is made up");
  require(tandem::measure::parse_cpu_stat("usage_usec " + number + "\nuser_usec 1\n") == usage_us,
          "reads back");
  return 0;
}

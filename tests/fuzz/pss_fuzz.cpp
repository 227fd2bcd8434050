#include <string>

#include "fuzz.h"
#include "measure/process_memory.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto kib = tandem::measure::parse_pss_kib(text);
  if (!kib) return 0;
  const std::string number = std::to_string(*kib);
  require(text.find(number) != text.npos, "nothing is made up");
  require(tandem::measure::parse_pss_kib("Rss: 1 kB\nPss:  " + number + " kB\n") == kib,
          "reads back");
  return 0;
}

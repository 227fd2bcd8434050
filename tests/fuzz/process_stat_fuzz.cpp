#include "fuzz.h"
#include "measure/process_stat.h"

using tandem::fuzz::as_text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  if (!tandem::measure::parse_process_stat(text)) return 0;
  // The name of the process stands before the last parenthesis, and may be anything.
  tandem::fuzz::require(text.find(')') != text.npos, "a stat line has a name in parentheses");
  return 0;
}

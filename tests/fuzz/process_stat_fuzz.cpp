#include "fuzz.h"
#include "measure/process_stat.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto stat = tandem::measure::parse_process_stat(text);
  if (!stat) return 0;
  // The name of the process stands before the last parenthesis, and may be anything.
  require(text.find(')') != text.npos, "a stat line has a name in parentheses");
  require(stat->parent >= 0 && stat->cpu_ticks >= 0, "no parent and no time below 0");
  require(stat->start_ticks >= 0 && stat->rss_pages >= 0, "no begin and no memory below 0");
  return 0;
}

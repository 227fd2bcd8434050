#include <algorithm>
#include <functional>
#include <string>

#include "fuzz.h"
#include "measure/kernel_text.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto cpus = tandem::measure::parse_cpu_list(as_text(data, size));
  if (!cpus) return 0;
  require(!cpus->empty() && cpus->front() >= 0 && cpus->back() < 8192, "numbered from 0");
  const auto unordered = std::adjacent_find(cpus->begin(), cpus->end(), std::greater_equal<>());
  require(unordered == cpus->end(), "ascending, each once");
  if (cpus->size() > 100) return 0;  // the rest takes long, and tells no more of long lists
  std::string listed;
  for (const int cpu : *cpus) listed += (listed.empty() ? "" : ",") + std::to_string(cpu);
  require(tandem::measure::parse_cpu_list(listed) == cpus, "reads back");
  return 0;
}

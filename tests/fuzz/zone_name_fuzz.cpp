#include <string>

#include "fuzz.h"
#include "measure/rapl_domain.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto domain = tandem::measure::parse_package_zone(as_text(data, size));
  if (!domain) return 0;
  require(domain->package >= 0 && domain->die.value_or(0) >= 0, "numbered from 0");
  std::string name = "package-" + std::to_string(domain->package);
  if (domain->die) name += "-die-" + std::to_string(*domain->die);
  require(tandem::measure::parse_package_zone(name) == domain, "reads back");
  return 0;
}

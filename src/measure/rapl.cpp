#include "measure/rapl.h"

#include <string>
#include <utility>

#include "measure/powercap.h"

namespace tandem::measure {

FoundSource find_rapl(const std::filesystem::path& root, const PerfOpener& open) {
  FoundSource powercap = find_powercap(root);
  auto* const no_powercap = std::get_if<MissingSource>(&powercap);
  if (no_powercap == nullptr) return powercap;
  FoundSource perf = find_perf_energy(root, open);
  auto* const no_perf = std::get_if<MissingSource>(&perf);
  if (no_perf == nullptr) return perf;

  MissingSource both{"rapl", no_powercap->reason + "; " + no_perf->reason,
                     std::move(no_powercap->enable_with)};
  for (std::string& command : no_perf->enable_with) both.enable_with.push_back(std::move(command));
  return both;
}

}  // namespace tandem::measure

#include "cli/workload_names.h"

#include "analyse/data_quality.h"
#include "core/text.h"

namespace tandem::cli {

std::string find_workload(const std::string& name, const std::string& place,
                          const study::Catalogue& catalogue, std::vector<core::Problem>& problems) {
  const size_t slash = name.rfind('/');
  if (slash != std::string::npos) {
    const auto* workload = catalogue.find(name.substr(0, slash), name.substr(slash + 1));
    if (workload != nullptr) return workload->id();
  }
  std::vector<std::string> same_model;
  for (const study::Workload& workload : catalogue.workloads()) {
    // Models that are called `default` are known by their repository.
    if (workload.model == name || analyse::workload_label(workload.id()) == name) {
      same_model.push_back(workload.id());
    }
  }
  if (same_model.size() == 1) return same_model.front();
  std::vector<std::string> known = catalogue.ids();
  for (const study::Workload& workload : catalogue.workloads()) {
    known.push_back(analyse::workload_label(workload.id()));
  }
  const std::vector<std::string> nearest =
      same_model.empty() ? core::nearest_names(name, known) : same_model;
  problems.push_back(
      {place, core::in_quotes(name),
       "a workload" + (nearest.empty() ? std::string(" ('tandem workloads' lists them)")
                                       : ", perhaps " + core::list_of_choices(nearest))});
  return "";
}

}  // namespace tandem::cli

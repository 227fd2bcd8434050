#include "study/selection/pair_space.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace tandem::study {
namespace {

std::vector<std::string> distinct(const Catalogue& catalogue, std::string Workload::*member) {
  std::set<std::string> values;
  for (const Workload& workload : catalogue.workloads()) values.insert(workload.*member);
  return {values.begin(), values.end()};
}

std::uint32_t place_of(const std::string& value, const std::vector<std::string>& sorted) {
  const auto place = std::lower_bound(sorted.begin(), sorted.end(), value);
  return static_cast<std::uint32_t>(place - sorted.begin());
}

}  // namespace

PairSpace::PairSpace(const Catalogue& catalogue, double memory_limit_mb, Scale scale)
    : catalogue_(&catalogue),
      memory_limit_mb_(memory_limit_mb),
      scale_(scale),
      domains_(distinct(catalogue, &Workload::domain)),
      architectures_(distinct(catalogue, &Workload::architecture)) {
  const std::vector<Workload>& workloads = catalogue.workloads();
  if (workloads.size() < 2) {
    throw core::UserError(workloads.empty()
                              ? "the catalogue is empty: pairs need at least two workloads"
                              : "the catalogue has only " + workloads[0].id() +
                                    ": pairs need at least two workloads");
  }
  std::vector<double> durations_s;
  for (size_t i = 0; i < workloads.size(); ++i) {
    const Workload& workload = workloads[i];
    ModelTraits traits;
    traits.workload = &workload;
    traits.catalogue_index = i;
    traits.memory_mb = workload.catalogue.memory_mb;
    traits.util_percent = workload.catalogue.gpu_util_percent;
    traits.duration_s = workload.expected_duration_s.at(scale);
    traits.log_duration = std::log(std::max(traits.duration_s, 1e-3));
    traits.known = workload.catalogue.known_runs > 0;
    traits.memory_class = static_cast<std::uint32_t>(workload.memory_class());
    traits.domain = place_of(workload.domain, domains_);
    traits.architecture = place_of(workload.architecture, architectures_);
    durations_s.push_back(traits.duration_s);
    models_.push_back(traits);
  }
  std::sort(durations_s.begin(), durations_s.end());
  const size_t n = durations_s.size();
  short_at_most_s_ = durations_s[(n + 2) / 3 - 1];
  medium_at_most_s_ = durations_s[(2 * n + 2) / 3 - 1];
  for (ModelTraits& traits : models_) {
    traits.duration_class = traits.duration_s <= short_at_most_s_    ? 0
                            : traits.duration_s <= medium_at_most_s_ ? 1
                                                                     : 2;
  }
  std::sort(models_.begin(), models_.end(), [](const ModelTraits& left, const ModelTraits& right) {
    if (left.memory_mb != right.memory_mb) return left.memory_mb < right.memory_mb;
    if (left.workload->repo != right.workload->repo) {
      return left.workload->repo < right.workload->repo;
    }
    return left.workload->model < right.workload->model;
  });
  auto end = static_cast<std::uint32_t>(n);
  for (std::uint32_t first = 0; first < n; ++first) {
    while (end > 0 && models_[first].memory_mb + models_[end - 1].memory_mb > memory_limit_mb) {
      --end;
    }
    end_.push_back(end);
    pairs_before_.push_back(size_);
    if (end > first + 1) size_ += end - first - 1;
  }
}

PairIndex PairSpace::at(std::uint64_t rank) const {
  const auto after = std::upper_bound(pairs_before_.begin(), pairs_before_.end(), rank);
  const auto first = static_cast<std::uint32_t>(after - pairs_before_.begin() - 1);
  return {first, first + 1 + static_cast<std::uint32_t>(rank - pairs_before_[first])};
}

WorkloadPair PairSpace::pair(PairIndex index) const {
  const ModelTraits& first = models_[index.first];
  const ModelTraits& second = models_[index.second];
  return first.catalogue_index < second.catalogue_index
             ? WorkloadPair{first.workload, second.workload}
             : WorkloadPair{second.workload, first.workload};
}

PairIndex PairSpace::index_of(const std::string& a, const std::string& b) const {
  const auto place = [&](const std::string& id) {
    const auto model = std::find_if(models_.begin(), models_.end(), [&](const ModelTraits& traits) {
      return traits.workload->id() == id;
    });
    if (model == models_.end()) {
      throw core::SystemError("the catalogue has no workload " + core::in_quotes(id));
    }
    return static_cast<std::uint32_t>(model - models_.begin());
  };
  const auto [first, second] = std::minmax({place(a), place(b)});
  return {first, second};
}

}  // namespace tandem::study

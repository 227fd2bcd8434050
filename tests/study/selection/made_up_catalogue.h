#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "study/seeded_draws.h"
#include "study/workload.h"

namespace tandem::test {

/// A catalogue of `n` workloads with drawn figures: memory from 200 MB up to `most_memory_mb`, use
/// of the GPU from 5 to 99 %, from a minute to two hours, three domains, four architectures, one in
/// twenty with known runs.
inline study::Catalogue made_up_catalogue(size_t n, std::uint64_t seed = 1,
                                          double most_memory_mb = 4000) {
  study::SeededDraws draws(seed);
  const std::vector<std::string> domains = {"code", "nlp", "vision"};
  const std::vector<std::string> architectures = {"cnn", "mlp", "rnn", "transformer"};
  std::vector<study::Workload> workloads;
  for (size_t i = 0; i < n; ++i) {
    study::Workload workload;
    workload.repo = fmt::format("repo{}", i % 7);
    workload.model = fmt::format("model{}", i);
    workload.domain = domains[draws.below(domains.size())];
    workload.architecture = architectures[draws.below(architectures.size())];
    workload.catalogue_position = static_cast<int>(i) + 1;
    workload.catalogue.memory_mb =
        200 + static_cast<double>(draws.below(static_cast<std::uint64_t>(most_memory_mb) - 199));
    workload.catalogue.gpu_util_percent = static_cast<double>(5 + draws.below(95));
    workload.catalogue.duration_s = static_cast<double>(60 + draws.below(7200));
    workload.catalogue.known_runs = draws.below(20) == 0 ? 3 : 0;
    workload.expected_duration_s = {workload.catalogue.duration_s, workload.catalogue.duration_s};
    workloads.push_back(workload);
  }
  return study::Catalogue(std::move(workloads));
}

/// The same workloads in another order: positions drawn from `seed`.
inline study::Catalogue permuted(const study::Catalogue& catalogue, std::uint64_t seed) {
  std::vector<study::Workload> workloads = catalogue.workloads();
  study::SeededDraws(seed).shuffle(workloads);
  int position = 0;
  for (study::Workload& workload : workloads) workload.catalogue_position = ++position;
  return study::Catalogue(std::move(workloads));
}

}  // namespace tandem::test

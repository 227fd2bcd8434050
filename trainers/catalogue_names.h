#pragma once

#include <string>
#include <vector>

namespace tandem::trainers {

/// What studies call a workload, and how they group it: texts of its manifest.
struct CatalogueNames {
  std::string repo, model;                ///< `repo/model` is its id in a study.
  std::vector<std::string> repo_aliases;  ///< Short names of the repository.
  std::string title;
  std::string domain;                    ///< vision, code or nlp.
  std::string architecture;              ///< cnn, rnn, transformer or mlp.
  std::string metric_unit = "fraction";  ///< Empty: the metric has none.
};

/// Those of the workload that the command line calls so. Throws std::out_of_range when it is in no
/// catalogue.
const CatalogueNames& catalogue_names(const std::string& workload);

}  // namespace tandem::trainers

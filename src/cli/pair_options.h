#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/measured_catalogue.h"
#include "study/selection/pair_space.h"

namespace tandem::cli {

/// Which pairs a command is about.
struct PairOptions {
  std::filesystem::path further;   ///< folder of further manifests
  std::filesystem::path measured;  ///< the machine's own catalogue
  std::optional<double> memory_limit_mb;
  bool device_memory = false;     ///< the limit comes from the GPU
  std::string gpu;                ///< UUID or PCI address; empty: the first
  double margin_percent = 10;     ///< of the GPU's memory that stays free
  std::vector<std::string> only;  ///< ids; empty: all
  std::vector<std::string> without;
  bool as_json = false;
};

void add_pair_options(CLI::App& command, PairOptions& options);

/// The catalogue and the limit that the options ask for, and sentences on where the figures are
/// from.
struct PairSource {
  study::Catalogue catalogue;
  std::optional<study::MeasuredCatalogue> measured;
  double memory_limit_mb = 0;
  std::vector<std::string> notes;

  study::Scale scale() const { return measured ? measured->scale : study::Scale::full; }
  bool is_the_original() const;  ///< the sixteen workloads with the original's figures and limit
};

/// Throws core::UserError for an unknown workload, with the nearest names, and where the GPU
/// doesn't tell its memory.
PairSource pair_source(const PairOptions& options);

/// `select` and `compare` below `pairs`.
void add_pair_selection_commands(CLI::App& pairs);

}  // namespace tandem::cli

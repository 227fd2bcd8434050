#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/measured.h"
#include "core/reading.h"
#include "study/hyperparameter.h"
#include "study/log_pattern.h"

namespace tandem::study {

enum class Scale { full, quick };
std::string name_of(Scale scale);

/// Memory classes of the catalogue: low ≤ 1500 MB < medium ≤ 2500 MB < high.
enum class MemoryClass { low, medium, high };
std::string name_of(MemoryClass memory_class);

/// What is known of a workload's needs before a study runs it: one training alone, at full scale
/// unless a machine's own catalogue (measured_catalogue.h) put its figures in their place.
struct CatalogueFigures {
  double memory_mb = 0;
  double gpu_util_percent = 0;  ///< of the device: of a CPU the busy share of the CPUs allowed
  double duration_s = 0;
  int known_runs = 0;       ///< earlier successful trainings known
  std::string measured_on;  ///< the machine; empty when the manifest doesn't say
  core::Energy energy;      ///< of that training; the shipped figures have none
  core::Reading idle_power_w = core::Reading::missing("not measured");
};

/// A value that may differ between the scales.
struct PerScale {
  double full = 0;
  double quick = 0;
  double at(Scale scale) const { return scale == Scale::full ? full : quick; }
};

/// A hyperparameter, and how the program is told its value: by one of a flag, an environment
/// variable and a member of its config file.
struct ManifestHyperparameter {
  std::string name;
  std::string flag;  ///< `--epochs` before the value, `epochs=` in one argument with it
  bool whole_number = false;
  PerScale default_value;
  double least = 0;
  double most = 0;
  std::string variable = {};
  std::string config_key = {};  ///< in JSON with dots for members of members
  /// How the predecessor drew values of it; kept, for tandem's levels are stated by the study.
  std::string distribution = {};
  std::optional<double> zero_probability = {};
};

/// A file that tandem writes into the run's folder for the program to read.
struct ConfigFile {
  enum class Format { json, key_value };
  std::string name;
  Format format = Format::json;
  core::Json content = core::Json::object();  ///< what stands there besides the hyperparameters
};

struct Metric {
  std::string name;
  std::string unit;
  bool higher_is_better = true;
};

/// A workload as its manifest describes it: a command and what it understands. The native trainers
/// are described by the same manifests as a user's own script.
struct Workload {
  std::string repo;
  std::string model;
  std::vector<std::string> repo_aliases;  ///< short names of the repository, as the seed uses them
  std::string title;
  std::string domain;        ///< vision, code or nlp
  std::string architecture;  ///< cnn, rnn, transformer, mlp …
  CatalogueFigures catalogue;
  int catalogue_position = 0;  ///< decides which of two models is a pair's A

  /// Program and arguments; `{device}`, `{data}`, `{scale}`, `{seed}`, `{threads}`, `{config}` are
  /// replaced, in the environment and the config file as well.
  /// Empty when the catalogue knows the workload but no trainer is there yet.
  std::vector<std::string> command;
  std::string data;  ///< folder below the study's data folder, for `{data}`
  /// What the folder holds and where a person gets it, for messages.
  std::string data_source;
  /// The program takes the word `synthetic` for a folder and makes up data.
  bool makes_up_data = false;
  std::filesystem::path working_folder;            ///< absolute; empty: tandem's own
  std::map<std::string, std::string> environment;  ///< added to tandem's own
  std::optional<ConfigFile> config_file;
  std::vector<std::string> devices;  ///< that it trains on: `cpu`, `cuda`; empty: both
  std::vector<ManifestHyperparameter> hyperparameters;
  PerScale expected_duration_s;  ///< one training alone with default hyperparameters
  std::string performance_metric;
  std::string metric_unit;
  bool higher_is_better = true;
  std::vector<Metric> further_metrics;  ///< that it tells besides
  /// Of a program that doesn't speak the protocol.
  std::optional<LogPatterns> log;
  std::filesystem::path manifest;  ///< where it was read from

  std::string id() const { return repo + "/" + model; }
  MemoryClass memory_class() const;
  bool can_train() const { return !command.empty(); }
  HyperparameterSpec hyperparameter(const ManifestHyperparameter& entry, Scale scale) const;
  /// Nothing when the workload has no hyperparameter of that name.
  std::optional<HyperparameterSpec> find_hyperparameter(const std::string& name, Scale scale) const;
  Hyperparameters defaults(Scale scale) const;
};

/// Reads one manifest. Throws core::UserError with every mistake in it.
Workload read_workload(const std::filesystem::path& manifest);
/// The same for a document in memory; `manifest` names it in messages.
Workload parse_workload(const core::Json& document, const std::filesystem::path& manifest);

/// The manifest's text as a study keeps it beside its results: what it names relative to its own
/// place stands there absolute. Throws core::SystemError when it can't be read.
std::string text_to_keep(const Workload& workload);

/// All workloads of a folder of manifests, in catalogue order.
class Catalogue {
 public:
  explicit Catalogue(std::vector<Workload> workloads);
  /// Every `*.json` of the folder. Throws core::UserError, also when two have the same id.
  static Catalogue read(const std::filesystem::path& folder);
  /// The sixteen workloads that came with tandem.
  static Catalogue shipped();

  const std::vector<Workload>& workloads() const { return workloads_; }
  /// By repository (its name or an alias) and model; nullptr when there is none.
  const Workload* find(const std::string& repo, const std::string& model) const;
  /// By id; throws core::SystemError when there is none, for ids that were checked before.
  const Workload& at(const std::string& id) const;
  std::vector<std::string> ids() const;

 private:
  std::vector<Workload> workloads_;
};

}  // namespace tandem::study

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/measured.h"
#include "core/reading.h"
#include "study/run_spec.h"
#include "study/workload.h"

namespace tandem::study {

/// What one machine measured of a workload: one training alone, default hyperparameters.
struct MeasuredFigures {
  /// Peak on the device, as the driver counts it (MiB, which the catalogue calls MB); of a CPU the
  /// resident memory of the process tree.
  core::Reading memory_mb = core::Reading::missing("not measured");
  core::Reading gpu_util_percent = core::Reading::missing("not measured");
  /// Busy share of the CPUs that the training may use; takes the GPU's place on the device `cpu`.
  core::Reading cpu_util_percent = core::Reading::missing("not measured");
  core::Reading duration_s = core::Reading::missing("not measured");
  core::Energy energy;  ///< GPU and CPU together, from the start signal to the end
  int runs = 1;         ///< trainings that the figures are means of
  std::string data;     ///< `real`, `synthetic`, or empty when the trainer didn't say
};

/// A machine's own catalogue: figures that stand in for those of the manifests. One scale and one
/// device, for figures of different ones are never mixed.
struct MeasuredCatalogue {
  std::filesystem::path file;
  std::string measured_on;  ///< the machine, for people
  std::string measured_at;  ///< wall clock, a label
  Device device = Device::cpu;
  Scale scale = Scale::full;
  core::Reading idle_power_w = core::Reading::missing("not measured");
  std::map<std::string, MeasuredFigures> workloads;  ///< by id, `examples/mnist`
};

/// Reads a measured catalogue. Throws core::UserError with every mistake in it.
MeasuredCatalogue read_measured_catalogue(const std::filesystem::path& file);
/// The same for a document in memory; `file` names it in messages.
MeasuredCatalogue parse_measured_catalogue(const core::Json& document,
                                           const std::filesystem::path& file);
/// The document that parse_measured_catalogue reads.
core::Json to_document(const MeasuredCatalogue& measured);

/// The catalogue with the machine's figures in the place of the manifests'; what was not measured
/// stays as it is (figures_not_measured names it). Throws core::UserError for a workload that the
/// catalogue doesn't have, with the nearest names.
Catalogue with_measured(const Catalogue& catalogue, const MeasuredCatalogue& measured);

/// A figure that is still the manifest's after with_measured.
struct NotMeasured {
  std::string workload;  ///< id
  std::string figure;    ///< `memory_mb`, `util_percent`, `duration_s`
  std::string reason;
};
std::vector<NotMeasured> figures_not_measured(const Catalogue& catalogue,
                                              const MeasuredCatalogue& measured);

}  // namespace tandem::study

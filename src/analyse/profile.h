#pragma once

#include <string>
#include <vector>

#include "record/run_result.h"
#include "study/measured_catalogue.h"
#include "study/workload.h"

namespace tandem::analyse {

/// What the trainings of one workload alone said of it.
struct WorkloadProfile {
  std::string workload;            ///< id
  study::MeasuredFigures figures;  ///< means of the runs that succeeded
  core::Reading power_w;           ///< mean over a training: energy / duration
  /// Of the tensors alone, as the trainer counted them; on the CPU only a part of `memory_mb`.
  core::Reading tensor_memory_peak_mib;
  std::vector<std::string> failures;  ///< how the runs ended that didn't succeed
  bool is_measured() const { return figures.runs > 0; }
};

/// A machine's own figures: of one scale and device.
struct Profile {
  study::MeasuredCatalogue catalogue;      ///< of the workloads that were measured
  std::vector<WorkloadProfile> workloads;  ///< of all that were tried, in the catalogue's order
};

/// Sums up solo runs that differ in workload and repetition alone; at least one. Memory is the
/// peak that the driver counts for the training's processes, or where it tells none the board's
/// peak less what was in use before; on the CPU the process tree's resident memory. CPU utilisation
/// is the busy share of the cores that the training was given. What no run measured is missing with
/// the first run's reason; interrupted runs say nothing.
Profile make_profile(const std::vector<record::RunResult>& runs, const study::Catalogue& catalogue);

}  // namespace tandem::analyse

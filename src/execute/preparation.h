#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/measured.h"
#include "measure/cpu_power_model.h"
#include "measure/instruments.h"
#include "study/run_spec.h"

namespace tandem::execute {

struct PreparationSettings {
  double free_disk_mib = 256;  ///< what a run's samples and logs may need
  /// The GPU is to be this cool before a run; without it nothing is waited for.
  std::optional<double> cool_down_to_c;
  double cool_down_at_most_s = 600;
  double idle_s = 10;          ///< how long the idle machine is watched; 0: not at all
  double gpu_patience_s = 60;  ///< how long a GPU, or memory, that others use is waited for
  double look_again_s = 1;     ///< between two looks at the GPU
  /// Memory in use that belongs to no listed process; an idle driver has hundreds of MiB on a large
  /// board. More is waited for like another program.
  double unexplained_memory_mib = 2048;
  double settle_at_most_s = 30;  ///< how long a GPU's power is let fall before idle is measured
};

/// What was found out before a run.
struct Prepared {
  core::IdlePower idle;
  std::vector<core::Caution> cautions;  ///< `not_cooled_down`, `contaminated`, …
};

/// What the trainings of a run together are known to need of the host's and of the GPU's memory; 0
/// where nothing is known.
struct MemoryNeed {
  double host_mib = 0;
  double gpu_mib = 0;
};

/// Told once of each thing that is waited for; may be empty.
using Waiting = std::function<void(const std::string& what)>;

/// Sees to it that a run begins on a machine like the one that the run before began on: room on the
/// disk and in memory, the GPU free and cool; and measures what the idle machine draws, once for
/// each repetition of the plan.
class Preparation {
 public:
  /// `instruments` must outlive it; their first GPU is the one that is looked at.
  Preparation(const measure::Instruments& instruments, PreparationSettings settings,
              std::optional<measure::PowerModel> power_model);

  /// Returns when the run may begin, or at once when `stop` becomes true: then it may not. Throws
  /// core::SystemError that names what stands in the way and what a person can do, when that
  /// doesn't go away. A display on the GPU, which would never go away, is a caution.
  Prepared before(const study::RunSpec& run, const std::filesystem::path& folder,
                  const std::atomic<bool>& stop, const Waiting& waiting = {},
                  const MemoryNeed& need = {});

 private:
  void check_disk(const std::filesystem::path& folder) const;
  std::vector<core::Caution> wait_for_free_gpu(const std::atomic<bool>& stop,
                                               const Waiting& waiting) const;
  /// Until others have left enough of it. A need that the whole machine couldn't meet is no reason
  /// to wait: the run will tell.
  void wait_for_memory(const study::RunSpec& run, const MemoryNeed& need,
                       const std::atomic<bool>& stop, const Waiting& waiting) const;
  /// What is short, in words; empty when there is enough.
  std::string short_memory(const study::RunSpec& run, const MemoryNeed& need) const;
  /// Until the driver calls the GPU idle or two readings of its power are nearly the same.
  void let_power_settle(const std::atomic<bool>& stop) const;
  std::optional<core::Caution> cool_down(const std::atomic<bool>& stop,
                                         const Waiting& waiting) const;
  bool has_meter() const;

  const measure::Instruments& instruments_;
  PreparationSettings settings_;
  std::optional<measure::PowerModel> power_model_;
  core::IdlePower idle_;
  int idle_of_repetition_ = 0;
};

/// Sleeps, but not when asked to stop. False when it was.
bool sleep_unless(const std::atomic<bool>& stop, double seconds);

}  // namespace tandem::execute

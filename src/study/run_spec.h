#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "study/workload.h"

namespace tandem::study {

enum class Device { cpu, cuda };
std::string name_of(Device device);

/// What happens when the two trainings of a pair take unequally long. `once`: each runs to its end.
/// `sustained`: the partner A is started again until B ends, its unfinished last round is
/// discarded.
enum class Overlap { once, sustained };
std::string name_of(Overlap overlap);

/// What a training may use of the CPU. The same for solo and concurrent runs: a difference here
/// would be reported as a cost of concurrency.
struct Resources {
  int threads = 1;                      ///< OMP_NUM_THREADS and the trainer's own setting
  std::string wait_policy = "passive";  ///< OMP_WAIT_POLICY: a spinning thread fakes contention
  std::vector<int> cores;  ///< both trainings are pinned to this set; empty: not pinned
  friend bool operator==(const Resources&, const Resources&) = default;
};

/// How the trainings of a pair share a GPU. On the CPU there is nothing but time slicing.
struct Sharing {
  enum class Mode { time_slicing, mps, mig };
  Mode mode = Mode::time_slicing;
  std::string mig_slice;  ///< its UUID, `MIG-…`
  /// With MPS: the most of the GPU's threads that A and B may use in a pair, in percent; empty: all
  /// of them. A training alone has the whole GPU.
  std::vector<double> thread_percentages;
  friend bool operator==(const Sharing&, const Sharing&) = default;
};
std::string name_of(Sharing::Mode mode);
/// `time slicing`, `MPS with 60 % and 40 % of the threads`, `the MIG slice MIG-…`.
std::string describe(const Sharing& sharing);

struct ParticipantSpec {
  std::string workload;  ///< id
  Hyperparameters hyperparameters;
  std::int64_t seed = 1;
  friend bool operator==(const ParticipantSpec&, const ParticipantSpec&) = default;
};

/// All that defines a run: two runs with equal specs are the same experiment.
struct RunSpec {
  std::vector<ParticipantSpec> participants;  ///< one: solo; two: A then B, concurrent
  Scale scale = Scale::full;
  Device device = Device::cpu;
  Overlap overlap = Overlap::once;  ///< of concurrent runs
  Resources resources;
  int repetition = 1;
  /// Where a study has several GPUs and keeps what it compares on one: which, as the study names
  /// it. Core sets are in `resources`.
  std::string gpu;
  /// Where any of a study's core sets will do: how many cores each of them has.
  int any_cores = 0;
  Sharing sharing;
  std::string instance;  ///< tells the copies of one solo run apart in a literal plan, or empty
  std::string machine_class;  ///< the kind of machine, so that results of another are not reused

  bool concurrent() const { return participants.size() == 2; }
  /// A readable name and a hash of everything above; safe as a folder name.
  std::string id() const;
  friend bool operator==(const RunSpec&, const RunSpec&) = default;
};

void to_json(core::Json& json, const ParticipantSpec& participant);
void from_json(const core::Json& json, ParticipantSpec& participant);
void to_json(core::Json& json, const Sharing& sharing);
void from_json(const core::Json& json, Sharing& sharing);
void to_json(core::Json& json, const RunSpec& spec);
void from_json(const core::Json& json, RunSpec& spec);

}  // namespace tandem::study

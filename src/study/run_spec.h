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
  std::string instance;  ///< tells the copies of one solo run apart in a literal plan, or empty
  std::string machine_class;  ///< the kind of machine, so that results of another are not reused

  bool concurrent() const { return participants.size() == 2; }
  /// A readable name and a hash of everything above; safe as a folder name.
  std::string id() const;
  friend bool operator==(const RunSpec&, const RunSpec&) = default;
};

void to_json(core::Json& json, const ParticipantSpec& participant);
void from_json(const core::Json& json, ParticipantSpec& participant);
void to_json(core::Json& json, const RunSpec& spec);
void from_json(const core::Json& json, RunSpec& spec);

}  // namespace tandem::study

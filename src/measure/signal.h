#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tandem::measure {

/// A counter only grows (joules since boot, CPU seconds); a gauge is a momentary value (watts,
/// MiB).
enum class Behaviour { counter, gauge };

/// A quantity that can be sampled.
struct Signal {
  /// With its unit, unique within a run: `rapl_package_0_j`, `gpu_0_power_instant_w`.
  std::string name;
  std::string unit;
  Behaviour behaviour;
  std::string description;
  /// Of a counter that starts again now and then: a longer time between two reads may hide a whole
  /// round, so that a growth over it isn't known.
  double read_at_least_every_s = std::numeric_limits<double>::infinity();
};

/// A sample that is not there. Why is told by the source, once, not per sample.
inline constexpr double missing_sample = std::numeric_limits<double>::quiet_NaN();

/// Something that can be read at every tick: a driver, a /sys tree, a process tree.
class SignalSource {
 public:
  virtual ~SignalSource() = default;
  virtual std::string name() const = 0;
  /// Fixed for the life of the source.
  virtual std::span<const Signal> signals() const = 0;
  /// Writes one value for each signal, missing_sample where the reading failed. Called by the
  /// sampler, never from two threads at once. Keeps its own memory once the first calls have sized
  /// it.
  virtual void read(std::span<double> values) noexcept = 0;
};

/// A source that is not there on this machine, and why.
struct MissingSource {
  std::string name;    ///< `gpu`, `rapl`
  std::string reason;  ///< `no NVIDIA driver (libnvidia-ml.so.1 not found)`
  /// Commands of which any one enables it, to be copied as they are; empty when nothing does.
  std::vector<std::string> enable_with = {};
  /// For a record: the reason, and `(enable with: ...)` where something does.
  std::string reason_and_commands() const;
};

inline std::string MissingSource::reason_and_commands() const {
  std::string commands;
  for (const std::string& command : enable_with) {
    commands += (commands.empty() ? "" : "; or: ") + command;
  }
  return commands.empty() ? reason : reason + " (enable with: " + commands + ")";
}

/// What looking for a source gives: the source, or why there is none.
using FoundSource = std::variant<std::unique_ptr<SignalSource>, MissingSource>;

}  // namespace tandem::measure

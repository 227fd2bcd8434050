#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tandem::trainers {

struct WorkloadKind;

/// Size of an experiment: `full` as published, `quick` for a few seconds on two CPU cores.
enum class Scale { full, quick };

/// The numbers that a flag takes: whole numbers or reals between two bounds.
struct NumberRange {
  bool whole = false;
  double minimum = 0;
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_excluded = false;
};

/// Any positive finite number.
inline constexpr NumberRange positive_real{.minimum_excluded = true};
/// A factor that leaves a value or makes it smaller.
inline constexpr NumberRange decay_factor{.maximum = 1, .minimum_excluded = true};
/// A share of units to drop; 1 would drop all of them.
inline constexpr NumberRange dropout_rate{.maximum = 0.99};
/// Whole numbers from `minimum` to a million.
constexpr NumberRange whole_number(double minimum) {
  return {.whole = true, .minimum = minimum, .maximum = 1e6};
}

/// A value that a study may vary. Its flag is `--` and the name with dashes.
struct Hyperparameter {
  std::string name;  ///< As in study files, for example learning_rate.
  std::string help;
  NumberRange range;
  double full_default = 0;
  double quick_default = 0;
};

/// What one training was asked to do.
struct Settings {
  Scale scale = Scale::full;
  std::uint64_t seed = 1;
  std::string device = "cpu";
  std::filesystem::path data;  ///< Empty: data are made up (WorkloadKind::makes_up_data).
  std::optional<int> threads;  ///< Empty: libtorch's own choice.
  bool untrained = false;      ///< Judge the network as it begins; the epochs are not trained.
  /// Limits the training samples, and the test samples, below what the scale has. For tests.
  std::optional<std::int64_t> samples_at_most;
  nlohmann::json hyperparameters;  ///< Name → value, all of the workload's.

  std::int64_t whole(const std::string& name) const {
    return hyperparameters.at(name).get<std::int64_t>();
  }
  double real(const std::string& name) const { return hyperparameters.at(name).get<double>(); }
  /// The value that belongs to the scale.
  template <typename T>
  T by_scale(T full, T quick) const {
    return scale == Scale::full ? full : quick;
  }
  /// How many samples to load or to make up: the scale's number, within samples_at_most.
  std::int64_t samples(std::int64_t full, std::int64_t quick) const {
    const std::int64_t of_scale = by_scale(full, quick);
    return std::min(of_scale, samples_at_most.value_or(of_scale));
  }
};

struct Command {
  const WorkloadKind* kind = nullptr;
  Settings settings;
};

/// Reads a number. Throws TrainingError (bad_flag) that names the flag, what was found and what was
/// expected.
double parse_number(const std::string& flag, const std::string& text, const NumberRange& range);

/// Reads the command line. Empty when it asked for `--help`, `--list` or `describe`, which have
/// been printed to standard output. Throws TrainingError (bad_flag).
std::optional<Command> parse_command_line(const std::vector<WorkloadKind>& kinds, int argc,
                                          const char* const* argv);

/// The workloads with their hyperparameters, defaults and bounds, as `--list` prints them.
nlohmann::json describe_kinds(const std::vector<WorkloadKind>& kinds);

std::string to_string(Scale scale);

}  // namespace tandem::trainers

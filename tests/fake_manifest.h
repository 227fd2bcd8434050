#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace tandem::test {

/// The manifest of the made-up workload `fake/MODEL`, trained by `command`: 4 epochs of a learning
/// rate of 0.1 by default.
inline core::Json fake_manifest(const std::string& model, int position,
                                const std::vector<std::string>& command) {
  return {
      {"manifest_version", 1},
      {"repo", "fake"},
      {"model", model},
      {"title", "a made-up workload"},
      {"domain", "vision"},
      {"architecture", "none"},
      {"catalogue",
       {{"position", position}, {"memory_mb", 100}, {"gpu_util_percent", 50}, {"duration_s", 1}}},
      {"command", command},
      {"hyperparameters",
       {{"epochs",
         {{"flag", "--epochs"}, {"type", "integer"}, {"default", 4}, {"least", 1}, {"most", 1000}}},
        {"learning_rate",
         {{"flag", "--learning-rate"}, {"type", "real"}, {"default", 0.1}, {"least", 0}}}}},
      {"performance_metric", {{"name", "accuracy"}, {"direction", "higher_is_better"}}}};
}

}  // namespace tandem::test

#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <string>

#include "temporary_folder.h"

namespace tandem::test {

/// A small older study: two models, a pair, one hyperparameter, a trace of power for each run.
/// Synthetic: its watts are functions of time whose integrals are known.
class OlderStudy {
 public:
  explicit OlderStudy(const TemporaryFolder& folder) : folder_(folder) {
    folder.write("map.json", mapping);
    folder.write("runs.csv", rows);
    trace("small.csv", 1000, 60, constant);
    trace("large.csv", 2000, 40, ramp);
    trace("large_lr.csv", 3000, 40, constant);
    trace("pair.csv", 4000, 80, constant);
    trace("pair_lr.csv", 5000, 80, [](double) { return 150.0; });
  }

  static double constant(double) { return 100; }
  /// 3600 J in 40 s: ∫ (50 + 2t) dt = 50 · 40 + 40².
  static double ramp(double t_s) { return 50 + 2 * t_s; }

  /// A sample each second, which the source took for half of one: its own sums are wrong.
  void trace(const std::string& name, double start_s, double length_s,
             const std::function<double(double)>& watts) const {
    std::string text = "timestamp,watts,util\n";
    for (double t_s = 0; t_s <= length_s; ++t_s) {
      text += fmt::format("{},{},50\n", start_s + t_s + 1.7e9, watts(t_s));
    }
    folder_.write(std::filesystem::path("power") / name, text);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static constexpr auto mapping = R"({
  "name": "older",
  "data": "synthetic",
  "columns": {
    "model": "model", "partner": "beside", "run": "run",
    "outcome": {"column": "status", "ok": ["done"]},
    "hyperparameters": {"learning_rate": "lr"},
    "energy": {"column": "kj", "unit": "kJ", "of": "run", "measured_by": "a sum of watts"},
    "performance": "accuracy"
  },
  "models": {
    "small": {"defaults": {"learning_rate": 0.1},
              "metric": {"name": "accuracy", "direction": "higher_is_better"}},
    "large": {"defaults": {"learning_rate": 0.01},
              "metric": {"name": "accuracy", "direction": "higher_is_better"}}
  },
  "traces": {
    "file": "trace",
    "window": {"start": "from", "end": "to", "format": "unix_s"},
    "time": {"column": "timestamp", "format": "unix_s"},
    "signals": {"gpu_power": {"column": "watts", "unit": "W"},
                "gpu_utilisation": {"column": "util", "unit": "%"}},
    "longest_gap_s": 5,
    "measured_by": "synthetic trace"
  }
}
)";
  static constexpr auto rows =
      "model,beside,run,status,lr,kj,accuracy,trace,from,to\n"
      "small,,s,done,0.1,5.7,0.9,small.csv,1700001000,1700001060\n"
      "large,,l,done,0.01,3.6,0.8,large.csv,1700002000,1700002040\n"
      "large,,m,done,0.05,4,0.7,large_lr.csv,1700003000,1700003040\n"
      "small,large,c,done,0.1,8,0.91,pair.csv,1700004000,1700004070\n"
      "large,small,c,done,0.01,8,0.79,pair.csv,1700004002,1700004080\n"
      "small,large,d,done,0.1,12,0.9,pair_lr.csv,1700005000,1700005070\n"
      "large,small,d,done,0.05,12,0.71,pair_lr.csv,1700005000,1700005080\n";

 private:
  const TemporaryFolder& folder_;
};

}  // namespace tandem::test

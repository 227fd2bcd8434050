#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "record/run_result.h"

namespace tandem::report {

/// What a meter said over the time of a run.
struct Trace {
  /// `gpu_power`, `gpu_utilisation`, `cpu_power` or `cpu_cores`; the page has their names.
  std::string quantity;
  std::string role;  ///< of the training: `a`, `b` or `solo`; empty for the whole machine or board
  std::string unit;
  std::vector<double> t_s;     ///< since the start signal, never decreasing
  std::vector<double> values;  ///< as many; not finite where a sample is missing
};

/// Traces of runs as they travel in the page: each thinned to its share of what fits (see
/// samples_to_keep), a sample as two 16-bit numbers. `runs_expected` is how many runs share the
/// room; each gets a minimum, so that very many runs make a larger page.
class RunTraces {
 public:
  explicit RunTraces(size_t runs_expected = 1);

  /// Adds the traces of a run, with the ends of its trainings' epochs. Traces without samples are
  /// left out.
  void add(const record::RunResult& run, const std::vector<Trace>& traces);

  /// What is in the samples: of each run its id, length and epochs, of each trace quantity, unit,
  /// how many samples were recorded and kept, the range of its values, and its place in samples().
  const core::Json& document() const { return document_; }
  /// Little-endian unsigned 16-bit numbers: of each trace first all times (0 … 65535 over the run's
  /// length, each less the one before, modulo 65536), then all values (0 … 65534 over their range;
  /// 65535: missing).
  const std::string& samples() const { return samples_; }

 private:
  size_t points_per_run_;
  core::Json document_ = core::Json::array();
  std::string samples_;
};

}  // namespace tandem::report

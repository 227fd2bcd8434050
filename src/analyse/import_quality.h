#pragma once

#include <set>
#include <string>
#include <vector>

#include "analyse/data_quality.h"
#include "core/language.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// What a reader has to know of runs that `tandem import` read, collected run by run: that they
/// were measured elsewhere, or simulated, and how far their traces are from what their source says.
class ImportFacts {
 public:
  /// Of a run that is ok.
  void add(const record::RunResult& run);
  /// Puts it before everything else. Does nothing where there are none.
  void add_to(DataQuality& quality, const core::Texts& texts) const;

 private:
  size_t imported_ = 0;
  size_t simulated_ = 0;
  bool has_traces_ = false;
  std::vector<double> difference_percent_;
  std::set<std::string> meters_;
};

}  // namespace tandem::analyse

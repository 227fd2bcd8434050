#pragma once

#include <istream>
#include <string>
#include <vector>

#include "record/import_problem.h"
#include "record/trace_map.h"

namespace tandem::record {

/// What a power trace from elsewhere holds.
struct PowerTrace {
  std::vector<double> t_s;  ///< as in its mapping: since 1970 or the run's start; never decreasing
  /// [signal of the mapping][sample], in W, % or MiB; not a number where a sample is missing.
  std::vector<std::vector<double>> values;
  std::string
      unusable;  ///< why nothing may be made of it: its times run backwards, ...; else empty
};

/// Reads a trace; `source` names it in messages. Throws core::UserError for
/// a column that the mapping names and the header lacks. Listed in `problems`: what is no CSV (the
/// trace is unusable), cells that are no
/// number (the sample is missing), times that are none (the row is left out) or run backwards (the
/// trace is unusable), an empty file, values and steps of time that no device has, for which a unit
/// may be wrong. Nothing is rescaled.
PowerTrace read_power_trace(std::istream& in, const std::string& source, const TraceMap& map,
                            ImportProblems& problems);

}  // namespace tandem::record

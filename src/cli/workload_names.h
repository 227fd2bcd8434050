#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "study/workload.h"

namespace tandem::cli {

/// The id that a person means by `examples/mnist` or, where only one has that name, `mnist`. An
/// unknown one is added to the problems, with the nearest names; the answer is then empty.
std::string find_workload(const std::string& name, const std::string& place,
                          const study::Catalogue& catalogue, std::vector<core::Problem>& problems);

}  // namespace tandem::cli

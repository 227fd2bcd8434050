#pragma once

#include "cli/open_study.h"

namespace tandem::cli {

/// A folder's runs answer the study that made them: one that was changed otherwise than by more or
/// fewer runs must not mix its own with them. Throws core::UserError with the differences.
void check_goes_on(const OpenStudy& open);

}  // namespace tandem::cli

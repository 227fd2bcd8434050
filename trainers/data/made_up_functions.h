#pragma once

#include <cstdint>

#include "data/labelled_functions.h"

namespace tandem::trainers {

/// Made-up C functions, half of them vulnerable: among statements that mean nothing stands one
/// risky thing (a copy into a buffer, memory that is freed, memory that was just asked for, a loop
/// over an array) with or without what makes it safe (a check of the length, use before the free
/// only, a check for null, the right bound). Safe pieces of the other kinds stand in both, so that
/// a check somewhere says little. One label in twenty is wrong, as in data that people or tools
/// label. The first functions are the same for each `train` and `test`.
LabelledFunctions made_up_functions(std::int64_t train, std::int64_t test);

}  // namespace tandem::trainers

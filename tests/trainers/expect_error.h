#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "errors.h"

namespace tandem::trainers::test {

/// Expects a TrainingError with this code and a message that contains each of the parts.
template <typename Action>
void expect_error(ExitCode code, const std::vector<std::string>& parts, Action&& action) {
  try {
    action();
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.code(), code);
    for (const std::string& part : parts) EXPECT_THAT(error.what(), testing::HasSubstr(part));
    return;
  }
  FAIL() << "no TrainingError was thrown";
}

}  // namespace tandem::trainers::test

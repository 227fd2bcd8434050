#include "measure/answer_within.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace tandem::measure {
namespace {

TEST(AnswerWithin, GivesTheAnswerAndLeavesNothingBehind) {
  const auto kept = std::make_shared<std::string>("an answer");
  EXPECT_EQ(answer_within(10, [kept] { return *kept; }), "an answer");
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(AnswerWithin, GivesAnswersThatCanOnlyBeMoved) {
  const auto answer = answer_within(10, [] { return std::make_unique<int>(3); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(**answer, 3);
}

TEST(AnswerWithin, GivesNothingWhenItTakesTooLongAndKeepsWhatIsWorkedOn) {
  const auto is_held = std::make_shared<std::atomic<bool>>(true);
  const auto answer = answer_within(0.02, [is_held] {
    while (*is_held) std::this_thread::yield();
    return 1;
  });
  EXPECT_FALSE(answer);
  EXPECT_GT(is_held.use_count(), 1) << "the thread still works on it";
  *is_held = false;
  while (is_held.use_count() > 1) std::this_thread::yield();
}

TEST(AnswerWithin, PassesOnWhatIsThrown) {
  EXPECT_THROW(answer_within(10, []() -> int { throw std::runtime_error("no"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace tandem::measure

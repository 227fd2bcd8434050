#include "measure/wrapping_counter.h"

#include <gtest/gtest.h>

namespace tandem::measure {
namespace {

TEST(WrappingCounter, ShowsWhatItIsGivenUntilItWraps) {
  WrappingCounter counter(1000);
  EXPECT_EQ(counter.count(400), 400);
  EXPECT_EQ(counter.count(400), 400);
  EXPECT_EQ(counter.count(1000), 1000);
}

TEST(WrappingCounter, KeepsCountingAcrossAWrap) {
  WrappingCounter counter(1000);
  counter.count(900);
  EXPECT_EQ(counter.count(50), 1050);
  EXPECT_EQ(counter.count(300), 1300);
  EXPECT_EQ(counter.count(299), 2299);
}

TEST(WrappingCounter, CountsMoreThan32Bits) {
  constexpr std::uint64_t range_uj = 262143328850;
  WrappingCounter counter(range_uj);
  counter.count(range_uj - 10);
  EXPECT_EQ(counter.count(5), range_uj + 5);
}

TEST(WrappingCounter, IsNothingBeyondItsRangeAndGoesOnAfterwards) {
  WrappingCounter counter(1000);
  counter.count(900);
  EXPECT_FALSE(counter.count(1001));
  EXPECT_EQ(counter.count(950), 950);
}

}  // namespace
}  // namespace tandem::measure

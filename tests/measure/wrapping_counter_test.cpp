#include "measure/wrapping_counter.h"

#include <gtest/gtest.h>

#include <random>

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

TEST(WrappingCounter, IsExactAcrossAnyNumberOfWraps) {
  constexpr std::uint64_t range_uj = 65'532'610'987;  // the range of a desktop's package zone
  std::mt19937_64 random(9);
  std::uniform_int_distribution<std::uint64_t> growth_uj(0, range_uj - 1);
  WrappingCounter counter(range_uj);
  std::uint64_t shown_uj = 12'345;
  std::uint64_t grown_uj = *counter.count(shown_uj);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t grows_uj = growth_uj(random);
    shown_uj = (shown_uj + grows_uj) % range_uj;
    grown_uj += grows_uj;
    ASSERT_EQ(counter.count(shown_uj), grown_uj) << i;
  }
}

TEST(WrappingCounter, IsNothingBeyondItsRangeAndGoesOnAfterwards) {
  WrappingCounter counter(1000);
  counter.count(900);
  EXPECT_FALSE(counter.count(1001));
  EXPECT_EQ(counter.count(950), 950);
}

}  // namespace
}  // namespace tandem::measure

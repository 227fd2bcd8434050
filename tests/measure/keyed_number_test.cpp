#include "measure/keyed_number.h"

#include <gtest/gtest.h>

namespace tandem::measure {
namespace {

TEST(KeyedNumber, StandsAfterItsKeyAtTheBeginOfALine) {
  const char* text = "cancelled_write_bytes: 1\nwrite_bytes:\t 4096 kB\nread_bytes: 17";
  EXPECT_EQ(keyed_number(text, "write_bytes:"), 4096);
  EXPECT_EQ(keyed_number(text, "read_bytes:"), 17);
  EXPECT_EQ(keyed_number("usage_usec 18446744073709551615\n", "usage_usec"), UINT64_MAX);
}

TEST(KeyedNumber, IsNothingForWhatIsNoNumberOrAnotherKey) {
  EXPECT_FALSE(keyed_number("", "Pss:"));
  EXPECT_FALSE(keyed_number("Pss_Anon: 5\n", "Pss:"));
  EXPECT_FALSE(keyed_number("usage_usec_total 5\n", "usage_usec"));
  EXPECT_FALSE(keyed_number("usage_usec -5\n", "usage_usec"));
  EXPECT_FALSE(keyed_number("usage_usec\n7\n", "usage_usec"));
  EXPECT_FALSE(keyed_number("usage_usec 18446744073709551616\n", "usage_usec"));
}

}  // namespace
}  // namespace tandem::measure

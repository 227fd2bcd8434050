#include "data/vocabulary.h"

#include <gtest/gtest.h>

namespace tandem::trainers::test {
namespace {

const TokenCounts counts{{"a", 5}, {"b", 9}, {"c", 5}, {"rare", 1}};

TEST(Vocabulary, NumbersReservedSymbolsThenBucketsThenTokensByFrequency) {
  const Vocabulary vocabulary({"<pad>", "<unknown>"}, counts,
                              {.size = 100, .buckets = 3, .least_count = 2});
  EXPECT_EQ(vocabulary.find("<pad>"), 0);
  EXPECT_EQ(vocabulary.find("<unknown>"), 1);
  EXPECT_EQ(vocabulary.find("b"), 5);
  EXPECT_EQ(vocabulary.find("a"), 6);
  EXPECT_EQ(vocabulary.find("c"), 7);
  EXPECT_EQ(vocabulary.find("rare"), std::nullopt);
  EXPECT_EQ(vocabulary.size(), 8);
}

TEST(Vocabulary, GivesOutNoMoreNumbersThanItMay) {
  const Vocabulary vocabulary({"<pad>"}, counts, {.size = 3, .buckets = 0});
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_TRUE(vocabulary.find("a").has_value());
  EXPECT_FALSE(vocabulary.find("c").has_value());
}

TEST(Vocabulary, HasBucketsByFnv1a) {
  // The hash of "foobar" in the algorithm's own test vectors: 0x85944171f73967e8.
  const Vocabulary vocabulary({"<pad>"}, {}, {.size = 100, .buckets = 64});
  EXPECT_EQ(vocabulary.bucket("foobar"), 1 + (0x85944171f73967e8ULL % 64));
}

TEST(Vocabulary, DoesNotNumberAReservedSymbolTwice) {
  const Vocabulary vocabulary({"a"}, counts, {.size = 100, .buckets = 0});
  EXPECT_EQ(vocabulary.find("a"), 0);
  EXPECT_EQ(vocabulary.size(), 4);
}

}  // namespace
}  // namespace tandem::trainers::test

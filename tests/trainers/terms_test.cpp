#include "data/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Counts of the terms, in the order of their first occurrence.
std::vector<int> counts(const std::string& text) {
  TermReader reader;
  std::vector<int> result;
  for (const auto& entry : reader.read(text).entries) result.push_back(entry.count);
  return result;
}

bool are_equal(const std::string& a, const std::string& b) {
  TermReader reader;
  return cosine(TermWeights({reader.read(a), reader.read("other")}).vector(reader.read(a)),
                TermWeights({reader.read(a), reader.read("other")}).vector(reader.read(b))) > 0.999;
}

TEST(Terms, AreTheWordsBetweenOtherCharacters) {
  EXPECT_THAT(counts("menu (toolbar) menu;menu\xc3\xa4toolbar"), ElementsAre(3, 2));
}

TEST(Terms, AreTheSameForFormsOfAWord) {
  EXPECT_THAT(counts("connect Connected connecting CONNECTIONS"), ElementsAre(4));
}

TEST(Terms, AreNeitherStopWordsNorKeywordsNorNumbersNorSingleLetters) {
  EXPECT_THAT(counts("the public static void 2012 x = 0; and THIS"), IsEmpty());
}

TEST(Terms, OfACompoundNameAreItsPartsAndItself) {
  EXPECT_THAT(counts("PartService part service"), ElementsAre(2, 2, 1));
  EXPECT_TRUE(are_equal("partService", "PartService"));
}

TEST(Terms, AreCutFromNamesAtCapitals) {
  EXPECT_THAT(split_camel_case("parseHTTPRequest2Fast"),
              ElementsAre("parse", "HTTP", "Request", "Fast"));
  EXPECT_THAT(split_camel_case("URL"), ElementsAre("URL"));
  EXPECT_THAT(split_camel_case("XMLs"), ElementsAre("XM", "Ls"));
  EXPECT_THAT(split_camel_case("MAX_VALUE"), ElementsAre("MAX", "VALUE"));
  EXPECT_THAT(split_camel_case("42"), IsEmpty());
}

TEST(Terms, OfTwoTextsAreAddedUp) {
  TermReader reader;
  TermCounts sum = reader.read("menu menu icon");
  sum.add(reader.read("view icon"));
  const TermCounts whole = reader.read("menu menu icon view icon");
  ASSERT_EQ(sum.entries.size(), whole.entries.size());
  for (std::size_t i = 0; i < sum.entries.size(); ++i) {
    EXPECT_EQ(sum.entries[i].term, whole.entries[i].term);
    EXPECT_EQ(sum.entries[i].count, whole.entries[i].count);
  }
  EXPECT_EQ(sum.total(), 5);
}

TEST(Terms, WeighMoreTheFewerTextsHaveThem) {
  TermReader reader;
  const TermWeights weights({reader.read("menu icon"), reader.read("menu"), reader.read("menu")});
  const TermVector vector = weights.vector(reader.read("menu icon icon unheard"));
  ASSERT_EQ(vector.coordinates.size(), 1U) << "all have 'menu', none has 'unheard'";
  EXPECT_NEAR(vector.coordinates[0].weight, (1 + std::log(2)) * std::log(3), 1e-12);
  EXPECT_NEAR(vector.length, vector.coordinates[0].weight, 1e-12);
}

TEST(Terms, OfNoWeightAreLikeNothing) {
  EXPECT_EQ(cosine({}, {}), 0);
}

}  // namespace
}  // namespace tandem::trainers::test

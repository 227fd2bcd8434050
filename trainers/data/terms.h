#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sb_stemmer;

namespace tandem::trainers {

/// How often each term stands in a text, in the order of the terms' numbers.
struct TermCounts {
  struct Entry {
    std::int32_t term;
    std::int32_t count;
  };
  std::vector<Entry> entries;

  /// Terms of the text, repeated ones counted each time.
  std::int64_t total() const;
  void add(const TermCounts& other);
};

/// Makes terms of texts in English and in Java, the same for both so that they can be compared: the
/// words between other characters; of a name in camel case its parts as well; no stop words, no
/// keywords of Java, no numbers, nothing of one letter; in small letters, reduced to stems by
/// Porter's algorithm (Snowball's `porter`). Equal terms have equal numbers.
class TermReader {
 public:
  TermReader();

  TermCounts read(std::string_view text);

 private:
  void add(std::string_view word, std::vector<std::int32_t>& terms);

  std::unique_ptr<sb_stemmer, void (*)(sb_stemmer*)> stemmer_;
  std::unordered_map<std::string, std::int32_t> stems_;
  std::unordered_map<std::string, std::int32_t> words_;  ///< −1: no term
};

/// The parts of a name: `parseHTTPRequest2` → parse, HTTP, Request.
std::vector<std::string_view> split_camel_case(std::string_view name);

/// A text as a vector with a coordinate for each term, in the order of the terms' numbers.
struct TermVector {
  struct Coordinate {
    std::int32_t term;
    double weight;
  };
  std::vector<Coordinate> coordinates;
  double length = 0;
};

/// How much each term of a collection of texts says: idf = ln(number of texts / texts with it).
class TermWeights {
 public:
  explicit TermWeights(const std::vector<TermCounts>& texts);

  /// Coordinates (1 + ln count) · idf (Zhou, Zhang and Lo 2012, "Where should the bugs be fixed?",
  /// section III-B). A term of none of the texts has none.
  TermVector vector(const TermCounts& text) const;

 private:
  std::vector<double> idf_;  ///< by term
};

/// Cosine of the angle between two texts; 0 when one is without coordinates.
double cosine(const TermVector& a, const TermVector& b);

}  // namespace tandem::trainers

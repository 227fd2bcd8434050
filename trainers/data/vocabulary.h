#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tandem::trainers {

/// How often each token stands in the training data.
using TokenCounts = std::map<std::string, std::int64_t, std::less<>>;

/// Numbers for tokens, in this order: the reserved symbols, the buckets, the tokens of the training
/// data from the most frequent on (equally frequent ones in alphabetical order).
class Vocabulary {
 public:
  struct Limits {
    std::int64_t size = 0;     ///< Numbers given out at most, reserved ones and buckets included.
    std::int64_t buckets = 0;  ///< Numbers for tokens that have none of their own.
    std::int64_t least_count = 1;  ///< A token that is rarer gets no number of its own.
  };

  Vocabulary(const std::vector<std::string>& reserved, const TokenCounts& counts, Limits limits);

  /// The token's own number.
  std::optional<std::int64_t> find(const std::string& token) const;

  /// The bucket of a token without a number: the same for each occurrence, by 64-bit FNV-1a. Needs
  /// at least one bucket.
  std::int64_t bucket(std::string_view token) const;

  /// Numbers given out.
  std::int64_t size() const { return size_; }

 private:
  std::int64_t first_bucket_;
  std::int64_t buckets_;
  std::int64_t size_;
  std::unordered_map<std::string, std::int64_t> numbers_;
};

}  // namespace tandem::trainers

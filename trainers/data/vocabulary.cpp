#include "data/vocabulary.h"

#include <algorithm>

namespace tandem::trainers {

Vocabulary::Vocabulary(const std::vector<std::string>& reserved, const TokenCounts& counts,
                       Limits limits)
    : first_bucket_(static_cast<std::int64_t>(reserved.size())),
      buckets_(limits.buckets),
      size_(first_bucket_ + buckets_) {
  for (std::size_t i = 0; i < reserved.size(); ++i) {
    numbers_[reserved[i]] = static_cast<std::int64_t>(i);
  }
  std::vector<std::pair<std::int64_t, std::string_view>> frequent;
  for (const auto& [token, count] : counts) {
    if (count >= limits.least_count && !numbers_.contains(token))
      frequent.emplace_back(count, token);
  }
  // Stable: the map's order decides between equals.
  std::ranges::stable_sort(frequent, std::ranges::greater(),
                           [](const auto& entry) { return entry.first; });
  for (const auto& [count, token] : frequent) {
    if (size_ >= limits.size) break;
    numbers_.emplace(token, size_++);
  }
}

std::optional<std::int64_t> Vocabulary::find(const std::string& token) const {
  const auto found = numbers_.find(token);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::int64_t Vocabulary::bucket(std::string_view token) const {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : token) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return first_bucket_ + static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(buckets_));
}

}  // namespace tandem::trainers

#pragma once

#include <cstdint>
#include <optional>

namespace tandem::measure {

/// Turns a counter that starts again at zero after `range` into one that only grows. Right as long
/// as it is read at least once a round.
class WrappingCounter {
 public:
  explicit WrappingCounter(std::uint64_t range) : range_(range) {}

  /// The count so far, given what the counter shows now; nothing when that is beyond its range.
  std::optional<std::uint64_t> count(std::uint64_t shown) {
    if (shown > range_) return std::nullopt;
    if (shown < shown_before_) count_ += range_;
    count_ += shown - shown_before_;
    shown_before_ = shown;
    return count_;
  }

 private:
  std::uint64_t range_;
  std::uint64_t shown_before_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace tandem::measure

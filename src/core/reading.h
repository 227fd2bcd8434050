#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "core/json.h"

namespace tandem::core {

/// A measured or derived number that may be missing, and then says why. Missing is never zero and
/// never a default. As JSON: the number, or `{"missing": "reason"}`.
///
/// A million runs have tens of millions of readings: one is no larger than its number, copied like
/// one, and the reasons, of which there are few, are kept once for the life of the process.
class Reading {
 public:
  /// Missing until assigned; the reason says so, which a report would show as a defect.
  Reading() : bits_(without_number | not_recorded) {}
  /// A value that is not finite becomes missing, for it is no measurement.
  Reading(double value)  // NOLINT(google-explicit-constructor): a number is a reading
      : bits_(std::isfinite(value) ? std::bit_cast<std::uint64_t>(value)
                                   : without_number | not_finite) {}
  static Reading missing(const std::string& reason);

  bool has_value() const { return (bits_ & without_number) != without_number; }
  explicit operator bool() const { return has_value(); }
  /// The number; throws std::bad_optional_access when missing.
  double value() const {
    if (!has_value()) throw std::bad_optional_access();
    return std::bit_cast<double>(bits_);
  }
  /// As value(): whoever forgets to ask must not read a number that nobody measured.
  double operator*() const { return value(); }
  double value_or(double fallback) const { return has_value() ? value() : fallback; }
  /// Why the number is missing; empty when it is there.
  const std::string& reason() const;

  friend bool operator==(const Reading& left, const Reading& right) {
    // The two zeros are equal; equal reasons have the same number.
    return left.bits_ == right.bits_ || (left && right && *left == *right);
  }

 private:
  /// The exponent of what is no finite number (IEEE 754); the number of the reason stands behind.
  static constexpr std::uint64_t without_number = 0x7ff0'0000'0000'0000;
  /// Numbers of the reasons that need no look-up.
  static constexpr std::uint64_t not_recorded = 0;
  static constexpr std::uint64_t not_finite = 1;

  std::uint64_t bits_;  ///< of the number, or without_number and the number of the reason
};

/// Applies `combine(double, double) -> double` when both are there; else the first missing one.
template <typename Combine>
Reading both(const Reading& left, const Reading& right, Combine combine) {
  if (!left) return left;
  if (!right) return right;
  return Reading(combine(*left, *right));
}

/// left / right; missing with a reason when the divisor is zero.
Reading ratio(const Reading& left, const Reading& right);

void to_json(Json& json, const Reading& reading);
void from_json(const Json& json, Reading& reading);

}  // namespace tandem::core

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/json.h"

namespace tandem::core {

/// A measured or derived number that may be missing, and then says why. Missing is never zero and
/// never a default. As JSON: the number, or `{"missing": "reason"}`.
class Reading {
 public:
  /// Missing until assigned; the reason says so, which a report would show as a defect.
  Reading();
  /// A value that is not finite becomes missing, for it is no measurement.
  Reading(double value);  // NOLINT(google-explicit-constructor): a number is a reading
  static Reading missing(std::string reason);
  /// Copies also where a move is asked for: what a missing reading left behind would be a 0.
  Reading(const Reading&) = default;
  Reading& operator=(const Reading&) = default;

  bool has_value() const { return reason_ == nullptr; }
  explicit operator bool() const { return has_value(); }
  /// The number; throws std::bad_optional_access when missing.
  double value() const {
    if (!has_value()) throw std::bad_optional_access();
    return value_;
  }
  /// As value(): whoever forgets to ask must not read a number that nobody measured.
  double operator*() const { return value(); }
  double value_or(double fallback) const { return has_value() ? value_ : fallback; }
  /// Why the number is missing; empty when it is there.
  const std::string& reason() const;

  friend bool operator==(const Reading& left, const Reading& right) {
    return left.has_value() == right.has_value() && left.value_ == right.value_ &&
           left.reason() == right.reason();
  }

 private:
  double value_ = 0;
  /// A million runs have tens of millions of readings: copies of a missing one share its reason.
  std::shared_ptr<const std::string> reason_;
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

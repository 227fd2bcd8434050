#include "core/reading.h"

#include <cmath>

namespace tandem::core {

namespace {

/// A reason that many readings have.
std::shared_ptr<const std::string> shared(const char* reason) {
  return std::make_shared<const std::string>(reason);
}

}  // namespace

Reading::Reading() {
  static const std::shared_ptr<const std::string> not_recorded = shared("not recorded");
  reason_ = not_recorded;
}

Reading::Reading(double value) {
  static const std::shared_ptr<const std::string> not_finite = shared("not a finite number");
  if (std::isfinite(value)) {
    value_ = value;
  } else {
    reason_ = not_finite;
  }
}

Reading Reading::missing(std::string reason) {
  Reading reading;
  reading.reason_ = std::make_shared<const std::string>(std::move(reason));
  return reading;
}

const std::string& Reading::reason() const {
  static const std::string none;
  return has_value() ? none : *reason_;
}

Reading ratio(const Reading& left, const Reading& right) {
  if (right && *right == 0.0 && left) return Reading::missing("division by zero");
  return both(left, right, [](double dividend, double divisor) { return dividend / divisor; });
}

void to_json(Json& json, const Reading& reading) {
  if (reading) {
    json = *reading;
  } else {
    json = {{"missing", reading.reason()}};
  }
}

void from_json(const Json& json, Reading& reading) {
  reading = json.is_number() ? Reading(json.get<double>())
                             : Reading::missing(json.at("missing").get<std::string>());
}

}  // namespace tandem::core

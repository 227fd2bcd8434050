#include "core/reading.h"

#include <cmath>

namespace tandem::core {

Reading::Reading(double value) {
  if (std::isfinite(value)) {
    value_ = value;
  } else {
    reason_ = "not a finite number";
  }
}

Reading Reading::missing(std::string reason) {
  Reading reading;
  reading.reason_ = std::move(reason);
  return reading;
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

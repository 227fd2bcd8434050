#include "core/reading.h"

#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace tandem::core {

namespace {

/// Every reason that a reading of this process was given, by number.
class Reasons {
 public:
  Reasons() {
    number_of("not recorded");
    number_of("not a finite number");
  }
  std::uint32_t number_of(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    numbers_.emplace(texts_.emplace_back(text), number);
    return number;
  }
  /// The text stays where it is.
  const std::string& text(std::uint32_t number) const {
    const std::lock_guard lock(mutex_);
    return texts_[number];
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  ///< of texts_
};

Reasons& reasons() {
  static Reasons all;
  return all;
}

}  // namespace

Reading Reading::missing(const std::string& reason) {
  Reading reading;
  reading.bits_ = without_number | reasons().number_of(reason);
  return reading;
}

const std::string& Reading::reason() const {
  static const std::string none;
  return has_value() ? none : reasons().text(static_cast<std::uint32_t>(bits_));
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

#include "serve/trace.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tandem::serve {
namespace {

Trace::Point merged(const Trace::Point& first, const Trace::Point& second) {
  const double samples = first.samples + second.samples;
  const auto mean = [&](double left, double right) {
    return (left * first.samples + right * second.samples) / samples;
  };
  return {mean(first.t_s, second.t_s),
          std::min(first.low, second.low),
          mean(first.mean, second.mean),
          std::max(first.high, second.high),
          samples,
          first.slot};
}

}  // namespace

void Trace::add(double t_s, double value) {
  if (!std::isfinite(t_s) || !std::isfinite(value)) return;
  const Point point{t_s, value, value, value, 1, std::floor(t_s / width_s_)};
  if (!points_.empty() && point.slot < points_.back().slot) return;
  if (!points_.empty() && point.slot == points_.back().slot) {
    points_.back() = merged(points_.back(), point);
    unchanged_ = std::min(unchanged_, points_.size() - 1);
    return;
  }
  points_.push_back(point);
  while (points_.size() > most_points) widen();
}

void Trace::widen() {
  width_s_ *= 2;
  std::vector<Point> wider;
  for (Point point : points_) {
    point.slot = std::floor(point.slot / 2);
    if (!wider.empty() && wider.back().slot == point.slot) {
      wider.back() = merged(wider.back(), point);
    } else {
      wider.push_back(point);
    }
  }
  points_ = std::move(wider);
  unchanged_ = 0;
}

size_t Trace::unchanged_since_asked() {
  return std::exchange(unchanged_, points_.size());
}

void Rate::add(double t_s, double counter, Trace& trace) {
  if (!std::isfinite(counter)) return;
  if (has_begun_ && counter >= counter_) {
    const double passed_s = t_s - t_s_;
    if (passed_s < least_s_) return;
    trace.add((t_s + t_s_) / 2, (counter - counter_) / passed_s);
  }
  has_begun_ = true;
  t_s_ = t_s;
  counter_ = counter;
}

}  // namespace tandem::serve

#include "analyse/convergence.h"

#include <algorithm>
#include <cmath>

namespace tandem::analyse {
namespace {

constexpr double mark = 0.9;

struct Point {
  double epoch;
  double value;  // higher is better
};

core::Reading epoch_of_mark(const std::vector<Point>& curve) {
  if (curve.size() < 2) {
    static const auto too_few =
        core::Reading::missing("fewer than two epochs reported the performance metric");
    return too_few;
  }
  const double first = curve.front().value;
  const double best = std::max_element(curve.begin(), curve.end(), [](auto& left, auto& right) {
                        return left.value < right.value;
                      })->value;
  if (best <= first) return core::Reading::missing("no epoch was better than the first");
  const double target = first + mark * (best - first);
  const auto after = std::find_if(curve.begin(), curve.end(),
                                  [&](const Point& point) { return point.value >= target; });
  // The first epoch lies below the mark, so there is an epoch before.
  const auto before = after - 1;
  const double fraction = (target - before->value) / (after->value - before->value);
  return before->epoch + fraction * (after->epoch - before->epoch);
}

}  // namespace

std::vector<std::pair<int, double>> learning_curve(const record::ParticipantResult& participant) {
  std::vector<std::pair<int, double>> curve;
  for (const record::EpochRecord& epoch : participant.epochs) {
    const auto metric = epoch.metrics.find(participant.performance_metric);
    if (metric == epoch.metrics.end() || !std::isfinite(metric->second)) continue;
    curve.emplace_back(epoch.epoch, metric->second);
  }
  return curve;
}

Convergence convergence_of(const record::ParticipantResult& participant) {
  std::vector<Point> oriented;
  for (const auto& [number, value] : learning_curve(participant)) {
    oriented.push_back(
        {static_cast<double>(number), participant.higher_is_better ? value : -value});
  }
  const core::Reading epoch = epoch_of_mark(oriented);
  return {epoch, core::ratio(1.0, epoch)};
}

}  // namespace tandem::analyse

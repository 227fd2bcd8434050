#include "analyse/trade_off.h"

#include <algorithm>
#include <functional>

#include "analyse/effects.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// All points of one mode, with the metric's direction.
struct Curve {
  std::vector<TradeOffPoint> points;
  bool higher_is_better = true;

  double gain(double performance) const { return higher_is_better ? performance : -performance; }
};

/// The mean of the readings; the first missing one when all are missing.
Reading mean_of(const std::vector<Reading>& readings, const std::string& problem) {
  std::vector<double> values;
  for (const Reading& reading : readings) {
    if (reading) values.push_back(*reading);
  }
  if (!values.empty()) return mean(values);
  return readings.empty() ? Reading::missing(problem) : readings.front();
}

Reading energy_of_b(const record::RunResult& run, const record::RunResult& compared_with) {
  const std::string conflict = energy_source_conflict(run, compared_with);
  if (!conflict.empty()) return Reading::missing(conflict);
  return training_energy_joules(run, run.participants.size() - 1);
}

Curve curve_of(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
               bool concurrent, const PlannedResults& results) {
  Curve curve;
  const record::RunResult* first_run = nullptr;
  for (const study::Setting& setting : settings) {
    TradeOffPoint point;
    point.setting = setting.name;
    point.concurrent = concurrent;
    std::vector<Reading> energies, performances, products;
    std::string problem = "no repetition";
    for (int repetition = 1; repetition <= repetitions; ++repetition) {
      const PlannedResult result = concurrent ? results.concurrent(pair, setting.name, repetition)
                                              : results.solo_b(pair, setting.name, repetition);
      if (result.run == nullptr) {
        problem = result.problem;
        continue;
      }
      if (first_run == nullptr) first_run = result.run;
      const record::ParticipantResult& b = result.run->participants.back();
      curve.higher_is_better = b.higher_is_better;
      energies.push_back(energy_of_b(*result.run, *first_run));
      performances.push_back(b.performance);
      products.push_back(core::both(energies.back(), b.duration_seconds, std::multiplies<>()));
    }
    point.n = energies.size();
    point.energy_joules = mean_of(energies, problem);
    point.performance = mean_of(performances, problem);
    point.energy_delay_product = mean_of(products, problem);
    curve.points.push_back(point);
  }
  return curve;
}

Reading marginal_efficiency(const Curve& curve, const TradeOffPoint& point) {
  const TradeOffPoint& at_default = curve.points.front();
  if (point.setting == at_default.setting) return Reading::missing("the default setting itself");
  const Reading increase =
      core::both(point.energy_joules, at_default.energy_joules, std::minus<>());
  if (increase && *increase <= 0) {
    return Reading::missing("the setting needs no more energy than the default");
  }
  const Reading gain = core::both(
      point.performance, at_default.performance,
      [&](double changed, double from) { return curve.gain(changed) - curve.gain(from); });
  return core::ratio(gain, increase);
}

bool dominates(const Curve& curve, const TradeOffPoint& left, const TradeOffPoint& right) {
  if (!left.energy_joules || !left.performance) return false;
  const double gain_left = curve.gain(*left.performance);
  const double gain_right = curve.gain(*right.performance);
  return *left.energy_joules <= *right.energy_joules && gain_left >= gain_right &&
         (*left.energy_joules < *right.energy_joules || gain_left > gain_right);
}

void compare_points(Curve& curve) {
  for (TradeOffPoint& point : curve.points) {
    point.marginal_efficiency = marginal_efficiency(curve, point);
    point.on_pareto_front =
        point.energy_joules && point.performance &&
        std::none_of(curve.points.begin(), curve.points.end(),
                     [&](const TradeOffPoint& other) { return dominates(curve, other, point); });
  }
}

/// The setting of `curve` with the smallest cost; of equal ones the first. Only settings that have
/// the figure in both modes are candidates, for the two bests are compared. Empty without one.
template <typename Cost>
std::string cheapest(const Curve& curve, const Curve& other, Cost cost_in) {
  std::string best;
  Reading least;
  for (size_t i = 0; i < curve.points.size(); ++i) {
    const Reading cost = cost_in(curve, curve.points[i]);
    if (!cost || !cost_in(other, other.points[i])) continue;
    if (best.empty() || *cost < *least) {
      best = curve.points[i].setting;
      least = cost;
    }
  }
  return best;
}

}  // namespace

TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                   const PlannedResults& results) {
  Curve solo = curve_of(pair, settings, repetitions, false, results);
  Curve concurrent = curve_of(pair, settings, repetitions, true, results);
  TradeOff trade_off;
  for (Curve* curve : {&solo, &concurrent}) {
    compare_points(*curve);
    trade_off.points.insert(trade_off.points.end(), curve->points.begin(), curve->points.end());
  }
  const auto add = [&](const std::string& objective, auto cost_in) {
    trade_off.best.push_back(
        {objective, cheapest(solo, concurrent, cost_in), cheapest(concurrent, solo, cost_in)});
  };
  add("performance", [](const Curve& curve, const TradeOffPoint& point) {
    return point.performance ? Reading(-curve.gain(*point.performance)) : point.performance;
  });
  add("energy", [](const Curve&, const TradeOffPoint& point) { return point.energy_joules; });
  add("energy_delay_product",
      [](const Curve&, const TradeOffPoint& point) { return point.energy_delay_product; });
  return trade_off;
}

void to_json(core::Json& json, const TradeOffPoint& point) {
  json = {{"setting", point.setting},
          {"mode", point.concurrent ? "concurrent" : "solo"},
          {"n", point.n},
          {"energy_joules", point.energy_joules},
          {"performance", point.performance},
          {"energy_delay_product", point.energy_delay_product},
          {"marginal_efficiency", point.marginal_efficiency},
          {"on_pareto_front", point.on_pareto_front}};
}

void to_json(core::Json& json, const BestSetting& best) {
  json = {{"objective", best.objective},
          {"solo", best.solo},
          {"concurrent", best.concurrent},
          {"known", best.known()},
          {"moves", best.moves()}};
}

void to_json(core::Json& json, const TradeOff& trade_off) {
  json = {{"points", trade_off.points}, {"best", trade_off.best}};
}

}  // namespace tandem::analyse

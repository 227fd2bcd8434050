#include "analyse/trade_off.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

#include "analyse/effects.h"
#include "analyse/statistics/bootstrap.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// One run's figures of B; missing where the run doesn't count.
struct Measured {
  Reading energy, performance, energy_delay_product;
  bool counts = false;
};

/// All runs of one mode, by setting and repetition, with the metric's direction.
struct Measurements {
  std::vector<std::string> settings;
  std::vector<std::vector<Measured>> of_setting;
  bool concurrent = false;
  bool higher_is_better = true;
};

/// All points of one mode.
struct Curve {
  std::vector<TradeOffPoint> points;
  bool higher_is_better = true;

  double gain(double performance) const { return higher_is_better ? performance : -performance; }
};

Reading energy_of_b(const record::RunResult& run, const record::RunResult& compared_with) {
  const std::string conflict = energy_source_conflict(run, compared_with);
  if (!conflict.empty()) return Reading::missing(conflict);
  return training_energy_joules(run, run.participants.size() - 1);
}

Measurements measure(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                     bool concurrent, const PlannedResults& results) {
  Measurements measurements;
  measurements.concurrent = concurrent;
  const record::RunResult* first_run = nullptr;
  for (const study::Setting& setting : settings) {
    measurements.settings.push_back(setting.name);
    std::vector<Measured>& runs = measurements.of_setting.emplace_back();
    for (int repetition = 1; repetition <= repetitions; ++repetition) {
      const PlannedResult result = concurrent ? results.concurrent(pair, setting.name, repetition)
                                              : results.solo_b(pair, setting.name, repetition);
      if (result.run == nullptr) {
        const Reading missing = Reading::missing(result.problem);
        runs.push_back({missing, missing, missing, false});
        continue;
      }
      if (first_run == nullptr) first_run = result.run;
      const record::ParticipantResult& b = result.run->participants.back();
      measurements.higher_is_better = b.higher_is_better;
      const Reading energy = energy_of_b(*result.run, *first_run);
      runs.push_back({energy, b.performance,
                      core::both(energy, b.duration_seconds, std::multiplies<>()), true});
    }
  }
  return measurements;
}

/// The mean over the drawn repetitions; the first missing one when all are missing.
Reading mean_of(const std::vector<Measured>& runs, const std::vector<size_t>& drawn,
                Reading Measured::*figure) {
  double sum = 0;
  size_t n = 0;
  for (const size_t repetition : drawn) {
    const Reading& reading = runs[repetition].*figure;
    if (!reading) continue;
    sum += *reading;
    ++n;
  }
  if (n > 0) return sum / static_cast<double>(n);
  return drawn.empty() ? Reading::missing("no repetition") : runs[drawn.front()].*figure;
}

/// The means over the drawn repetitions.
Curve curve_of(const Measurements& measurements, const std::vector<size_t>& drawn) {
  Curve curve;
  curve.higher_is_better = measurements.higher_is_better;
  for (size_t i = 0; i < measurements.settings.size(); ++i) {
    const std::vector<Measured>& runs = measurements.of_setting[i];
    TradeOffPoint point;
    point.setting = measurements.settings[i];
    point.concurrent = measurements.concurrent;
    for (const size_t repetition : drawn) point.n += runs[repetition].counts;
    point.energy_joules = mean_of(runs, drawn, &Measured::energy);
    point.performance = mean_of(runs, drawn, &Measured::performance);
    point.energy_delay_product = mean_of(runs, drawn, &Measured::energy_delay_product);
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

bool is_on_front(const Curve& curve, const TradeOffPoint& point) {
  return point.energy_joules && point.performance &&
         std::none_of(curve.points.begin(), curve.points.end(),
                      [&](const TradeOffPoint& other) { return dominates(curve, other, point); });
}

void compare_points(Curve& curve) {
  for (TradeOffPoint& point : curve.points) {
    point.marginal_efficiency = marginal_efficiency(curve, point);
    point.on_pareto_front = is_on_front(curve, point);
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

struct Objective {
  const char* name;
  Reading (*cost)(const Curve&, const TradeOffPoint&);
};
constexpr Objective objectives[] = {
    {"performance",
     [](const Curve& curve, const TradeOffPoint& point) {
       return point.performance ? Reading(-curve.gain(*point.performance)) : point.performance;
     }},
    {"energy", [](const Curve&, const TradeOffPoint& point) { return point.energy_joules; }},
    {"energy_delay_product",
     [](const Curve&, const TradeOffPoint& point) { return point.energy_delay_product; }},
    {"energy_efficiency",
     [](const Curve& curve, const TradeOffPoint& point) {
       if (!curve.higher_is_better) {
         return Reading::missing("joules per unit of a metric that is better when lower");
       }
       if (point.performance && *point.performance <= 0) {
         return Reading::missing("the performance is not positive");
       }
       return core::ratio(point.energy_joules, point.performance);
     }},
};

constexpr size_t resamples = 999;
constexpr int least_repetitions = 3;

/// How often each answer stands when the repetitions are drawn again.
void bootstrap(const Measurements& solo, const Measurements& concurrent, int repetitions,
               std::uint64_t seed, TradeOff& trade_off) {
  if (repetitions < least_repetitions) {
    const Reading missing = Reading::missing("fewer than three repetitions");
    for (TradeOffPoint& point : trade_off.points) point.front_probability = missing;
    for (BestSetting& best : trade_off.best) {
      best.solo_probability = best.concurrent_probability = best.moves_probability = missing;
    }
    return;
  }
  const size_t settings = solo.settings.size();
  std::vector<size_t> on_front(trade_off.points.size(), 0);
  struct Counts {
    size_t solo = 0, concurrent = 0, moves = 0;
  };
  std::vector<Counts> counts(std::size(objectives));
  Resampler resampler(seed);
  std::vector<size_t> drawn(static_cast<size_t>(repetitions));
  for (size_t i = 0; i < resamples; ++i) {
    resampler.draw(drawn, drawn.size());
    const Curve alone = curve_of(solo, drawn);
    const Curve beside = curve_of(concurrent, drawn);
    for (size_t j = 0; j < settings; ++j) {
      on_front[j] += is_on_front(alone, alone.points[j]);
      on_front[settings + j] += is_on_front(beside, beside.points[j]);
    }
    for (size_t j = 0; j < counts.size(); ++j) {
      const std::string best_alone = cheapest(alone, beside, objectives[j].cost);
      const std::string best_beside = cheapest(beside, alone, objectives[j].cost);
      counts[j].solo += best_alone == trade_off.best[j].solo;
      counts[j].concurrent += best_beside == trade_off.best[j].concurrent;
      counts[j].moves += best_alone != best_beside;
    }
  }
  const auto share = [](size_t count) {
    return Reading(static_cast<double>(count) / static_cast<double>(resamples));
  };
  for (size_t j = 0; j < trade_off.points.size(); ++j) {
    trade_off.points[j].front_probability = share(on_front[j]);
  }
  for (size_t j = 0; j < counts.size(); ++j) {
    BestSetting& best = trade_off.best[j];
    if (!best.known()) {
      best.solo_probability = best.concurrent_probability = best.moves_probability =
          Reading::missing("no setting has the figures in both modes");
      continue;
    }
    best.solo_probability = share(counts[j].solo);
    best.concurrent_probability = share(counts[j].concurrent);
    best.moves_probability = share(counts[j].moves);
  }
}

}  // namespace

TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                   const PlannedResults& results, std::uint64_t seed) {
  const Measurements of_solo = measure(pair, settings, repetitions, false, results);
  const Measurements of_concurrent = measure(pair, settings, repetitions, true, results);
  std::vector<size_t> all(static_cast<size_t>(repetitions));
  std::iota(all.begin(), all.end(), size_t{0});
  Curve solo = curve_of(of_solo, all);
  Curve concurrent = curve_of(of_concurrent, all);
  TradeOff trade_off;
  for (Curve* curve : {&solo, &concurrent}) {
    compare_points(*curve);
    trade_off.points.insert(trade_off.points.end(), curve->points.begin(), curve->points.end());
  }
  for (const Objective& objective : objectives) {
    trade_off.best.push_back({objective.name,
                              cheapest(solo, concurrent, objective.cost),
                              cheapest(concurrent, solo, objective.cost),
                              {},
                              {},
                              {}});
  }
  bootstrap(of_solo, of_concurrent, repetitions, seed, trade_off);
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
          {"on_pareto_front", point.on_pareto_front},
          {"front_probability", point.front_probability}};
}

void to_json(core::Json& json, const BestSetting& best) {
  json = {{"objective", best.objective},
          {"solo", best.solo},
          {"concurrent", best.concurrent},
          {"known", best.known()},
          {"moves", best.moves()},
          {"solo_probability", best.solo_probability},
          {"concurrent_probability", best.concurrent_probability},
          {"moves_probability", best.moves_probability}};
}

void to_json(core::Json& json, const TradeOff& trade_off) {
  json = {{"points", trade_off.points}, {"best", trade_off.best}};
}

}  // namespace tandem::analyse

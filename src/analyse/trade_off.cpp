#include "analyse/trade_off.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>

#include "analyse/effects.h"
#include "analyse/statistics/bootstrap.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

enum Figure : size_t { energy, performance, duration, energy_delay, figure_count };

/// B's figures in one run.
using RunFigures = std::array<Reading, figure_count>;

/// All runs of one mode, by setting and repetition.
struct Runs {
  std::vector<std::vector<RunFigures>> of_setting;
  std::vector<size_t> counted;  ///< runs of each setting that count
  bool higher_is_better = true;
};

/// Means by setting. Resampling handles millions of them, so that a missing one is NaN here; none
/// leaves this file.
using Means = std::vector<std::array<double, figure_count>>;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Reading energy_of_b(const record::RunResult& run, const record::RunResult& compared_with) {
  const std::string conflict = energy_source_conflict(run, compared_with);
  if (!conflict.empty()) return Reading::missing(conflict);
  return training_energy_joules(run, run.participants.size() - 1);
}

Runs runs_of(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
             bool concurrent, const PlannedResults& results) {
  Runs runs;
  const record::RunResult* first_run = nullptr;
  for (const study::Setting& setting : settings) {
    std::vector<RunFigures>& of_setting = runs.of_setting.emplace_back();
    runs.counted.push_back(0);
    for (int repetition = 1; repetition <= repetitions; ++repetition) {
      const PlannedResult result = concurrent ? results.concurrent(pair, setting.name, repetition)
                                              : results.solo_b(pair, setting.name, repetition);
      RunFigures& figures = of_setting.emplace_back();
      if (result.run == nullptr) {
        figures.fill(Reading::missing(result.problem));
        continue;
      }
      ++runs.counted.back();
      if (first_run == nullptr) first_run = result.run;
      const record::ParticipantResult& b = result.run->participants.back();
      runs.higher_is_better = b.higher_is_better;
      figures[energy] = energy_of_b(*result.run, *first_run);
      figures[performance] = b.performance;
      figures[duration] = b.duration_seconds;
      figures[energy_delay] = core::both(figures[energy], figures[duration], std::multiplies<>());
    }
  }
  return runs;
}

/// Over the repetitions that have the figure; the first missing one when none has.
Reading mean_of(const std::vector<RunFigures>& runs, Figure figure) {
  double sum = 0;
  size_t n = 0;
  for (const RunFigures& run : runs) {
    if (!run[figure]) continue;
    sum += *run[figure];
    ++n;
  }
  if (n > 0) return sum / static_cast<double>(n);
  return runs.empty() ? Reading::missing("no repetition") : runs.front()[figure];
}

double or_none(const Reading& reading) {
  return reading ? *reading : none;
}

/// Of the repetitions that are drawn again and again: the figures of all settings of a repetition
/// stand side by side, without the reasons of the missing ones.
class Resampled {
 public:
  explicit Resampled(const Runs& runs)
      : means_(runs.of_setting.size()), sum_(runs.of_setting.size() * figure_count) {
    const size_t repetitions = runs.of_setting.empty() ? 0 : runs.of_setting.front().size();
    for (size_t repetition = 0; repetition < repetitions; ++repetition) {
      for (const std::vector<RunFigures>& of_setting : runs.of_setting) {
        for (const Reading& figure : of_setting[repetition]) {
          value_.push_back(figure.value_or(0));
          is_there_.push_back(figure ? 1 : 0);
          all_there_ = all_there_ && figure;
        }
      }
    }
  }
  /// `times`: how often each repetition was drawn, as many times altogether as there are.
  const Means& means(std::span<const double> times) {
    const size_t width = sum_.size();
    std::fill(sum_.begin(), sum_.end(), 0.0);
    count_.assign(width, all_there_ ? static_cast<double>(times.size()) : 0.0);
    add_rows(times, value_, sum_);
    if (!all_there_) add_rows(times, is_there_, count_);
    for (size_t i = 0; i < width; ++i) {
      means_[i / figure_count][i % figure_count] = count_[i] > 0 ? sum_[i] / count_[i] : none;
    }
    return means_;
  }

 private:
  static void add_rows(std::span<const double> times, const std::vector<double>& rows,
                       std::vector<double>& sums) {
    const double* row = rows.data();
    for (const double weight : times) {
      for (double& sum : sums) sum += weight * *row++;
    }
  }

  std::vector<double> value_;     ///< by repetition, setting and figure; 0 where it is missing
  std::vector<double> is_there_;  ///< 1 or 0
  bool all_there_ = true;
  Means means_;
  std::vector<double> sum_;  ///< by setting and figure
  std::vector<double> count_;
};

/// What the answers are computed from, in one mode.
struct Curve {
  const Means& means;
  bool higher_is_better;
  const CostWeights& weights;

  double gain(size_t setting) const {
    return higher_is_better ? means[setting][performance] : -means[setting][performance];
  }
};

bool is_on_front(const Curve& curve, size_t setting) {
  const double joules = curve.means[setting][energy];
  const double gain = curve.gain(setting);
  if (std::isnan(joules) || std::isnan(gain)) return false;
  for (size_t other = 0; other < curve.means.size(); ++other) {
    const double other_joules = curve.means[other][energy];
    const double other_gain = curve.gain(other);
    if (other_joules <= joules && other_gain >= gain &&
        (other_joules < joules || other_gain > gain)) {
      return false;
    }
  }
  return true;
}

/// Each part that has a weight is relative to the default's; none where a part is missing or the
/// default's is zero.
double weighted_cost(const Curve& curve, size_t setting) {
  const CostWeights& weights = curve.weights;
  double cost = 0;
  const auto add = [&](double weight, double value, double at_default) {
    if (weight != 0) cost += weight * (at_default != 0 ? value / at_default : none);
  };
  add(weights.energy, curve.means[setting][energy], curve.means[0][energy]);
  add(weights.duration, curve.means[setting][duration], curve.means[0][duration]);
  const double scale = std::abs(curve.gain(0));
  add(-weights.performance, scale + curve.gain(setting) - curve.gain(0), scale);
  return std::isfinite(cost) ? cost : none;
}

/// Smaller is better; `none` where the setting has no figure.
struct Objective {
  const char* name;
  double (*cost)(const Curve&, size_t setting);
};
constexpr Objective objectives[] = {
    {"performance", [](const Curve& curve, size_t setting) { return -curve.gain(setting); }},
    {"energy", [](const Curve& curve, size_t setting) { return curve.means[setting][energy]; }},
    {"energy_delay_product",
     [](const Curve& curve, size_t setting) { return curve.means[setting][energy_delay]; }},
    {"energy_efficiency",
     [](const Curve& curve, size_t setting) {
       const double perf = curve.means[setting][performance];
       return curve.higher_is_better && perf > 0 ? curve.means[setting][energy] / perf : none;
     }},
    {"weighted_cost", weighted_cost},
};
constexpr size_t performance_objective = 0;
constexpr size_t energy_objective = 1;

constexpr size_t no_setting = std::numeric_limits<size_t>::max();

/// The setting of `curve` with the smallest cost; of equal ones the first. Only settings that have
/// the figure in both modes are candidates, for the two bests are compared; one candidate alone is
/// no best one.
size_t cheapest(const Curve& curve, const Curve& other, const Objective& objective) {
  size_t best = no_setting;
  size_t candidates = 0;
  double least = 0;
  for (size_t setting = 0; setting < curve.means.size(); ++setting) {
    const double cost = objective.cost(curve, setting);
    if (std::isnan(cost) || std::isnan(objective.cost(other, setting))) continue;
    ++candidates;
    if (best != no_setting && cost >= least) continue;
    best = setting;
    least = cost;
  }
  return candidates > 1 ? best : no_setting;
}

/// The best settings in both modes for each objective.
struct Bests {
  std::vector<size_t> solo;
  std::vector<size_t> concurrent;

  Bests(const Curve& alone, const Curve& beside) {
    for (const Objective& objective : objectives) {
      solo.push_back(cheapest(alone, beside, objective));
      concurrent.push_back(cheapest(beside, alone, objective));
    }
  }
  static bool agree(const std::vector<size_t>& best) {
    return best[performance_objective] == best[energy_objective];
  }
};

std::vector<TradeOffPoint> points_of(const Runs& runs, const std::vector<study::Setting>& settings,
                                     bool concurrent) {
  std::vector<TradeOffPoint> points;
  for (size_t i = 0; i < settings.size(); ++i) {
    TradeOffPoint point;
    point.setting = settings[i].name;
    point.concurrent = concurrent;
    point.n = runs.counted[i];
    point.energy_joules = mean_of(runs.of_setting[i], energy);
    point.performance = mean_of(runs.of_setting[i], performance);
    point.duration_seconds = mean_of(runs.of_setting[i], duration);
    point.energy_delay_product = mean_of(runs.of_setting[i], energy_delay);
    points.push_back(point);
  }
  return points;
}

Means means_of(const std::vector<TradeOffPoint>& points) {
  Means means;
  for (const TradeOffPoint& point : points) {
    means.push_back({or_none(point.energy_joules), or_none(point.performance),
                     or_none(point.duration_seconds), or_none(point.energy_delay_product)});
  }
  return means;
}

Reading marginal_efficiency(const TradeOffPoint& at_default, const TradeOffPoint& point,
                            bool higher_is_better) {
  if (point.setting == at_default.setting) return Reading::missing("the default setting itself");
  const Reading increase =
      core::both(point.energy_joules, at_default.energy_joules, std::minus<>());
  if (increase && *increase <= 0) {
    return Reading::missing("the setting needs no more energy than the default");
  }
  const Reading gain =
      core::both(point.performance, at_default.performance, [&](double changed, double from) {
        return higher_is_better ? changed - from : from - changed;
      });
  return core::ratio(gain, increase);
}

void compare_points(const Curve& curve, std::vector<TradeOffPoint>& points) {
  for (size_t i = 0; i < points.size(); ++i) {
    TradeOffPoint& point = points[i];
    point.marginal_efficiency = marginal_efficiency(points.front(), point, curve.higher_is_better);
    point.on_pareto_front = is_on_front(curve, i);
    const double cost = weighted_cost(curve, i);
    point.weighted_cost =
        !curve.weights.given() ? Reading::missing("no weights were given")
        : std::isnan(cost)
            ? Reading::missing("a figure with a weight is missing, or zero at the default")
            : Reading(cost);
  }
}

constexpr size_t resamples = 999;
constexpr int least_repetitions = 3;

/// How often each answer stands when the repetitions are drawn again.
class Bootstrap {
 public:
  Bootstrap(const Runs& solo, const Runs& concurrent, const CostWeights& weights,
            const Bests& found, int repetitions, std::uint64_t seed)
      : on_front_(2 * solo.of_setting.size()), counts_(std::size(objectives)) {
    const size_t settings = solo.of_setting.size();
    Resampled alone(solo);
    Resampled beside(concurrent);
    Resampler resampler(seed);
    std::vector<size_t> drawn(static_cast<size_t>(repetitions));
    std::vector<double> times(drawn.size());
    for (size_t i = 0; i < resamples; ++i) {
      resampler.draw(drawn, drawn.size());
      std::fill(times.begin(), times.end(), 0.0);
      for (const size_t repetition : drawn) ++times[repetition];
      const Curve curve_alone{alone.means(times), solo.higher_is_better, weights};
      const Curve curve_beside{beside.means(times), concurrent.higher_is_better, weights};
      for (size_t j = 0; j < settings; ++j) {
        on_front_[j] += is_on_front(curve_alone, j);
        on_front_[settings + j] += is_on_front(curve_beside, j);
      }
      const Bests bests(curve_alone, curve_beside);
      for (size_t j = 0; j < counts_.size(); ++j) {
        counts_[j].solo += bests.solo[j] == found.solo[j];
        counts_[j].concurrent += bests.concurrent[j] == found.concurrent[j];
        counts_[j].differ += bests.solo[j] != bests.concurrent[j];
      }
      const bool agree_alone = Bests::agree(bests.solo);
      const bool agree_beside = Bests::agree(bests.concurrent);
      agreement_.solo += agree_alone;
      agreement_.concurrent += agree_beside;
      agreement_.differ += agree_alone != agree_beside;
    }
  }

  void fill_in(TradeOff& trade_off) const {
    for (size_t i = 0; i < trade_off.points.size(); ++i) {
      trade_off.points[i].front_probability = share(on_front_[i]);
    }
    for (size_t i = 0; i < trade_off.best.size(); ++i) {
      BestSetting& best = trade_off.best[i];
      if (!best.known()) continue;
      best.solo_probability = share(counts_[i].solo);
      best.concurrent_probability = share(counts_[i].concurrent);
      best.moves_probability = share(counts_[i].differ);
    }
    BestAgreement& agreement = trade_off.energy_and_performance;
    if (!agreement.known) return;
    agreement.solo_probability = share(agreement_.solo);
    agreement.concurrent_probability = share(agreement_.concurrent);
    agreement.changes_probability = share(agreement_.differ);
  }

 private:
  struct Counts {
    size_t solo = 0, concurrent = 0, differ = 0;
  };
  static Reading share(size_t count) {
    return static_cast<double>(count) / static_cast<double>(resamples);
  }
  std::vector<size_t> on_front_;
  std::vector<Counts> counts_;
  Counts agreement_;
};

/// Before the bootstrap, or in its place.
void without_probabilities(const std::string& reason, TradeOff& trade_off) {
  const Reading missing = Reading::missing(reason);
  for (TradeOffPoint& point : trade_off.points) point.front_probability = missing;
  for (BestSetting& best : trade_off.best) {
    best.solo_probability = best.concurrent_probability = best.moves_probability = missing;
  }
  BestAgreement& agreement = trade_off.energy_and_performance;
  agreement.solo_probability = agreement.concurrent_probability = agreement.changes_probability =
      missing;
}

}  // namespace

TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                   const PlannedResults& results, const CostWeights& weights, std::uint64_t seed) {
  const Runs solo = runs_of(pair, settings, repetitions, false, results);
  const Runs concurrent = runs_of(pair, settings, repetitions, true, results);
  std::vector<TradeOffPoint> alone = points_of(solo, settings, false);
  std::vector<TradeOffPoint> beside = points_of(concurrent, settings, true);
  const Means means_alone = means_of(alone);
  const Means means_beside = means_of(beside);
  const Curve curve_alone{means_alone, solo.higher_is_better, weights};
  const Curve curve_beside{means_beside, concurrent.higher_is_better, weights};
  compare_points(curve_alone, alone);
  compare_points(curve_beside, beside);

  TradeOff trade_off;
  trade_off.points = alone;
  trade_off.points.insert(trade_off.points.end(), beside.begin(), beside.end());
  const Bests bests(curve_alone, curve_beside);
  const auto name = [&](size_t setting) {
    return setting == no_setting ? "" : settings[setting].name;
  };
  for (size_t i = 0; i < std::size(objectives); ++i) {
    if (objectives[i].cost == weighted_cost && !weights.given()) continue;
    trade_off.best.push_back(
        {objectives[i].name, name(bests.solo[i]), name(bests.concurrent[i]), {}, {}, {}});
  }
  BestAgreement& agreement = trade_off.energy_and_performance;
  agreement.known =
      trade_off.best[performance_objective].known() && trade_off.best[energy_objective].known();
  agreement.solo = agreement.known && Bests::agree(bests.solo);
  agreement.concurrent = agreement.known && Bests::agree(bests.concurrent);
  if (repetitions < least_repetitions) {
    without_probabilities("fewer than three repetitions", trade_off);
  } else {
    without_probabilities("no two settings have the figures in both modes", trade_off);
    Bootstrap(solo, concurrent, weights, bests, repetitions, seed).fill_in(trade_off);
  }
  return trade_off;
}

void to_json(core::Json& json, const TradeOffPoint& point) {
  json = {{"setting", point.setting},
          {"mode", point.concurrent ? "concurrent" : "solo"},
          {"n", point.n},
          {"energy_joules", point.energy_joules},
          {"performance", point.performance},
          {"duration_seconds", point.duration_seconds},
          {"energy_delay_product", point.energy_delay_product},
          {"marginal_efficiency", point.marginal_efficiency},
          {"on_pareto_front", point.on_pareto_front},
          {"front_probability", point.front_probability},
          {"weighted_cost", point.weighted_cost}};
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

void to_json(core::Json& json, const BestAgreement& agreement) {
  json = {{"known", agreement.known},
          {"solo", agreement.solo},
          {"concurrent", agreement.concurrent},
          {"solo_probability", agreement.solo_probability},
          {"concurrent_probability", agreement.concurrent_probability},
          {"changes_probability", agreement.changes_probability}};
}

void to_json(core::Json& json, const TradeOff& trade_off) {
  json = {{"points", trade_off.points},
          {"best", trade_off.best},
          {"energy_and_performance", trade_off.energy_and_performance}};
}

}  // namespace tandem::analyse

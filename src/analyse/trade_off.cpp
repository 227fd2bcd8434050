#include "analyse/trade_off.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include "analyse/effects.h"
#include "analyse/statistics/bootstrap.h"

namespace tandem::analyse {
namespace {

using core::Reading;

enum Figure : size_t { energy, performance, duration, energy_delay, figure_count };

/// B's figures in one run.
using FiguresOfB = std::array<Reading, figure_count>;

/// All runs of one mode, by setting and repetition.
struct Runs {
  std::vector<std::vector<FiguresOfB>> of_setting;
  std::vector<size_t> counted;  ///< runs of each setting that count
  bool higher_is_better = true;
};

/// Means by setting. Resampling handles millions of them, so that a missing one is NaN here; none
/// leaves this file.
using Means = std::vector<std::array<double, figure_count>>;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Reading energy_of_b(const RunFigures& run, const RunFigures& compared_with) {
  const std::string conflict = energy_source_conflict(run, compared_with);
  return conflict.empty() ? run.b().energy_joules : Reading::missing(conflict);
}

Runs runs_of(const PairResults& results, size_t settings, int repetitions, bool concurrent) {
  Runs runs;
  const RunFigures* first_run = nullptr;
  for (size_t setting = 0; setting < settings; ++setting) {
    std::vector<FiguresOfB>& of_setting = runs.of_setting.emplace_back();
    runs.counted.push_back(0);
    for (int repetition = 1; repetition <= repetitions; ++repetition) {
      const PlannedResult result = concurrent ? results.concurrent(setting, repetition)
                                              : results.solo_b(setting, repetition);
      FiguresOfB& figures = of_setting.emplace_back();
      if (result.run == nullptr) {
        figures.fill(result.problem);
        continue;
      }
      ++runs.counted.back();
      if (first_run == nullptr) first_run = result.run;
      const TrainingFigures& b = result.run->b();
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
Reading mean_of(const std::vector<FiguresOfB>& runs, Figure figure) {
  double sum = 0;
  size_t n = 0;
  for (const FiguresOfB& run : runs) {
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

constexpr size_t at_once = ResampleCounts::at_once;
/// One for each of the resamples that are computed at once.
using MeansAtOnce = std::array<Means, at_once>;

/// Four numbers side by side in two registers, in the vector extension of GCC and clang: most of
/// the time of a large study's analysis goes into these sums.
struct Four {
  using Two [[gnu::vector_size(16)]] = double;
  static constexpr size_t size = 4;
  Two low{};
  Two high{};

  double get(size_t i) const { return i < 2 ? low[i] : high[i - 2]; }
  void set(size_t i, double value) {
    if (i < 2) {
      low[i] = value;
    } else {
      high[i - 2] = value;
    }
  }
  void add(double times, const Four& other) {
    low += times * other.low;
    high += times * other.high;
  }
};

/// The figures of all settings by repetition, for sums over resamples of the repetitions. A column
/// is a figure of a setting; four stand side by side, repetition after repetition.
class Resampled {
 public:
  explicit Resampled(const Runs& runs)
      : settings_(runs.of_setting.size()),
        repetitions_(settings_ == 0 ? 0 : runs.of_setting.front().size()),
        values_(columns_of([&](const Reading& figure) { return figure.value_or(0); }, runs)) {
    const bool all_there = std::ranges::all_of(runs.of_setting, [](const auto& of_setting) {
      return std::ranges::all_of(of_setting, [](const FiguresOfB& figures) {
        return std::ranges::all_of(figures, &Reading::has_value);
      });
    });
    if (all_there) return;
    is_there_ = columns_of([](const Reading& figure) { return figure ? 1.0 : 0.0; }, runs);
  }

  /// `counts`: how often each repetition was drawn in each of the resamples.
  void means(std::span<const ResampleCounts::Counts> counts, MeansAtOnce& means) const {
    for (Means& of_resample : means) of_resample.resize(settings_);
    for (size_t first = 0; first < columns(); first += Four::size) {
      const Sums sums = sums_of(values_, first, counts);
      const Sums numbers = is_there_.empty() ? Sums{} : sums_of(is_there_, first, counts);
      for (size_t i = 0; i < at_once; ++i) {
        for (size_t lane = 0; lane < std::min(Four::size, columns() - first); ++lane) {
          const double n =
              is_there_.empty() ? static_cast<double>(repetitions_) : numbers[i].get(lane);
          means[i][(first + lane) / figure_count][(first + lane) % figure_count] =
              n > 0 ? sums[i].get(lane) / n : none;
        }
      }
    }
  }

 private:
  /// Four columns of each resample.
  using Sums = std::array<Four, at_once>;

  size_t columns() const { return settings_ * figure_count; }

  template <typename Number>
  std::vector<Four> columns_of(const Number& number_of, const Runs& runs) const {
    std::vector<Four> numbers((columns() + Four::size - 1) / Four::size * repetitions_);
    for (size_t column = 0; column < columns(); ++column) {
      Four* const place = numbers.data() + column / Four::size * repetitions_;
      const std::vector<FiguresOfB>& of_setting = runs.of_setting[column / figure_count];
      for (size_t i = 0; i < repetitions_; ++i) {
        place[i].set(column % Four::size, number_of(of_setting[i][column % figure_count]));
      }
    }
    return numbers;
  }

  /// Each sum is made in the order of the repetitions: equal columns have equal sums.
  Sums sums_of(const std::vector<Four>& numbers, size_t first_column,
               std::span<const ResampleCounts::Counts> counts) const {
    const Four* const place = numbers.data() + first_column / Four::size * repetitions_;
    Four first, second, third, fourth;
    static_assert(at_once == 4);
    for (size_t i = 0; i < repetitions_; ++i) {
      first.add(counts[i][0], place[i]);
      second.add(counts[i][1], place[i]);
      third.add(counts[i][2], place[i]);
      fourth.add(counts[i][3], place[i]);
    }
    return {first, second, third, fourth};
  }

  size_t settings_;
  size_t repetitions_;
  std::vector<Four> values_;    ///< 0 where one is missing
  std::vector<Four> is_there_;  ///< 1 or 0; empty where all are there
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

constexpr int least_repetitions = 3;

/// How often each answer stands when the repetitions are drawn again.
class Bootstrap {
 public:
  Bootstrap(const Runs& solo, const Runs& concurrent, const CostWeights& weights,
            const Bests& found, const ResampleCounts& counts)
      : on_front_(2 * solo.of_setting.size()), counts_(std::size(objectives)) {
    const Resampled alone(solo);
    const Resampled beside(concurrent);
    MeansAtOnce means_alone, means_beside;
    for (size_t first = 0; first < ResampleCounts::resamples; first += at_once) {
      alone.means(counts.of(first), means_alone);
      beside.means(counts.of(first), means_beside);
      for (size_t i = 0; i < std::min(at_once, ResampleCounts::resamples - first); ++i) {
        count_answers({means_alone[i], solo.higher_is_better, weights},
                      {means_beside[i], concurrent.higher_is_better, weights}, found);
      }
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
  /// Those of one resample.
  void count_answers(const Curve& curve_alone, const Curve& curve_beside, const Bests& found) {
    const size_t settings = on_front_.size() / 2;
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
  static Reading share(size_t count) {
    return static_cast<double>(count) / static_cast<double>(ResampleCounts::resamples);
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

ResampleCounts::ResampleCounts(int repetitions, std::uint64_t seed)
    : repetitions_(static_cast<size_t>(std::max(repetitions, 0))) {
  if (repetitions < least_repetitions) return;
  counts_.resize((resamples + at_once - 1) / at_once * repetitions_);
  Resampler resampler(seed);
  std::vector<size_t> drawn(repetitions_);
  for (size_t resample = 0; resample < resamples; ++resample) {
    resampler.draw(drawn, drawn.size());
    Counts* const counts = counts_.data() + resample / at_once * repetitions_;
    for (const size_t repetition : drawn) ++counts[repetition][resample % at_once];
  }
}

std::span<const ResampleCounts::Counts> ResampleCounts::of(size_t first) const {
  return std::span(counts_).subspan(first / at_once * repetitions_, repetitions_);
}

TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings,
                   const PlannedResults& results, const ResampleCounts& counts,
                   const CostWeights& weights) {
  const PairResults of_pair(results, pair, settings);
  const int repetitions = counts.repetitions();
  const Runs solo = runs_of(of_pair, settings.size(), repetitions, false);
  const Runs concurrent = runs_of(of_pair, settings.size(), repetitions, true);
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
    Bootstrap(solo, concurrent, weights, bests, counts).fill_in(trade_off);
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

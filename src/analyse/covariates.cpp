#include "analyse/covariates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "analyse/effect_summary.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/multiplicity.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// A run's place among those of its device, from 1, in the order of `runs`; missing where a start
/// isn't known, as of runs from a table without an order.
std::vector<Reading> positions(const std::vector<const RunFigures*>& runs) {
  std::vector<Reading> position(runs.size(), Reading::missing("the order of the runs isn't known"));
  const bool known =
      std::ranges::all_of(runs, [](const RunFigures* run) { return !!run->start_rank; });
  if (!known) return position;
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> of_device;
  std::vector<std::vector<size_t>*> of_experiment;
  for (size_t i = 0; i < runs.size(); ++i) {
    const Experiment& experiment = *runs[i]->experiment;
    of_experiment.resize(std::max(of_experiment.size(), experiment.number + 1), nullptr);
    std::vector<size_t>*& of_its_device = of_experiment[experiment.number];
    if (of_its_device == nullptr) {
      of_its_device = &of_device[{experiment.hostname, experiment.device}];
    }
    of_its_device->push_back(i);
  }
  for (auto& [device, indices] : of_device) {
    const auto start = [&](size_t run) { return *runs[run]->start_rank; };
    if (!std::ranges::is_sorted(indices, {}, start)) std::ranges::stable_sort(indices, {}, start);
    for (size_t i = 0; i < indices.size(); ++i) position[indices[i]] = static_cast<double>(i + 1);
  }
  return position;
}

Reading logarithm(const Reading& value) {
  if (!value) return value;
  return *value > 0 ? Reading(std::log(*value)) : Reading::missing("not above zero");
}

Reading log_time_per_epoch(const RunFigures& run) {
  const TrainingFigures& b = run.b();
  return logarithm(core::ratio(b.duration_seconds, static_cast<double>(b.epochs_done)));
}

Reading log_power(const RunFigures& run) {
  return logarithm(core::ratio(run.total_energy_joules, run.makespan_seconds));
}

/// The number of each run's block, and what the blocks are.
struct Blocks {
  std::vector<size_t> of_run;
  const char* name;
};

Blocks blocks_of(const std::vector<const RunFigures*>& runs) {
  constexpr auto none = static_cast<size_t>(-1);
  // Numbered in the order of these runs.
  std::vector<size_t> number;
  size_t count = 0;
  std::vector<size_t> of_run;
  for (const RunFigures* run : runs) {
    number.resize(std::max(number.size(), run->experiment->number + 1), none);
    size_t& own = number[run->experiment->number];
    if (own == none) own = count++;
    of_run.push_back(own);
  }
  if (count < runs.size()) return {of_run, "experiment"};
  // Each was made once: those of the same trainings at any setting.
  std::map<Experiment, size_t> trainings;
  for (size_t i = 0; i < runs.size(); ++i) {
    Experiment at_any_setting = *runs[i]->experiment;
    for (Experiment::Training& training : at_any_setting.trainings) {
      training.hyperparameters.clear();
    }
    of_run[i] = trainings.try_emplace(at_any_setting, trainings.size()).first->second;
  }
  return {of_run, "trainings"};
}

struct ResponseOfRun {
  const char* name;
  Reading (*log_of)(const RunFigures&);
};
constexpr ResponseOfRun responses[] = {{"time_per_epoch", log_time_per_epoch},
                                       {"power", log_power}};

double percent_of(double log_ratio) {
  return 100 * std::expm1(log_ratio);
}

CovariateEffect effect_of(const char* covariate, const char* unit,
                          const std::vector<Reading>& values, const ResponseOfRun& response,
                          const std::vector<const RunFigures*>& runs, const Blocks& blocks) {
  CovariateEffect effect;
  effect.covariate = covariate;
  effect.unit = unit;
  effect.response = response.name;
  effect.block = blocks.name;
  std::vector<double> x, y;
  std::vector<size_t> block;
  std::string problem;
  for (size_t i = 0; i < runs.size(); ++i) {
    const Reading log_of_run = response.log_of(*runs[i]);
    if (!values[i] || !log_of_run) {
      if (problem.empty()) problem = (values[i] ? log_of_run : values[i]).reason();
      continue;
    }
    x.push_back(*values[i] / effect.step);
    y.push_back(*log_of_run);
    block.push_back(blocks.of_run[i]);
  }
  BlockedSlope line = blocked_slope(y, x, block);
  if (x.empty() && !problem.empty()) {
    line.slope = no_estimate(0, problem);
    line.t_test = no_test(line.t_test.name, 0, problem);
  }
  effect.blocks = line.blocks;
  effect.t_test = line.t_test;
  effect.percent = line.slope;
  if (x.empty()) {
    effect.range = effect.percent_over_range = line.slope.value;
    return effect;
  }
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  const double steps = *most - *least;
  effect.range = steps * effect.step;
  effect.percent_over_range = line.slope.value;
  if (!line.slope.value) return effect;
  effect.percent_over_range = percent_of(*line.slope.value * steps);
  effect.percent.value = percent_of(*line.slope.value);
  const Interval percent{percent_of(line.slope.interval->low),
                         percent_of(line.slope.interval->high)};
  if (std::isfinite(percent.low) && std::isfinite(percent.high)) {
    effect.percent.interval = percent;
  } else {
    effect.percent.interval.reset();
    effect.percent.no_interval_because = "beyond what a number can hold";
  }
  return effect;
}

}  // namespace

BlockedSlope blocked_slope(std::span<const double> y, std::span<const double> x,
                           std::span<const size_t> block, double confidence) {
  require_share(confidence, "confidence");
  if (x.size() != y.size() || block.size() != y.size()) {
    throw std::invalid_argument("not one x and one block for each y");
  }
  BlockedSlope line;
  const auto fail = [&](const std::string& problem) {
    line.slope = no_estimate(line.n, problem);
    line.t_test = no_test("t-test of the slope within blocks", line.n, problem);
    return line;
  };
  for (const auto& values : {x, y}) {
    if (values.empty()) break;
    if (const std::string problem = why_unusable(values, 1); !problem.empty()) return fail(problem);
  }
  std::vector<std::vector<size_t>> members;
  for (size_t i = 0; i < block.size(); ++i) {
    members.resize(std::max(members.size(), block[i] + 1));
    members[block[i]].push_back(i);
  }
  std::vector<double> within_x, within_y, own_x, own_y;
  for (const std::vector<size_t>& indices : members) {
    if (indices.size() < 2) continue;
    ++line.blocks;
    own_x.clear();
    own_y.clear();
    for (const size_t i : indices) {
      own_x.push_back(x[i]);
      own_y.push_back(y[i]);
    }
    const double centre_x = *mean(own_x);
    const double centre_y = *mean(own_y);
    for (size_t i = 0; i < own_x.size(); ++i) {
      within_x.push_back(own_x[i] - centre_x);
      within_y.push_back(own_y[i] - centre_y);
    }
  }
  line.n = within_x.size();
  if (line.n == 0) return fail("no block has two runs");
  if (line.n < line.blocks + 2) return fail("too few runs a block");
  double xx = 0, xy = 0;
  for (size_t i = 0; i < line.n; ++i) {
    xx += within_x[i] * within_x[i];
    xy += within_x[i] * within_y[i];
  }
  if (is_rounding(std::sqrt(xx), {x})) return fail("the covariate is the same within each block");
  const double slope = xy / xx;
  double squares = 0;
  for (size_t i = 0; i < line.n; ++i) {
    squares += std::pow(within_y[i] - slope * within_x[i], 2);
  }
  const auto df = static_cast<double>(line.n - line.blocks - 1);
  const double deviation = std::sqrt(squares / df);
  if (is_rounding(deviation, {y})) return fail("no residuals are left to judge by");
  const double error = deviation / std::sqrt(xx);
  const double margin = t_quantile(df, confidence) * error;
  line.slope = {line.n, Reading(slope), Interval{slope - margin, slope + margin}, ""};
  line.t_test = {"t-test of the slope within blocks", line.n, slope / error,
                 two_sided_t_p(slope / error, df), df};
  return line;
}

std::vector<CovariateEffect> covariate_effects(const std::vector<const RunFigures*>& all) {
  std::vector<const RunFigures*> runs;
  std::copy_if(all.begin(), all.end(), std::back_inserter(runs),
               [](const RunFigures* run) { return run->has_trainings(); });
  const Blocks blocks = blocks_of(runs);
  const std::vector<Reading> order = positions(runs);
  std::vector<Reading> temperature;
  for (const RunFigures* run : runs) temperature.push_back(run->start_temperature_c);
  std::vector<CovariateEffect> effects;
  for (const ResponseOfRun& response : responses) {
    effects.push_back(effect_of("order", "runs", order, response, runs, blocks));
    effects.push_back(effect_of("start_temperature", "°C", temperature, response, runs, blocks));
  }
  adjust_family(effects, &CovariateEffect::t_test, benjamini_hochberg_adjusted);
  return effects;
}

void to_json(core::Json& json, const CovariateEffect& effect) {
  json = {{"covariate", effect.covariate},  {"unit", effect.unit},
          {"response", effect.response},    {"block", effect.block},
          {"blocks", effect.blocks},        {"step", effect.step},
          {"percent", effect.percent},      {"t_test", effect.t_test},
          {"range", effect.range},          {"percent_over_range", effect.percent_over_range},
          {"adjusted_p", effect.adjusted_p}};
}

}  // namespace tandem::analyse

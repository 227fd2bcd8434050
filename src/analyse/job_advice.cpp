#include "analyse/job_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "analyse/effect_summary.h"
#include "analyse/job_pairing.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {
namespace {

using core::Reading;

struct Aim {
  const char* name;
  const char* unit;
  const char* effect;  ///< in effect_columns()
  Reading BlockEffects::*apart;
  Reading BlockEffects::*together;
  Reading SoloFigures::*alone;
};
constexpr Aim aims[] = {
    {"energy", "J", "energy_saving", &BlockEffects::solo_energy_joules,
     &BlockEffects::pair_energy_joules, &SoloFigures::energy_joules},
    {"time", "s", "makespan_overhead", &BlockEffects::solo_duration_seconds,
     &BlockEffects::makespan_seconds, &SoloFigures::duration_seconds},
};

const EffectColumn& column_of(const std::string& effect) {
  return *std::find_if(effect_columns().begin(), effect_columns().end(),
                       [&](const EffectColumn& column) { return column.name == effect; });
}

/// From the pair's mean percentage over all settings.
void save_by_percentage(const JobPair& pair, const Aim& aim, double apart, JobPairing& pairing) {
  const EffectSummary summary = summarise_pair(column_of(aim.effect), *pair.effects);
  // An overhead is what is not saved.
  const double sign = std::string_view(aim.effect) == "energy_saving" ? 1 : -1;
  const auto saved = [&](double percent) { return sign * percent / 100 * apart; };
  pairing.basis = fmt::format("mean percentage over {} run{} at all settings", summary.n,
                              summary.n == 1 ? "" : "s");
  if (!summary.percent) return;
  pairing.saving = {summary.n, Reading(saved(*summary.percent)), std::nullopt,
                    "the pair ran together once"};
  if (!summary.interval_percent) return;
  const auto [low, high] =
      std::minmax({saved(summary.interval_percent->low), saved(summary.interval_percent->high)});
  pairing.saving.interval = {low, high};
  pairing.saving.no_interval_because.clear();
}

JobPairing measured_pairing(size_t index, const JobPair& pair, const Aim& aim) {
  JobPairing pairing{index, pair.a, pair.b, 0, no_estimate(0, "not measured"), ""};
  const Reading BlockEffects::*const apart = aim.apart;
  std::vector<double> saved, alone;
  for (const BlockEffects& block : *pair.effects) {
    if (block.setting != "default") continue;
    // Missing too where the pair did more work than its two solo runs.
    if (!column_of(aim.effect).value(block)) continue;
    saved.push_back(*(block.*apart) - *(block.*aim.together));
    alone.push_back(*(block.*apart));
  }
  const Estimate at_default = estimate_mean(saved);
  if (at_default.n >= 2 && at_default.mean && at_default.interval) {
    pairing.saving = {at_default.n, at_default.mean, at_default.interval, ""};
    pairing.basis = fmt::format("{} repetitions at the default setting", at_default.n);
  } else if (const Reading centre = mean(alone)) {
    save_by_percentage(pair, aim, *centre, pairing);
  }
  return pairing;
}

/// Measured pairings of the jobs' workloads: of several measurements of the same two the one with
/// the most values.
std::vector<JobPairing> measured_pairings(const std::vector<JobCount>& jobs,
                                          const std::vector<JobPair>& pairs, const Aim& aim) {
  const auto wanted = [&](const std::string& workload) {
    return std::any_of(jobs.begin(), jobs.end(),
                       [&](const JobCount& job) { return job.workload == workload; });
  };
  std::map<std::pair<std::string, std::string>, JobPairing> best;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!wanted(pairs[i].a) || !wanted(pairs[i].b)) continue;
    const JobPairing pairing = measured_pairing(i, pairs[i], aim);
    if (!pairing.saving.value) continue;
    const auto key = std::minmax(pairs[i].a, pairs[i].b);
    const auto [place, added] = best.try_emplace(key, pairing);
    if (!added && pairing.saving.n > place->second.saving.n) place->second = pairing;
  }
  std::vector<JobPairing> pairings;
  for (const auto& [workloads, pairing] : best) pairings.push_back(pairing);
  return pairings;
}

IntervalEstimate total_saving(const std::vector<JobPairing>& pairings) {
  if (pairings.empty()) return no_estimate(0, "no two of the jobs save anything together");
  IntervalEstimate total{pairings.size(), Reading(0.0), Interval{0, 0}, ""};
  double value = 0, below = 0, above = 0;
  for (const JobPairing& pairing : pairings) {
    const auto count = static_cast<double>(pairing.count);
    value += count * *pairing.saving.value;
    if (!pairing.saving.interval) {
      total.interval.reset();
      total.no_interval_because =
          fmt::format("of {} + {}: {}", pairing.a, pairing.b, pairing.saving.no_interval_because);
      continue;
    }
    below += std::pow(count * (*pairing.saving.value - pairing.saving.interval->low), 2);
    above += std::pow(count * (pairing.saving.interval->high - *pairing.saving.value), 2);
  }
  total.value = Reading(value);
  if (total.interval) total.interval = {value - std::sqrt(below), value + std::sqrt(above)};
  return total;
}

JobPlan plan_for(const Aim& aim, const std::vector<JobCount>& jobs,
                 const std::vector<JobPair>& pairs,
                 const std::map<std::string, SoloFigures>& alone) {
  JobPlan plan;
  plan.aim = aim.name;
  plan.unit = aim.unit;
  const auto kind_of = [&](const std::string& workload) {
    return static_cast<size_t>(
        std::find_if(jobs.begin(), jobs.end(),
                     [&](const JobCount& job) { return job.workload == workload; }) -
        jobs.begin());
  };
  std::vector<JobPairing> pairings = measured_pairings(jobs, pairs, aim);
  std::vector<size_t> counts;
  for (const JobCount& job : jobs) counts.push_back(job.count);
  std::vector<PairSaving> savings;
  for (const JobPairing& pairing : pairings) {
    savings.push_back({kind_of(pairing.a), kind_of(pairing.b), *pairing.saving.value});
  }
  const std::vector<size_t> made = best_pairings(counts, savings);
  for (size_t i = 0; i < pairings.size(); ++i) {
    if (made[i] == 0) continue;
    pairings[i].count = made[i];
    plan.pairings.push_back(pairings[i]);
    counts[savings[i].first] -= made[i];
    counts[savings[i].second] -= made[i];
  }
  plan.all_alone = 0.0;
  for (size_t kind = 0; kind < jobs.size(); ++kind) {
    if (counts[kind] > 0) plan.alone.push_back({jobs[kind].workload, counts[kind]});
    const auto figures = alone.find(jobs[kind].workload);
    const Reading need = figures == alone.end()
                             ? Reading::missing(jobs[kind].workload + " was never measured alone")
                             : figures->second.*aim.alone;
    const auto count = static_cast<double>(jobs[kind].count);
    plan.all_alone =
        core::both(plan.all_alone, need, [&](double sum, double one) { return sum + count * one; });
  }
  plan.saving = total_saving(plan.pairings);
  plan.saving_percent = core::ratio(plan.saving.value, plan.all_alone);
  if (plan.saving_percent) plan.saving_percent = 100 * *plan.saving_percent;
  return plan;
}

}  // namespace

JobAdvice job_advice(const std::vector<JobCount>& jobs, const std::vector<JobPair>& pairs,
                     const std::map<std::string, SoloFigures>& alone) {
  JobAdvice advice;
  advice.jobs = jobs;
  std::vector<std::string> measured;
  for (const JobCount& job : jobs) {
    const bool has_results = std::any_of(pairs.begin(), pairs.end(), [&](const JobPair& pair) {
      return (pair.a == job.workload || pair.b == job.workload) &&
             std::any_of(pair.effects->begin(), pair.effects->end(),
                         [](const BlockEffects& block) { return !!block.makespan_overhead; });
    });
    (has_results ? measured : advice.never_measured).push_back(job.workload);
  }
  for (size_t i = 0; i < measured.size(); ++i) {
    for (size_t j = i + 1; j < measured.size(); ++j) {
      const bool together = std::any_of(pairs.begin(), pairs.end(), [&](const JobPair& pair) {
        return std::minmax(pair.a, pair.b) == std::minmax(measured[i], measured[j]);
      });
      if (!together) advice.never_paired.push_back(measured[i] + " + " + measured[j]);
    }
  }
  for (const Aim& aim : aims) advice.plans.push_back(plan_for(aim, jobs, pairs, alone));
  return advice;
}

void to_json(core::Json& json, const JobCount& job) {
  json = {{"workload", job.workload}, {"count", job.count}};
}

void to_json(core::Json& json, const JobPairing& pairing) {
  json = {{"pair", pairing.pair + 1}, {"a", pairing.a},           {"b", pairing.b},
          {"count", pairing.count},   {"saving", pairing.saving}, {"basis", pairing.basis}};
}

void to_json(core::Json& json, const JobPlan& plan) {
  json = {{"aim", plan.aim},
          {"unit", plan.unit},
          {"pairings", plan.pairings},
          {"alone", plan.alone},
          {"saving", plan.saving},
          {"all_alone", plan.all_alone},
          {"saving_percent", plan.saving_percent}};
}

void to_json(core::Json& json, const JobAdvice& advice) {
  json = {{"jobs", advice.jobs},
          {"never_measured", advice.never_measured},
          {"never_paired", advice.never_paired},
          {"plans", advice.plans}};
}

}  // namespace tandem::analyse

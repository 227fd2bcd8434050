#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyse/planned_results.h"
#include "core/json.h"
#include "core/reading.h"
#include "study/plan.h"

namespace tandem::analyse {

/// What a setting costs to whoever sets the weights: energy, duration and performance, each against
/// the default setting's in the same mode, so that the weights have no unit. 1, 0.5 and 2: 1 % more
/// energy is as bad as 2 % more time or 0.5 % less performance.
struct CostWeights {
  double energy = 0;
  double duration = 0;
  double performance = 0;
  bool given() const { return energy != 0 || duration != 0 || performance != 0; }
};

/// B at one setting in the plane of energy and performance: means over the repetitions that ended
/// ok. In a pair the energy is B's share.
struct TradeOffPoint {
  std::string setting;
  bool concurrent = false;
  size_t n = 0;  ///< runs behind the means
  core::Reading energy_joules;
  core::Reading performance;
  core::Reading duration_seconds;
  core::Reading energy_delay_product;  ///< joule seconds
  /// Performance gain / energy increase against the default setting in the same mode (1/J); missing
  /// where the energy doesn't increase, for the ratio has no meaning there.
  core::Reading marginal_efficiency;
  bool on_pareto_front = false;  ///< no other setting is as good in both and better in one
  /// The share of bootstrap resamples of the repetitions in which it is on the front; missing for
  /// fewer than three repetitions.
  core::Reading front_probability;
  /// Weight of energy · E / E_default + weight of duration · D / D_default − weight of performance
  /// · (1 + gain of performance / |P_default|), from the means; missing without weights.
  core::Reading weighted_cost;
};

/// The best setting for one objective, alone and beside A. Empty unless two settings have the
/// figures in both modes.
struct BestSetting {
  /// `performance`, `energy`, `energy_delay_product`, `energy_efficiency` (joules per unit of
  /// performance: both count, for metrics where higher is better), or `weighted_cost` where weights
  /// are given.
  std::string objective;
  std::string solo;
  std::string concurrent;
  // Shares of bootstrap resamples of the repetitions (the same for both modes): in which the
  // setting is best, and in which the best differs between the modes. Missing for fewer than three.
  core::Reading solo_probability;
  core::Reading concurrent_probability;
  core::Reading moves_probability;
  bool known() const { return !solo.empty() && !concurrent.empty(); }
  bool moves() const { return known() && solo != concurrent; }
};

/// Whether the energy-best setting is the performance-best one (RQ4), alone and beside A.
struct BestAgreement {
  bool known = false;  ///< both bests are known
  bool solo = false;
  bool concurrent = false;
  // Shares of the same resamples: in which they agree, and in which the modes differ in that.
  core::Reading solo_probability;
  core::Reading concurrent_probability;
  core::Reading changes_probability;
};

struct TradeOff {
  std::vector<TradeOffPoint> points;  ///< solo, then concurrent, in the order of the settings
  std::vector<BestSetting> best;
  BestAgreement energy_and_performance;
};

/// How often each repetition is drawn in each resample of a bootstrap: the same for all pairs of a
/// study, whose repetitions are the same.
class ResampleCounts {
 public:
  static constexpr size_t resamples = 999;
  /// Resamples that are computed at once, and of a repetition how often it is drawn in each.
  static constexpr size_t at_once = 4;
  using Counts = std::array<double, at_once>;

  /// Draws none for fewer than three repetitions.
  ResampleCounts(int repetitions, std::uint64_t seed);

  int repetitions() const { return static_cast<int>(repetitions_); }
  /// Of each repetition, in the resamples from `first` on, a multiple of `at_once`.
  std::span<const Counts> of(size_t first) const;

 private:
  size_t repetitions_;
  std::vector<Counts> counts_;  ///< of the resamples computed at once, then of the next
};

/// `settings` begin with the default.
TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings,
                   const PlannedResults& results, const ResampleCounts& counts,
                   const CostWeights& weights = {});

void to_json(core::Json& json, const TradeOffPoint& point);
void to_json(core::Json& json, const BestSetting& best);
void to_json(core::Json& json, const BestAgreement& agreement);
void to_json(core::Json& json, const TradeOff& trade_off);

}  // namespace tandem::analyse

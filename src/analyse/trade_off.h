#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyse/planned_results.h"
#include "core/json.h"
#include "core/reading.h"
#include "study/plan.h"

namespace tandem::analyse {

/// B at one setting in the plane of energy and performance: means over the repetitions that ended
/// ok. In a pair the energy is B's share.
struct TradeOffPoint {
  std::string setting;
  bool concurrent = false;
  size_t n = 0;  ///< runs behind the means
  core::Reading energy_joules;
  core::Reading performance;
  core::Reading energy_delay_product;  ///< joule seconds
  /// Performance gain / energy increase against the default setting in the same mode (1/J); missing
  /// where the energy doesn't increase, for the ratio has no meaning there.
  core::Reading marginal_efficiency;
  bool on_pareto_front = false;  ///< no other setting is as good in both and better in one
  /// The share of bootstrap resamples of the repetitions in which it is on the front; missing for
  /// fewer than three repetitions.
  core::Reading front_probability;
};

/// The best setting for one objective, alone and beside A. Empty when no setting has the figures.
struct BestSetting {
  /// `performance`, `energy`, `energy_delay_product` or `energy_efficiency` (joules per unit of
  /// performance: both count, for metrics where higher is better).
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

struct TradeOff {
  std::vector<TradeOffPoint> points;  ///< solo, then concurrent, in the order of the settings
  std::vector<BestSetting> best;
};

/// `seed` is that of the bootstrap.
TradeOff trade_off(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                   const PlannedResults& results, std::uint64_t seed = 1);

void to_json(core::Json& json, const TradeOffPoint& point);
void to_json(core::Json& json, const BestSetting& best);
void to_json(core::Json& json, const TradeOff& trade_off);

}  // namespace tandem::analyse

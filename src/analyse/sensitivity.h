#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/planned_results.h"
#include "core/json.h"
#include "core/reading.h"
#include "study/plan.h"

namespace tandem::analyse {

/// What a hyperparameter may move.
enum class Response { performance, energy, duration };
std::string name_of(Response response);
const core::Reading& response_of(const TrainingFigures& training, Response response);

/// How strongly B answers to one level of one hyperparameter, alone or beside A, in one repetition.
/// For performance a positive value means better with a larger hyperparameter, whichever direction
/// the metric has.
struct Sensitivity {
  size_t pair = 0;
  std::string hyperparameter;
  std::string setting;
  int repetition = 1;
  Response response = Response::performance;
  bool concurrent = false;
  double log_factor = 0;       ///< ln(x / x_default); 0 where there is none
  core::Reading percent_form;  ///< (Δy / y_default) / (Δx / x_default)
  core::Reading log_form;      ///< ln(y / y_default) / ln(x / x_default)
};

/// The sensitivities of a pair, one repetition after the other.
class SensitivitiesOfPair {
 public:
  SensitivitiesOfPair(size_t pair, const std::vector<study::Setting>& settings,
                      const PlannedResults& results);
  /// Alone by setting and response, then the same beside A; valid until the next call.
  std::span<const Sensitivity> of(int repetition);

 private:
  const std::vector<study::Setting>& settings_;
  PairResults results_;
  std::vector<Sensitivity> entries_;
};

/// All of a pair.
std::vector<Sensitivity> sensitivities(size_t pair, const std::vector<study::Setting>& settings,
                                       int repetitions, const PlannedResults& results);

void to_json(core::Json& json, const Sensitivity& sensitivity);

}  // namespace tandem::analyse

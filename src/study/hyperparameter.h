#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>

#include "core/json.h"

namespace tandem::study {

/// Values of a training's hyperparameters by name. Whole-numbered ones hold a whole number.
using Hyperparameters = std::map<std::string, double>;

/// A hyperparameter's value relative to its default: `default`, `default*0.2`, `default/5`,
/// `default+2`, `default-1`, or a plain number.
class LevelExpression {
 public:
  /// Nothing when the text is none of the forms above.
  static std::optional<LevelExpression> parse(const std::string& text);
  explicit LevelExpression(double constant) : operation_('='), operand_(constant) {}
  /// `default*factor`.
  static LevelExpression times(double factor) { return LevelExpression('*', factor); }

  double evaluate(double default_value) const;
  std::string text() const;

 private:
  LevelExpression(char operation, double operand) : operation_(operation), operand_(operand) {}

  char operation_;  ///< '=' takes the operand itself; the others combine it with the default
  double operand_;
};

/// What a workload says of one of its hyperparameters.
struct HyperparameterSpec {
  std::string name;
  std::string flag;  ///< how the program is told, for example `--learning-rate`
  bool whole_number = false;
  double default_value = 0;  ///< at the scale the workload was read for
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  /// The value of a level: evaluated, rounded to the nearest whole number where it must be one
  /// (halves up). Not checked against the bounds.
  double value_of(const LevelExpression& level) const;
};

}  // namespace tandem::study

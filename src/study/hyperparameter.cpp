#include "study/hyperparameter.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "core/text.h"

namespace tandem::study {
namespace {

std::string without_spaces(const std::string& text) {
  std::string compact;
  for (const char character : text) {
    if (character != ' ') compact += character;
  }
  return compact;
}

/// The whole text as a finite number, or nothing.
std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<LevelExpression> LevelExpression::parse(const std::string& text) {
  // The seed writes ×; both mean the same.
  std::string compact = without_spaces(text);
  if (const size_t times = compact.find("×"); times != std::string::npos) {
    compact.replace(times, std::string_view("×").size(), "*");
  }
  constexpr std::string_view name = "default";
  if (!compact.starts_with(name)) {
    const std::optional<double> constant = number_in(compact);
    if (!constant) return std::nullopt;
    return LevelExpression(*constant);
  }
  const std::string_view rest = std::string_view(compact).substr(name.size());
  if (rest.empty()) return LevelExpression('*', 1);
  const std::optional<double> operand = number_in(rest.substr(1));
  if (!operand || std::string_view("*/+-").find(rest[0]) == std::string_view::npos) {
    return std::nullopt;
  }
  if (rest[0] == '/' && *operand == 0) return std::nullopt;
  return LevelExpression(rest[0], *operand);
}

double LevelExpression::evaluate(double default_value) const {
  switch (operation_) {
    case '*':
      return default_value * operand_;
    case '/':
      return default_value / operand_;
    case '+':
      return default_value + operand_;
    case '-':
      return default_value - operand_;
    default:
      return operand_;
  }
}

std::string LevelExpression::text() const {
  if (operation_ == '=') return core::format_number(operand_);
  return fmt::format("default{}{}", operation_, core::format_number(operand_));
}

double HyperparameterSpec::value_of(const LevelExpression& level) const {
  const double value = level.evaluate(default_value);
  // 0.05 * 0.2 is 0.010000000000000002 in binary; a person, a log and a run's name want 0.01.
  return whole_number ? std::floor(value + 0.5) : std::stod(fmt::format("{:.12g}", value));
}

}  // namespace tandem::study

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>

#include "core/error.h"
#include "fuzz.h"
#include "measure/samples_file.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;
using tandem::measure::Samples;

namespace {

/// As SamplesWriter does.
std::string written(const Samples& samples) {
  std::string text = "t_s";
  for (const std::string& name : samples.names) text += "," + name;
  text += '\n';
  for (std::size_t tick = 0; tick < samples.t_s.size(); ++tick) {
    fmt::format_to(std::back_inserter(text), "{}", samples.t_s[tick]);
    for (const auto& column : samples.values) {
      text += ',';
      if (std::isfinite(column[tick])) {
        fmt::format_to(std::back_inserter(text), "{}", column[tick]);
      }
    }
    text += '\n';
  }
  return text;
}

void require_order(const Samples& samples) {
  require(samples.values.size() == samples.names.size(), "a column for each name");
  for (const auto& column : samples.values) {
    require(column.size() == samples.t_s.size(), "columns of one length");
    for (const double value : column) require(!std::isinf(value), "finite or missing");
  }
  for (std::size_t i = 0; i < samples.t_s.size(); ++i) {
    require(std::isfinite(samples.t_s[i]), "finite times");
    require(i == 0 || samples.t_s[i - 1] <= samples.t_s[i], "times never decrease");
  }
}

bool same(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::optional<Samples> samples;
  try {
    samples = tandem::measure::parse_samples(as_text(data, size), "samples.csv");
  } catch (const tandem::core::SystemError&) {
    return 0;
  }
  require_order(*samples);
  const Samples again = tandem::measure::parse_samples(written(*samples), "again.csv");
  require(again.names == samples->names && again.t_s == samples->t_s, "reads back");
  for (std::size_t i = 0; i < again.values.size(); ++i) {
    for (std::size_t tick = 0; tick < again.t_s.size(); ++tick) {
      require(same(again.values[i][tick], samples->values[i][tick]), "the same to the last bit");
    }
  }
  return 0;
}

#include "analyse/import_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analyse/statistics/descriptive.h"
#include "core/text.h"

namespace tandem::analyse {
namespace {

using fmt::arg;
using record::RunResult;

std::string signed_percent(double percent) {
  return fmt::format("{:+.1f}", percent);
}

}  // namespace

void add_import_quality(const std::vector<const RunResult*>& counted, const core::Texts& texts,
                        DataQuality& quality) {
  size_t imported = 0, simulated = 0;
  bool has_traces = false;
  std::vector<double> percent;
  std::set<std::string> meters;
  for (const RunResult* run : counted) {
    if (!run->imported) continue;
    ++imported;
    simulated += run->imported->simulated ? 1 : 0;
    has_traces = has_traces || !run->imported->trace.empty();
    const core::Reading& difference = run->imported->energy_difference_percent;
    if (difference) percent.push_back(*difference);
    if (!run->imported->measured_by.empty()) {
      meters.insert(core::printable(run->imported->measured_by));
    }
  }
  if (imported == 0) return;
  quality.scale = "not stated";
  std::vector<std::string> sentences;
  if (simulated > 0) sentences.push_back(texts("quality.imported.simulated"));
  sentences.push_back(texts("quality.imported.elsewhere", arg("n", imported)));
  if (!has_traces && !meters.empty()) {
    sentences.push_back(
        texts("quality.imported.energy", arg("by", texts.list({meters.begin(), meters.end()}))));
  }
  if (!percent.empty()) {
    const auto [least, most] = std::ranges::minmax(percent);
    sentences.push_back(texts("quality.imported.traces",
                              arg("median", signed_percent(median(percent).value())),
                              arg("n", percent.size()), arg("least", signed_percent(least)),
                              arg("most", signed_percent(most))));
  }
  quality.cautions.insert(quality.cautions.begin(), sentences.begin(), sentences.end());
}

}  // namespace tandem::analyse

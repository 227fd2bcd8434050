#include "analyse/import_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analyse/statistics/descriptive.h"
#include "core/text.h"

namespace tandem::analyse {
namespace {

using record::RunResult;

/// How the sources' own figures and those of the traces differ; empty where nothing can be said.
std::string difference_sentence(const std::vector<double>& percent) {
  if (percent.empty()) return "";
  const auto [least, most] = std::ranges::minmax(percent);
  return fmt::format(
      "Energy is integrated from the runs' traces. Against the figures that the source states it "
      "differs by {:+.1f} % in the median of {} runs, from {:+.1f} % to {:+.1f} %.",
      median(percent).value(), percent.size(), least, most);
}

}  // namespace

void add_import_quality(const std::vector<const RunResult*>& counted, DataQuality& quality) {
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
    if (!run->imported->measured_by.empty()) meters.insert(run->imported->measured_by);
  }
  if (imported == 0) return;
  quality.scale = "not stated";
  std::vector<std::string> sentences;
  if (simulated > 0) {
    sentences.emplace_back("Simulated: nobody measured these runs, their source says so.");
  }
  sentences.push_back(fmt::format(
      "Imported: {} of the runs that count were measured elsewhere. Machine, scale and start "
      "signals are not known here; what could not be meant is listed in import.json.",
      imported));
  if (!has_traces && !meters.empty()) {
    std::string names;
    for (const std::string& meter : meters) {
      names += (names.empty() ? "" : ", ") + core::printable(meter);
    }
    sentences.push_back("Energy as its source states it, measured by: " + names + ".");
  }
  if (const std::string sentence = difference_sentence(percent); !sentence.empty()) {
    sentences.push_back(sentence);
  }
  quality.cautions.insert(quality.cautions.begin(), sentences.begin(), sentences.end());
}

}  // namespace tandem::analyse

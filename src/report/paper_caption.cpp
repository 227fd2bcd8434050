#include <fmt/format.h>

#include <set>

#include "report/paper_parts.h"

namespace tandem::report {

using analyse::PairAnalysis;
using analyse::StudyAnalysis;

std::string pair_label(const PairAnalysis& pair) {
  return fmt::format("{} {}", pair.number, pair.title);
}

std::string paper_caption(const StudyAnalysis& analysis, const std::string& text,
                          bool with_energy) {
  const std::vector<std::string> flags = paper_flags(analysis, with_energy);
  std::string made = text;
  if (!flags.empty()) made += fmt::format(" Note: {}.", fmt::join(flags, "; "));
  return made;
}

std::vector<std::string> paper_flags(const StudyAnalysis& analysis, bool with_energy) {
  const analyse::DataQuality& quality = analysis.quality;
  std::vector<std::string> flags;
  if (with_energy && quality.energy_estimated) flags.emplace_back("energy estimated");
  if (quality.data_synthetic) flags.emplace_back("synthetic data");
  if (analysis.study.scale == study::Scale::quick) flags.emplace_back("quick scale");
  if (quality.ok < quality.planned) {
    flags.push_back(fmt::format("{} of {} runs count", quality.ok, quality.planned));
  }
  std::set<std::string> marked;
  for (const auto& [name, runs] : quality.runs_with_caution)
    marked.insert(runs.begin(), runs.end());
  if (!marked.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, runs] : quality.runs_with_caution) names.push_back(name);
    flags.push_back(fmt::format("{} run{} marked doubtful ({})", marked.size(),
                                marked.size() == 1 ? "" : "s", fmt::join(names, ", ")));
  }
  return flags;
}

}  // namespace tandem::report

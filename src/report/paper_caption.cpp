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
  const core::Texts& texts = core::Texts::in(analysis.options.language);
  const analyse::DataQuality& quality = analysis.quality;
  std::vector<std::string> flags;
  if (with_energy && quality.energy_estimated) {
    flags.push_back(texts(quality.energy_partly_measured() ? "flags.energy_partly_estimated"
                                                           : "flags.energy_estimated"));
  }
  if (quality.data_synthetic) {
    flags.push_back(
        texts(quality.data.size() > 1 ? "flags.data_partly_synthetic" : "flags.data_synthetic"));
  }
  if (analysis.study.scale == study::Scale::quick) flags.push_back(texts("flags.quick"));
  if (quality.ok < quality.planned) {
    flags.push_back(texts("flags.runs_count", fmt::arg("ok", quality.ok),
                          fmt::arg("planned", quality.planned)));
  }
  std::set<std::string> marked;
  for (const auto& [name, runs] : quality.runs_with_caution)
    marked.insert(runs.begin(), runs.end());
  if (!marked.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, runs] : quality.runs_with_caution) names.push_back(texts.word(name));
    flags.push_back(
        texts.plural("flags.marked", marked.size(), fmt::arg("names", texts.list(names))));
  }
  return flags;
}

}  // namespace tandem::report

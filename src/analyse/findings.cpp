#include "analyse/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tandem::analyse {
namespace {

using core::Reading;

constexpr double significance_level = 0.05;

/// What an overall effect is called in a sentence.
struct Wording {
  const char* effect;
  const char* topic;
  const char* subject;
};
constexpr Wording wordings[] = {
    {"makespan_overhead", "time",
     "Time for both models together against one after the other (makespan_overhead)"},
    {"concurrent_overhead_b", "time", "Duration of B beside A against alone (concurrent_overhead)"},
    {"concurrent_overhead_a", "time", "Duration of A beside B against alone (concurrent_overhead)"},
    {"energy_saving", "energy", "Energy saved by running together"},
    {"performance_change_b", "performance", "Performance of B beside A against alone"},
    {"performance_change_a", "performance", "Performance of A beside B against alone"},
};

std::string signed_number(double value) {
  const std::string digits = fmt::format("{:.3g}", std::abs(value));
  return (value < 0 ? "−" : "+") + digits;
}

std::string n_text(size_t n, const std::string& unit) {
  return fmt::format("n = {} {}{}", n, unit, n == 1 ? "" : "s");
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "no interval";
  return fmt::format("95 % interval {} to {}", signed_percent(interval->low),
                     signed_percent(interval->high));
}

bool is_evidence(const Reading& adjusted_p) {
  return adjusted_p && *adjusted_p < significance_level;
}

/// What a test against 'no difference' and one for 'no more than the bound' say together.
std::string verdict(const Reading& adjusted_p, bool equivalent, double bound_percent,
                    const std::string& evidence, const std::string& no_evidence) {
  const std::string within = fmt::format("equivalent within ±{:g} %", bound_percent);
  if (is_evidence(adjusted_p)) return equivalent ? evidence + ", yet " + within : evidence;
  return equivalent ? within : no_evidence;
}

/// The effect in a study with results of one pair only: its own blocks, and no test over pairs.
std::string sentence_of_one_pair(const Wording& wording, const StudyAnalysis& analysis) {
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.effect != wording.effect || !summary.percent) continue;
      return fmt::format("{}: {} in {} ({}, {}); no test over pairs with one pair.",
                         wording.subject, signed_percent(*summary.percent), pair.title,
                         interval_text(summary.interval_percent), n_text(summary.n, "value"));
    }
  }
  return fmt::format("{}: no value.", wording.subject);
}

std::string overall_sentence(const Wording& wording, const OverallEffect& effect,
                             const StudyAnalysis& analysis) {
  const EffectSummary& summary = effect.summary;
  if (!summary.percent) {
    return fmt::format("{}: no value ({}).", wording.subject, summary.percent.reason());
  }
  if (summary.n == 1) return sentence_of_one_pair(wording, analysis);
  const std::string figures =
      fmt::format("{}: {} ({}, {}", wording.subject, signed_percent(*summary.percent),
                  interval_text(summary.interval_percent), n_text(summary.n, "pair"));
  if (!effect.t_test.p_value) {
    return fmt::format("{}); no test: {}.", figures, effect.t_test.p_value.reason());
  }
  return fmt::format("{}, {} {}, Holm-adjusted {}): {}.", figures, effect.t_test.name,
                     p_text(effect.t_test.p_value), p_text(effect.adjusted_p),
                     verdict(effect.adjusted_p, effect.equivalence.equivalent,
                             effect.equivalence.bound_percent, "evidence of a difference",
                             "no evidence of a difference, which is not evidence of none"));
}

std::string sensitivity_sentence(const SensitivityTest& test) {
  const std::string subject =
      fmt::format("Sensitivity of {} to {}", name_of(test.response), test.hyperparameter);
  if (!test.difference.mean) {
    return fmt::format("{}: no {} has the runs for it.", subject, test.block);
  }
  const std::string figures =
      fmt::format("{}: {} alone, {} beside A; difference {}", subject, signed_number(*test.solo),
                  signed_number(*test.concurrent), signed_number(*test.difference.mean));
  const std::string n = n_text(test.difference.n, test.block);
  if (!test.t_test.p_value) {
    return fmt::format("{} ({}); no test: {}.", figures, n, test.t_test.p_value.reason());
  }
  return fmt::format("{} (95 % interval {} to {}, {}, {} {}, {}-adjusted {}): {}.", figures,
                     signed_number(test.difference.interval->low),
                     signed_number(test.difference.interval->high), n, test.t_test.name,
                     p_text(test.t_test.p_value), test.confirmatory ? "Holm" : "Benjamini–Hochberg",
                     p_text(test.adjusted_p),
                     verdict(test.adjusted_p, test.equivalence.equivalent,
                             test.equivalence_bound_percent, "evidence that concurrency changes it",
                             "no evidence that concurrency changes it, which is not evidence that "
                             "it doesn't"));
}

std::string best_setting_sentence(const StudyAnalysis& analysis, const std::string& objective) {
  size_t known = 0;
  bool resampled = false;
  std::vector<std::string> moved;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const BestSetting& best : pair.trade_off.best) {
      if (best.objective != objective || !best.known()) continue;
      ++known;
      resampled = resampled || best.moves_probability;
      if (!best.moves()) continue;
      std::string text = fmt::format("{}: {} → {}", pair.title, best.solo, best.concurrent);
      if (best.moves_probability) {
        text += fmt::format(", in {:.0f} % of resamples", 100 * *best.moves_probability);
      }
      moved.push_back(text);
    }
  }
  if (known == 0) return "";
  std::string text = fmt::format(
      "Best setting for {}: differs between alone and concurrent in {} "
      "of {} pair{}",
      objective, moved.size(), known, known == 1 ? "" : "s");
  if (!moved.empty()) text += fmt::format(" ({})", fmt::join(moved, "; "));
  return text + (resampled ? ". Read off the means; the resamples are of the repetitions."
                           : ". Read off the means; with fewer than three repetitions its "
                             "uncertainty is not estimated.");
}

/// Pairs by whether their interval shows a gain from running together, a loss, or neither; in the
/// order of the study, for intervals that overlap are no ranking. Empty where no pair has an
/// interval.
std::string advice_sentence(const StudyAnalysis& analysis, const std::string& effect,
                            const std::string& what, bool gain_is_positive) {
  std::vector<std::string> gains, losses, undecided;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.effect != effect || !summary.interval_percent) continue;
      const Interval& interval = *summary.interval_percent;
      const bool positive = interval.low > 0;
      const bool negative = interval.high < 0;
      std::vector<std::string>& group = !positive && !negative         ? undecided
                                        : positive == gain_is_positive ? gains
                                                                       : losses;
      group.push_back(fmt::format("{} ({}, {})", pair.title, signed_percent(*summary.percent),
                                  interval_text(summary.interval_percent)));
    }
  }
  if (gains.empty() && losses.empty() && undecided.empty()) return "";
  const auto list = [](const std::vector<std::string>& group) {
    return group.empty() ? "none" : fmt::format("{}", fmt::join(group, ", "));
  };
  return fmt::format(
      "To save {} ({}, n = blocks of the pair): run together {}; rather not {}; undecided {}.",
      what, effect, list(gains), list(losses), list(undecided));
}

std::string percent_text(const Reading& percent) {
  return percent ? signed_percent(*percent) : fmt::format("no value ({})", percent.reason());
}

std::string partner_effect_text(const PartnerEffect& effect) {
  return fmt::format(
      "{} of A with B at {} against B at its default: {} ({}, {}, {} {}, "
      "Benjamini–Hochberg-adjusted {})",
      name_of(effect.response), effect.setting, percent_text(effect.summary.percent),
      interval_text(effect.summary.interval_percent), n_text(effect.summary.n, "pair"),
      effect.t_test.name, p_text(effect.t_test.p_value), p_text(effect.adjusted_p));
}

std::string grouping_text(const EffectGrouping& grouping) {
  std::vector<std::string> groups;
  for (const EffectGroup& group : grouping.groups) {
    groups.push_back(fmt::format("{} {} (n = {})", group.level, percent_text(group.summary.percent),
                                 group.summary.n));
  }
  return fmt::format("{} by {}: {} ({} {}, Benjamini–Hochberg-adjusted {}, ω² {:.2f})",
                     grouping.effect, grouping.by, fmt::join(groups, ", "), grouping.anova.name,
                     p_text(grouping.anova.p_value), p_text(grouping.adjusted_p),
                     *grouping.omega_squared.value);
}

/// How many members of an exploratory family show a difference, and those that do. Empty when none
/// could be tested.
template <typename Member>
std::string family_sentence(const std::string& subject, const std::vector<Member>& family,
                            std::string (*text_of)(const Member&)) {
  size_t tested = 0;
  std::vector<std::string> evident;
  for (const Member& member : family) {
    tested += member.adjusted_p.has_value();
    if (is_evidence(member.adjusted_p)) evident.push_back(text_of(member));
  }
  if (tested == 0) return "";
  if (evident.empty()) {
    return fmt::format(
        "{}: no evidence of a difference in any of {} tests "
        "(Benjamini–Hochberg-adjusted), which is not evidence of none.",
        subject, tested);
  }
  return fmt::format("{}: evidence of a difference in {} of {} tests: {}.", subject, evident.size(),
                     tested, fmt::join(evident, "; "));
}

/// Which verdicts change when the marked runs are left out; nothing where no run is marked.
std::optional<std::string> without_marked_sentence(const StudyAnalysis& analysis) {
  const WithoutMarkedRuns& without = analysis.without_marked;
  if (without.left_out == 0) return std::nullopt;
  std::vector<std::string> changed;
  const auto compare = [&](const std::string& name, const Reading& with, const Reading& p) {
    if (is_evidence(with) == is_evidence(p)) return;
    changed.push_back(fmt::format("{} (with them {}, without {})", name, p_text(with), p_text(p)));
  };
  for (size_t i = 0; i < without.overall.size(); ++i) {
    compare(without.overall[i].summary.effect, analysis.overall[i].adjusted_p,
            without.overall[i].adjusted_p);
  }
  for (const SensitivityTest& own : without.sensitivity_tests) {
    for (const SensitivityTest& with : analysis.sensitivity_tests) {
      if (with.hyperparameter != own.hyperparameter || with.response != own.response) continue;
      compare(fmt::format("sensitivity of {} to {}", name_of(own.response), own.hyperparameter),
              with.adjusted_p, own.adjusted_p);
    }
  }
  const std::string runs =
      fmt::format("{} marked run{}", without.left_out, without.left_out == 1 ? "" : "s");
  if (changed.empty()) return fmt::format("Leaving out the {} changes no verdict.", runs);
  return fmt::format("Leaving out the {} changes the verdict on {}.", runs,
                     fmt::join(changed, "; "));
}

/// The pairs that gain and lose the most time; nothing for fewer than two pairs.
std::optional<std::string> extremes_sentence(const StudyAnalysis& analysis) {
  std::vector<std::pair<const PairAnalysis*, const EffectSummary*>> ranked;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.effect == "makespan_overhead" && summary.percent) {
        ranked.emplace_back(&pair, &summary);
      }
    }
  }
  if (ranked.size() < 2) return std::nullopt;
  const auto [least, most] =
      std::minmax_element(ranked.begin(), ranked.end(), [](const auto& left, const auto& right) {
        return *left.second->percent < *right.second->percent;
      });
  const auto told = [](const auto& entry) {
    return fmt::format(
        "{} ({}, {}, {})", entry.first->title, signed_percent(*entry.second->percent),
        interval_text(entry.second->interval_percent), n_text(entry.second->n, "block"));
  };
  return fmt::format("Smallest makespan_overhead: {}; largest: {}.", told(*least), told(*most));
}

}  // namespace

std::string signed_percent(double percent) {
  const std::string digits = fmt::format("{:.1f}", std::abs(percent));
  if (digits == "0.0") return "0.0 %";
  return (percent < 0 ? "−" : "+") + digits + " %";
}

std::string p_text(const core::Reading& p) {
  if (!p) return fmt::format("no p ({})", p.reason());
  return *p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", *p);
}

std::vector<Finding> findings_of(const StudyAnalysis& analysis) {
  if (analysis.quality.ok == 0) {
    return {{"data", "No run ended ok, so there are no findings."}};
  }
  std::vector<Finding> findings;
  for (const Wording& wording : wordings) {
    for (const OverallEffect& effect : analysis.overall) {
      if (effect.summary.effect != wording.effect) continue;
      findings.push_back({wording.topic, overall_sentence(wording, effect, analysis)});
    }
  }
  if (const auto extremes = extremes_sentence(analysis)) findings.push_back({"pairs", *extremes});
  for (const std::string& sentence : {advice_sentence(analysis, "makespan_overhead", "time", false),
                                      advice_sentence(analysis, "energy_saving", "energy", true)}) {
    if (!sentence.empty()) findings.push_back({"advice", sentence});
  }
  for (const SensitivityTest& test : analysis.sensitivity_tests) {
    findings.push_back({test.confirmatory ? "H0" : "sensitivity", sensitivity_sentence(test)});
  }
  for (const auto& [topic, sentence] :
       {std::pair{"partner", family_sentence("What B's setting does to A", analysis.partner_effects,
                                             partner_effect_text)},
        std::pair{"kinds of pair",
                  family_sentence("Effects by kind of pair", analysis.groupings, grouping_text)}}) {
    if (!sentence.empty()) findings.push_back({topic, sentence});
  }
  if (const auto sentence = without_marked_sentence(analysis)) {
    findings.push_back({"marked runs", *sentence});
  }
  for (const char* objective :
       {"performance", "energy", "energy_delay_product", "energy_efficiency"}) {
    const std::string sentence = best_setting_sentence(analysis, objective);
    if (!sentence.empty()) findings.push_back({"best setting", sentence});
  }
  return findings;
}

}  // namespace tandem::analyse

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

std::string percent_interval(const std::optional<Interval>& interval) {
  if (!interval) return "no interval";
  return fmt::format("95 % interval {} to {}", signed_percent(interval->low),
                     signed_percent(interval->high));
}

bool is_evidence(const Reading& adjusted_p) {
  return adjusted_p && *adjusted_p < significance_level;
}

/// The effect in a study with results of one pair only: its own blocks, and no test over pairs.
std::string sentence_of_one_pair(const Wording& wording, const StudyAnalysis& analysis) {
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.effect != wording.effect || !summary.percent) continue;
      return fmt::format("{}: {} in {} ({}, {}); no test over pairs with one pair.",
                         wording.subject, signed_percent(*summary.percent), pair.title,
                         percent_interval(summary.interval_percent), n_text(summary.n, "value"));
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
                  percent_interval(summary.interval_percent), n_text(summary.n, "pair"));
  if (!effect.t_test.p_value) {
    return fmt::format("{}); no test: {}.", figures, effect.t_test.p_value.reason());
  }
  return fmt::format("{}, {} {}, Holm-adjusted {}): {}.", figures, effect.t_test.name,
                     p_text(effect.t_test.p_value), p_text(effect.adjusted_p),
                     is_evidence(effect.adjusted_p)
                         ? "evidence of a difference"
                         : "no evidence of a difference, which is not evidence of none");
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
  return fmt::format("{} (95 % interval {} to {}, {}, {} {}, Holm-adjusted {}): {}.", figures,
                     signed_number(test.difference.interval->low),
                     signed_number(test.difference.interval->high), n, test.t_test.name,
                     p_text(test.t_test.p_value), p_text(test.adjusted_p),
                     is_evidence(test.adjusted_p)
                         ? "evidence that concurrency changes it"
                         : "no evidence that concurrency changes it; equivalence was not tested");
}

std::string best_setting_sentence(const StudyAnalysis& analysis, const std::string& objective) {
  size_t known = 0;
  std::vector<std::string> moved;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const BestSetting& best : pair.trade_off.best) {
      if (best.objective != objective || !best.known()) continue;
      ++known;
      if (best.moves()) {
        moved.push_back(fmt::format("{}: {} → {}", pair.title, best.solo, best.concurrent));
      }
    }
  }
  if (known == 0) return "";
  std::string text = fmt::format(
      "Best setting for {}: differs between alone and concurrent in {} "
      "of {} pair{}",
      objective, moved.size(), known, known == 1 ? "" : "s");
  if (!moved.empty()) text += fmt::format(" ({})", fmt::join(moved, "; "));
  return text + ". Read off the means; its uncertainty is not estimated.";
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
        percent_interval(entry.second->interval_percent), n_text(entry.second->n, "block"));
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
  for (const SensitivityTest& test : analysis.sensitivity_tests) {
    findings.push_back({test.confirmatory ? "H0" : "sensitivity", sensitivity_sentence(test)});
  }
  for (const char* objective : {"performance", "energy", "energy_delay_product"}) {
    const std::string sentence = best_setting_sentence(analysis, objective);
    if (!sentence.empty()) findings.push_back({"best setting", sentence});
  }
  return findings;
}

}  // namespace tandem::analyse

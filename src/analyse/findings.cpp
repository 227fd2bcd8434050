#include "analyse/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analyse/wording.h"
#include "core/text.h"

namespace tandem::analyse {
namespace {

using core::Reading;

constexpr double significance_level = 0.05;

/// The share of resamples in which a setting has to be the best to be advised.
constexpr double sure = 0.95;

/// Lists of pairs and settings in a sentence end after so many: the tables hold all.
constexpr size_t longest_list = 12;

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
    {"interference_b", "performance", "Interference with B, |change of performance|"},
    {"interference_a", "performance", "Interference with A, |change of performance|"},
};

/// What a reader must know of a topic's figures wherever they stand.
std::string flag_of(const std::string& topic, const DataQuality& quality) {
  if (topic == "energy" && quality.energy_estimated) {
    return quality.energy_partly_measured() ? " [energy partly estimated]" : " [energy estimated]";
  }
  if (topic == "performance" && quality.data_synthetic) {
    return quality.data.size() > 1 ? " [partly synthetic data]" : " [synthetic data]";
  }
  return "";
}

std::string joined(const std::vector<std::string>& texts, const char* separator = "; ") {
  if (texts.size() <= longest_list) return fmt::format("{}", fmt::join(texts, separator));
  return fmt::format("{}{}{} more",
                     fmt::join(texts.begin(), texts.begin() + longest_list, separator), separator,
                     texts.size() - longest_list);
}

bool is_evidence(const Reading& adjusted_p) {
  return adjusted_p && *adjusted_p < significance_level;
}

/// What TOST and the noise floor say of a difference.
struct EquivalenceVerdict {
  bool claimed = false;
  bool bound_below_noise = false;
  double bound_percent = 0;
  Reading noise_percent;
};

struct Verdict {
  std::string name;
  std::string text;
};

/// What a test against 'no difference' and one for 'no more than the bound' say together.
Verdict verdict_of(const Reading& adjusted_p, const EquivalenceVerdict& equivalence,
                   const std::string& evidence, const std::string& no_evidence) {
  const std::string within = fmt::format("equivalent within ±{:g} %", equivalence.bound_percent);
  if (is_evidence(adjusted_p)) {
    if (equivalence.claimed) return {"difference within the bound", evidence + ", yet " + within};
    return {"difference", evidence};
  }
  if (equivalence.claimed) return {"equivalent", within};
  if (!equivalence.bound_below_noise) return {"no evidence", no_evidence};
  return {"no evidence",
          fmt::format("{}; the bound of ±{:g} % is below the A/A noise floor of {:.1f} %, so that "
                      "equivalence can't be claimed",
                      no_evidence, equivalence.bound_percent, *equivalence.noise_percent)};
}

/// The effect in a study with results of one pair only: its own blocks, and no test over pairs.
std::string sentence_of_one_pair(const Wording& wording, const StudyAnalysis& analysis) {
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.effect != wording.effect || !summary.percent) continue;
      return fmt::format("{}: {} in {} ({}, {}); no test over pairs with one pair.",
                         wording.subject, signed_percent(*summary.percent), pair.title,
                         percent_interval_text(summary.interval_percent),
                         n_text(summary.n, "value"));
    }
  }
  return fmt::format("{}: no value.", wording.subject);
}

Finding overall_finding(const Wording& wording, const OverallEffect& effect,
                        const StudyAnalysis& analysis) {
  const EffectSummary& summary = effect.summary;
  if (!summary.percent) {
    return {wording.topic,
            fmt::format("{}: no value ({}).", wording.subject, summary.percent.reason()), "",
            "no value"};
  }
  if (summary.n == 1) {
    return {wording.topic, sentence_of_one_pair(wording, analysis), "", "no test"};
  }
  const std::string figures =
      fmt::format("{}: {} ({}, {}", wording.subject, signed_percent(*summary.percent),
                  percent_interval_text(summary.interval_percent), n_text(summary.n, "pair"));
  if (!effect.t_test.p_value) {
    return {wording.topic,
            fmt::format("{}); no test: {}.", figures, effect.t_test.p_value.reason()), "",
            "no test"};
  }
  const PercentEquivalence& tost = effect.equivalence;
  const Verdict verdict = verdict_of(
      effect.adjusted_p,
      {tost.claimed(), tost.bound_below_noise, tost.bound_percent, tost.noise_percent},
      "evidence of a difference", "no evidence of a difference, which is not evidence of none");
  return {wording.topic,
          fmt::format("{}, {} {}, Holm-adjusted {}): {}.", figures, effect.t_test.name,
                      p_text(effect.t_test.p_value), p_text(effect.adjusted_p), verdict.text),
          "", verdict.name};
}

/// What all repetitions say beside the confirmatory test of the pairs' means.
std::string mixed_model_text(const SensitivityTest& test) {
  if (!test.mixed_difference.value || !test.mixed_difference.interval) return "";
  return fmt::format(" A mixed model of all {} repetitions: {} ({} to {}, {}).",
                     test.mixed_difference.n, signed_number(*test.mixed_difference.value),
                     signed_number(test.mixed_difference.interval->low),
                     signed_number(test.mixed_difference.interval->high), p_text(test.mixed_p));
}

/// The seed's own form of the sensitivity.
std::string percent_form_text(const SensitivityTest& test) {
  if (!test.solo_percent_form || !test.concurrent_percent_form) return "";
  return fmt::format(" In the percent form: {} alone, {} beside A.",
                     signed_number(*test.solo_percent_form),
                     signed_number(*test.concurrent_percent_form));
}

std::string subject_of(const SensitivityTest& test) {
  return fmt::format("Sensitivity of {} to {}", name_of(test.response), test.hyperparameter);
}

Finding sensitivity_finding(const SensitivityTest& test) {
  Finding finding{test.confirmatory ? "H0" : "sensitivity", "", "H0", ""};
  const std::string subject = subject_of(test);
  if (!test.difference.mean) {
    finding.text = fmt::format("{}: no {} has the runs for it.{}", subject, test.block,
                               percent_form_text(test));
    finding.verdict = "no value";
    return finding;
  }
  const std::string figures =
      fmt::format("{}: {} alone, {} beside A; difference {}", subject, signed_number(*test.solo),
                  signed_number(*test.concurrent), signed_number(*test.difference.mean));
  const std::string n = n_text(test.difference.n, test.block);
  if (!test.t_test.p_value || !test.difference.interval) {
    finding.text = fmt::format("{} ({}); no test: {}.{}", figures, n,
                               test.t_test.p_value ? "no interval" : test.t_test.p_value.reason(),
                               percent_form_text(test));
    finding.verdict = "no test";
    return finding;
  }
  const Verdict verdict =
      verdict_of(test.adjusted_p,
                 {test.equivalence_claimed(), test.bound_below_noise,
                  test.equivalence_bound_percent, test.noise_percent},
                 "evidence that concurrency changes it",
                 "no evidence that concurrency changes it, which is not evidence that it doesn't");
  finding.text = fmt::format(
      "{} (95 % interval {} to {}, {}, {} {}, {}-adjusted {}): {}.{}{}", figures,
      signed_number(test.difference.interval->low), signed_number(test.difference.interval->high),
      n, test.t_test.name, p_text(test.t_test.p_value),
      test.confirmatory ? "Holm" : "Benjamini–Hochberg", p_text(test.adjusted_p), verdict.text,
      mixed_model_text(test), percent_form_text(test));
  finding.verdict = verdict.name;
  return finding;
}

std::string in_resamples(const Reading& share) {
  return share ? fmt::format(", in {:.0f} % of resamples", 100 * *share) : "";
}

/// What the shares of resamples in the sentences on best settings are.
std::string resampling_note(bool resampled) {
  return resampled ? " Read off the means; the resamples are of the repetitions."
                   : " Read off the means; with fewer than three repetitions its uncertainty is "
                     "not estimated.";
}

std::vector<std::string> objectives_of(const StudyAnalysis& analysis) {
  std::vector<std::string> objectives;
  if (analysis.pairs.empty()) return objectives;
  for (const BestSetting& best : analysis.pairs.front().trade_off.best) {
    objectives.push_back(best.objective);
  }
  return objectives;
}

/// `epochs_min for 2 pairs (a + b, c + d); not told apart: e + f, perhaps default, …`.
std::string settings_text(const std::map<std::string, std::vector<std::string>>& pairs_of_setting,
                          const std::vector<std::string>& unsure) {
  std::vector<std::string> parts;
  for (const auto& [setting, pairs] : pairs_of_setting) {
    parts.push_back(fmt::format("{} for {} ({})", setting, count_text(pairs.size(), "pair"),
                                joined(pairs, ", ")));
  }
  if (!unsure.empty()) {
    parts.push_back(
        fmt::format("not sure in {} ({})", count_text(unsure.size(), "pair"), joined(unsure)));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// Whether the best setting for the objective moves, and what to set under concurrency. Nothing
/// where no pair has a best one.
std::vector<Finding> best_setting_findings(const StudyAnalysis& analysis,
                                           const std::string& objective) {
  size_t known = 0;
  bool resampled = false;
  std::vector<std::string> moved, unsure;
  std::map<std::string, std::vector<std::string>> advised;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const BestSetting& best : pair.trade_off.best) {
      if (best.objective != objective || !best.known()) continue;
      ++known;
      resampled = resampled || best.moves_probability;
      if (!best.concurrent_probability || *best.concurrent_probability >= sure) {
        advised[best.concurrent].push_back(pair.title);
      } else {
        unsure.push_back(fmt::format("{}, perhaps {}{}", pair.title, best.concurrent,
                                     in_resamples(best.concurrent_probability)));
      }
      if (!best.moves()) continue;
      moved.push_back(fmt::format("{}: {} → {}{}", pair.title, best.solo, best.concurrent,
                                  in_resamples(best.moves_probability)));
    }
  }
  if (known == 0) return {};
  std::string text =
      fmt::format("Best setting for {}: differs between alone and concurrent in {} of {}",
                  objective, moved.size(), count_text(known, "pair"));
  if (!moved.empty()) text += fmt::format(" ({})", joined(moved));
  return {{"best setting", text + "." + resampling_note(resampled), "RQ1"},
          {"advice",
           fmt::format("Setting of B under concurrency for the best {}: {}.{}", objective,
                       settings_text(advised, unsure), resampling_note(resampled)),
           "RQ1"}};
}

/// RQ4: does the energy-best setting stay the performance-best one?
std::optional<Finding> agreement_finding(const StudyAnalysis& analysis) {
  size_t known = 0, solo = 0, concurrent = 0;
  bool resampled = false;
  std::vector<std::string> changed;
  for (const PairAnalysis& pair : analysis.pairs) {
    const BestAgreement& agreement = pair.trade_off.energy_and_performance;
    if (!agreement.known) continue;
    ++known;
    solo += agreement.solo;
    concurrent += agreement.concurrent;
    resampled = resampled || agreement.changes_probability;
    if (agreement.solo == agreement.concurrent) continue;
    changed.push_back(fmt::format("{}{}", pair.title, in_resamples(agreement.changes_probability)));
  }
  if (known == 0) return std::nullopt;
  std::string text = fmt::format(
      "The energy-best setting is the performance-best one in {} of {} alone and in {} beside A; "
      "concurrency changes that in {}",
      solo, count_text(known, "pair"), concurrent, changed.size());
  if (!changed.empty()) text += fmt::format(" ({})", joined(changed));
  return Finding{"trade-off", text + "." + resampling_note(resampled), "RQ4"};
}

/// Pairs by what their interval shows, the better first. Pairs that share a rank can't be told
/// apart and are not ranked among each other. Empty where no pair has an interval.
std::string advice_sentence(const Advice& advice) {
  const auto list = [&](PairVerdict verdict) {
    std::vector<std::string> texts;
    for (const PairAdvice& pair : advice.pairs) {
      if (pair.verdict != verdict) continue;
      texts.push_back(fmt::format(
          "{}{} ({}, {}, {})",
          verdict == PairVerdict::together ? fmt::format("[{}] ", pair.rank) : "", pair.title,
          percent_text(pair.effect.percent), percent_interval_text(pair.effect.interval_percent),
          n_text(pair.effect.n, "block")));
    }
    return texts;
  };
  const auto together = list(PairVerdict::together);
  const auto apart = list(PairVerdict::apart);
  const auto undecided = list(PairVerdict::undecided);
  if (together.empty() && apart.empty() && undecided.empty()) return "";
  std::vector<std::string> parts;
  const auto add = [&](const std::string& what, const std::vector<std::string>& pairs) {
    if (!pairs.empty()) parts.push_back(what + " " + joined(pairs, ", "));
  };
  add("run together", together);
  add("don't run together", apart);
  add("undecided:", undecided);
  if (together.empty()) parts.insert(parts.begin(), "no pair is sure to gain");
  std::string text =
      fmt::format("To save {} ({}): {}.", advice.aim, advice.effect, joined(parts, "; "));
  if (together.size() > 1) {
    text +=
        " [rank]: pairs with the same rank, or with intervals that overlap, are not told apart.";
  }
  return text;
}

std::string test_text(size_t n, const std::string& unit, const TestResult& test,
                      const Reading& adjusted_p) {
  return fmt::format("{}, {} {}, Benjamini–Hochberg-adjusted {}", n_text(n, unit), test.name,
                     p_text(test.p_value), p_text(adjusted_p));
}

std::string text_of(const PartnerEffect& effect) {
  return fmt::format("{} of A with B at {} against B at its default: {} ({}, {})",
                     name_of(effect.response), effect.setting, percent_text(effect.summary.percent),
                     percent_interval_text(effect.summary.interval_percent),
                     test_text(effect.summary.n, "pair", effect.t_test, effect.adjusted_p));
}

std::string omega_text(const IntervalEstimate& omega_squared) {
  if (!omega_squared.value) return "no ω²";
  std::string text = fmt::format("ω² {:.2f}", *omega_squared.value);
  if (omega_squared.interval) {
    text += fmt::format(", 90 % interval {:.2f} to {:.2f}", omega_squared.interval->low,
                        omega_squared.interval->high);
  }
  return text;
}

std::string text_of(const EffectGrouping& grouping) {
  std::vector<std::string> groups;
  for (const EffectGroup& group : grouping.groups) {
    groups.push_back(fmt::format("{} {} (n = {})", group.level, percent_text(group.summary.percent),
                                 group.summary.n));
  }
  return fmt::format("{} by {}: {} ({}, {})", grouping.effect, grouping.by, joined(groups, ", "),
                     test_text(grouping.anova.n, "pair", grouping.anova, grouping.adjusted_p),
                     omega_text(grouping.omega_squared));
}

std::string text_of(const SensitivityGrouping& grouping) {
  std::vector<std::string> groups;
  for (const SensitivityGroup& group : grouping.groups) {
    groups.push_back(fmt::format("{} {} (n = {})", group.level,
                                 group.change.mean ? signed_number(*group.change.mean) : "no value",
                                 group.change.n));
  }
  return fmt::format("change of the sensitivity of {} to {} by {}: {} ({}, {})",
                     name_of(grouping.response), grouping.hyperparameter, grouping.by,
                     joined(groups, ", "),
                     test_text(grouping.anova.n, "pair", grouping.anova, grouping.adjusted_p),
                     omega_text(grouping.omega_squared));
}

std::string text_of(const PairSensitivityTest& within) {
  const SensitivityTest& test = within.test;
  return fmt::format(
      "{} in pair {}: difference {} ({}, {})", subject_of(test), within.pair + 1,
      signed_number(test.difference.mean.value_or(0)),
      test.difference.interval
          ? fmt::format("95 % interval {} to {}", signed_number(test.difference.interval->low),
                        signed_number(test.difference.interval->high))
          : "no interval",
      test_text(test.difference.n, "repetition", within.t_test, within.adjusted_p));
}

std::string text_of(const PairRelation& relation) {
  const bool of_memory = relation.predictor == "memory_mb";
  return fmt::format("{} with the pair's {}: {} points per {:g} {} more ({}, {})", relation.effect,
                     relation.predictor, signed_percent(relation.slope.value.value_or(0)),
                     relation.step, of_memory ? "MB" : "% utilisation",
                     percent_interval_text(relation.slope.interval),
                     test_text(relation.slope.n, "pair", relation.t_test, relation.adjusted_p));
}

std::string text_of(const CovariateEffect& effect) {
  const bool is_order = effect.covariate == "order";
  return fmt::format(
      "{} per {:g} {} {}: {} ({}, {}), {} over the range of {:.3g} {}", effect.response,
      effect.step, effect.unit, is_order ? "later in the session" : "warmer at the start",
      percent_text(effect.percent.value), percent_interval_text(effect.percent.interval),
      test_text(effect.percent.n, "run", effect.t_test, effect.adjusted_p),
      percent_text(effect.percent_over_range), effect.range.value_or(0), effect.unit);
}

/// How many members of an exploratory family show a difference, and those that do. Empty when none
/// could be tested.
template <typename Member>
std::string family_sentence(const std::string& subject, const std::vector<Member>& family) {
  size_t tested = 0;
  std::vector<std::string> evident;
  for (const Member& member : family) {
    tested += member.adjusted_p.has_value();
    if (is_evidence(member.adjusted_p)) evident.push_back(text_of(member));
  }
  if (tested == 0) return "";
  if (evident.empty()) {
    return fmt::format(
        "{}: no evidence of a difference in any of {} "
        "(Benjamini–Hochberg-adjusted), which is not evidence of none.",
        subject, count_text(tested, "test"));
  }
  return fmt::format("{}: evidence of a difference in {} of {}: {}.", subject, evident.size(),
                     count_text(tested, "test"), joined(evident));
}

std::string covariate_sentence(const StudyAnalysis& analysis) {
  const std::string sentence = family_sentence(
      "What no one asked for, but may move the figures (order, temperature at the "
      "start)",
      analysis.covariates);
  const bool matters =
      std::any_of(analysis.covariates.begin(), analysis.covariates.end(),
                  [](const CovariateEffect& effect) { return is_evidence(effect.adjusted_p); });
  if (!matters) return sentence;
  return sentence + (analysis.study.order == study::RunOrder::randomised
                         ? " The order is randomised, so that this widens intervals and favours no "
                           "setting."
                         : " The order is as listed, so that this can pass for an effect of a "
                           "setting or of concurrency.");
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
  const std::string runs = count_text(without.left_out, "marked run");
  if (changed.empty()) return fmt::format("Leaving out the {} changes no verdict.", runs);
  return fmt::format("Leaving out the {} changes the verdict on {}.", runs, joined(changed));
}

std::string noise_sentence(const StudyAnalysis& analysis) {
  const double bound = analysis.study.equivalence_bound_percent;
  std::vector<std::string> known;
  for (const NoiseFloor& floor : analysis.noise_floors) {
    if (!floor.percent) continue;
    known.push_back(fmt::format("{} {} {:.1f} % ({} of {})", name_of(floor.response),
                                floor.concurrent ? "concurrent" : "alone", *floor.percent,
                                n_text(floor.n, "run"),
                                count_text(floor.experiments, "experiment")));
  }
  if (known.empty()) {
    return fmt::format(
        "The noise floor (A/A) is not known, for no experiment was made twice: whether the bound "
        "of ±{:g} % for 'equivalent' is above it can't be told.",
        bound);
  }
  std::vector<std::string> below;
  for (const Response response : {Response::performance, Response::energy, Response::duration}) {
    const Reading noise = noise_percent(analysis.noise_floors, response);
    if (noise && *noise > bound) below.push_back(name_of(response));
  }
  return fmt::format(
      "Noise floor (A/A), the root mean square difference of two runs of one experiment: {}.{}",
      joined(known, ", "),
      below.empty() ? ""
                    : fmt::format(" The bound of ±{:g} % for 'equivalent' is below it for {}: no "
                                  "equivalence is claimed there.",
                                  bound, fmt::join(below, ", ")));
}

std::string amount(double value, const std::string& unit) {
  const std::string size =
      unit == "J" ? core::format_energy(std::abs(value)) : core::format_duration(std::abs(value));
  return (value < 0 ? "−" : "") + size;
}

/// Jobs by workload: `10 mnist, 5 resnet20`.
std::string jobs_text(const std::vector<JobCount>& jobs) {
  std::vector<std::string> texts;
  for (const JobCount& job : jobs) {
    texts.push_back(fmt::format("{} {}", job.count, workload_label(job.workload)));
  }
  return joined(texts, ", ");
}

std::string plan_sentence(const JobPlan& plan) {
  if (plan.pairings.empty()) {
    return fmt::format("To save {} with these jobs: run each alone, {}.", plan.aim,
                       plan.saving.value.reason());
  }
  std::vector<std::string> pairings;
  for (const JobPairing& pairing : plan.pairings) {
    pairings.push_back(fmt::format("{} × {} + {}", pairing.count, workload_label(pairing.a),
                                   workload_label(pairing.b)));
  }
  const auto& interval = plan.saving.interval;
  return fmt::format(
      "To save {} with these jobs: run together {}; alone {}. Expected saving {} ({}){}.", plan.aim,
      joined(pairings, ", "), plan.alone.empty() ? "none" : jobs_text(plan.alone),
      amount(*plan.saving.value, plan.unit),
      interval ? fmt::format("95 % interval {} to {}", amount(interval->low, plan.unit),
                             amount(interval->high, plan.unit))
               : "no interval " + plan.saving.no_interval_because,
      plan.saving_percent
          ? fmt::format(", {} of {} one after the other", signed_percent(*plan.saving_percent),
                        amount(*plan.all_alone, plan.unit))
          : "; what all need alone is not known: " + plan.saving_percent.reason());
}

void add_job_findings(const StudyAnalysis& analysis, std::vector<Finding>& findings) {
  if (!analysis.job_advice) return;
  const JobAdvice& advice = *analysis.job_advice;
  for (const JobPlan& plan : advice.plans) {
    findings.push_back({"jobs", plan_sentence(plan) + flag_of(plan.aim, analysis.quality)});
  }
  if (!advice.never_measured.empty()) {
    findings.push_back(
        {"jobs", fmt::format("Of these jobs the study never measured {} beside another model: they "
                             "stay alone, which says nothing about what they would save.",
                             joined(advice.never_measured, ", "))});
  }
  if (!advice.never_paired.empty()) {
    findings.push_back({"jobs", fmt::format("Not measured together, so not considered: {}.",
                                            joined(advice.never_paired, ", "))});
  }
}

/// Adds the sentence unless there is nothing to say.
void add(const char* topic, const std::string& text, const char* question,
         std::vector<Finding>& findings) {
  if (!text.empty()) findings.push_back({topic, text, question});
}

}  // namespace

std::vector<Finding> findings_of(const StudyAnalysis& analysis) {
  if (analysis.quality.ok == 0) {
    return {{"data", "No run ended ok, so there are no findings."}};
  }
  std::vector<Finding> findings;
  for (const Wording& wording : wordings) {
    for (const OverallEffect& effect : analysis.overall) {
      if (effect.summary.effect != wording.effect) continue;
      Finding finding = overall_finding(wording, effect, analysis);
      finding.text += flag_of(wording.topic, analysis.quality);
      findings.push_back(finding);
    }
  }
  for (const Advice& advice : analysis.advice) {
    const std::string sentence = advice_sentence(advice);
    if (sentence.empty()) continue;
    findings.push_back({"advice", sentence + flag_of(advice.aim, analysis.quality)});
  }
  add_job_findings(analysis, findings);
  for (const SensitivityTest& test : analysis.sensitivity_tests) {
    Finding finding = sensitivity_finding(test);
    finding.text += flag_of(name_of(test.response), analysis.quality);
    findings.push_back(finding);
  }
  add("H0", family_sentence("H0 within single pairs", analysis.sensitivity_tests_within_pairs),
      "H0", findings);
  for (const std::string& objective : objectives_of(analysis)) {
    for (const Finding& finding : best_setting_findings(analysis, objective)) {
      findings.push_back(finding);
    }
  }
  add("partner", family_sentence("What B's setting does to A", analysis.partner_effects), "RQ2",
      findings);
  add("kinds of pair", family_sentence("Effects by kind of pair", analysis.groupings), "RQ3",
      findings);
  add("kinds of pair",
      family_sentence("What concurrency does to sensitivity, by kind of pair",
                      analysis.sensitivity_groupings),
      "RQ3", findings);
  add("relations",
      family_sentence("Effects against the pair's memory and GPU utilisation (catalogue's figures)",
                      analysis.relations),
      "RQ3", findings);
  if (const auto finding = agreement_finding(analysis)) findings.push_back(*finding);
  add("noise floor", noise_sentence(analysis), "", findings);
  add("covariates", covariate_sentence(analysis), "", findings);
  if (const auto sentence = without_marked_sentence(analysis)) {
    findings.push_back({"marked runs", *sentence});
  }
  return findings;
}

}  // namespace tandem::analyse

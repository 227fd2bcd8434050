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
using core::Texts;
using fmt::arg;

constexpr double significance_level = 0.05;

/// The share of resamples in which a setting has to be the best to be advised.
constexpr double sure = 0.95;

/// Lists of pairs and settings in a sentence end after so many: the tables hold all.
constexpr size_t longest_list = 12;

/// The overall effects that have a sentence, in its order; what each is called there stands below
/// `findings.subjects`.
struct ToldEffect {
  const char* effect;
  const char* topic;
};
constexpr ToldEffect told_effects[] = {
    {"makespan_overhead", "time"},           {"concurrent_overhead_b", "time"},
    {"concurrent_overhead_a", "time"},       {"energy_saving", "energy"},
    {"performance_change_b", "performance"}, {"performance_change_a", "performance"},
    {"interference_b", "performance"},       {"interference_a", "performance"},
};

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

/// A number with as many digits as it needs.
std::string short_number(double value) {
  return fmt::format("{:g}", value);
}

std::string one_decimal(double value) {
  return fmt::format("{:.1f}", value);
}

/// The findings of an analysis as sentences of its language.
class Sentences {
 public:
  explicit Sentences(const StudyAnalysis& analysis)
      : analysis_(analysis), texts_(Texts::in(analysis.options.language)) {}

  std::vector<Finding> all() {
    if (analysis_.quality.ok == 0) return {{"data", texts_("findings.none")}};
    for (const ToldEffect& told : told_effects) {
      for (const OverallEffect& effect : analysis_.overall) {
        if (effect.summary.effect != told.effect) continue;
        Finding finding = overall_finding(told, effect);
        finding.text += flag_of(told.topic);
        findings_.push_back(finding);
      }
    }
    for (const Advice& advice : analysis_.advice) {
      const std::string sentence = advice_sentence(advice);
      if (!sentence.empty()) add("advice", sentence + flag_of(advice.aim));
    }
    add_job_findings();
    for (const SensitivityTest& test : analysis_.sensitivity_tests) {
      Finding finding = sensitivity_finding(test);
      finding.text += flag_of(name_of(test.response));
      findings_.push_back(finding);
    }
    add("H0", family_sentence("within_pairs", analysis_.sensitivity_tests_within_pairs), "H0");
    for (const std::string& objective : objectives()) add_best_setting_findings(objective);
    add("partner", family_sentence("partner", analysis_.partner_effects), "RQ2");
    add("kinds of pair", family_sentence("kinds", analysis_.groupings), "RQ3");
    add("kinds of pair", family_sentence("sensitivity_kinds", analysis_.sensitivity_groupings),
        "RQ3");
    for (const KindInteraction& interaction : analysis_.kind_interactions) {
      if (interaction.term != "type × hyperparameter") continue;
      Finding finding = interaction_finding(interaction);
      finding.text += flag_of(name_of(interaction.response));
      findings_.push_back(finding);
    }
    add("kinds of pair", family_sentence("kind_interactions", analysis_.kind_interactions), "RQ3");
    add("relations", family_sentence("relations", analysis_.relations), "RQ3");
    add("trade-off", agreement_sentence(), "RQ4");
    add("noise floor", noise_sentence());
    add("covariates", covariate_sentence());
    add("marked runs", without_marked_sentence());
    return findings_;
  }

 private:
  /// Adds the sentence unless there is nothing to say.
  void add(const char* topic, const std::string& text, const char* question = "") {
    if (!text.empty()) findings_.push_back({topic, text, question});
  }

  std::string joined(std::vector<std::string> items, bool as_clauses = true) const {
    if (items.size() > longest_list) {
      const size_t more = items.size() - longest_list;
      items.resize(longest_list);
      items.push_back(texts_("list.more", arg("n", more)));
    }
    return as_clauses ? texts_.clauses(items) : texts_.list(items);
  }
  std::string listed(std::vector<std::string> items) const {
    return joined(std::move(items), false);
  }
  /// With a space before, where the language has one; nothing of no items.
  std::string in_brackets(const std::vector<std::string>& items) const {
    return items.empty() ? "" : texts_("list.in_brackets", arg("items", joined(items)));
  }

  std::string percent(const Reading& value) const { return percent_text(texts_, value); }
  std::string percent(double value) const { return signed_percent(texts_, value); }
  std::string percent_interval(const std::optional<Interval>& interval) const {
    return percent_interval_text(texts_, interval);
  }
  std::string p(const Reading& value) const { return p_text(texts_, value); }
  std::string n(size_t count, const std::string& unit) const { return n_text(texts_, count, unit); }
  std::string word(const std::string& name) const { return texts_.word(name); }
  std::string word(Response response) const { return texts_.word(name_of(response)); }

  /// What a reader must know of a topic's figures wherever they stand.
  std::string flag_of(const std::string& topic) const {
    const DataQuality& quality = analysis_.quality;
    const auto flag = [&](const char* id) {
      return texts_("findings.flag", arg("flag", texts_(id)));
    };
    if (topic == "energy" && quality.energy_estimated) {
      return flag(quality.energy_partly_measured() ? "flags.energy_partly_estimated"
                                                   : "flags.energy_estimated");
    }
    if (topic == "performance" && quality.data_synthetic) {
      return flag(quality.data.size() > 1 ? "flags.data_partly_synthetic" : "flags.data_synthetic");
    }
    return "";
  }

  /// What a test against 'no difference' and one for 'no more than the bound' say together.
  Verdict verdict_of(const Reading& adjusted_p, const EquivalenceVerdict& equivalence,
                     const std::string& evidence, const std::string& no_evidence) const {
    const std::string bound = short_number(equivalence.bound_percent);
    const std::string within = texts_("findings.verdicts.equivalent", arg("bound", bound));
    if (is_evidence(adjusted_p)) {
      if (!equivalence.claimed) return {"difference", evidence};
      return {
          "difference within the bound",
          texts_("findings.verdicts.yet", arg("evidence", evidence), arg("equivalent", within))};
    }
    if (equivalence.claimed) return {"equivalent", within};
    if (!equivalence.bound_below_noise) return {"no evidence", no_evidence};
    return {"no evidence",
            texts_("findings.verdicts.bound_below_noise", arg("no_evidence", no_evidence),
                   arg("bound", bound), arg("noise", one_decimal(*equivalence.noise_percent)))};
  }

  /// The effect in a study with results of one pair only: its own blocks, and no test over pairs.
  std::string sentence_of_one_pair(const std::string& effect, const std::string& subject) const {
    for (const PairAnalysis& pair : analysis_.pairs) {
      for (const EffectSummary& summary : pair.summaries) {
        if (summary.effect != effect || !summary.percent) continue;
        return texts_("findings.overall.one_pair", arg("subject", subject),
                      arg("percent", percent(summary.percent)), arg("pair", pair.title),
                      arg("interval", percent_interval(summary.interval_percent)),
                      arg("n", n(summary.n, "value")));
      }
    }
    return texts_("findings.overall.no_value", arg("subject", subject));
  }

  Finding overall_finding(const ToldEffect& told, const OverallEffect& effect) const {
    const EffectSummary& summary = effect.summary;
    const std::string subject = texts_(std::string("findings.subjects.") + told.effect);
    if (!summary.percent) {
      return {told.topic,
              texts_("findings.overall.no_value_because", arg("subject", subject),
                     arg("reason", texts_.recorded(summary.percent.reason()))),
              "", "no value"};
    }
    if (summary.n == 1) {
      return {told.topic, sentence_of_one_pair(told.effect, subject), "", "no test"};
    }
    const std::string figure = percent(summary.percent);
    const std::string interval = percent_interval(summary.interval_percent);
    const std::string pairs = n(summary.n, "pair");
    if (!effect.t_test.p_value) {
      return {told.topic,
              texts_("findings.overall.no_test", arg("subject", subject), arg("percent", figure),
                     arg("interval", interval), arg("n", pairs),
                     arg("reason", texts_.recorded(effect.t_test.p_value.reason()))),
              "", "no test"};
    }
    const PercentEquivalence& tost = effect.equivalence;
    const Verdict verdict = verdict_of(
        effect.adjusted_p,
        {tost.claimed(), tost.bound_below_noise, tost.bound_percent, tost.noise_percent},
        texts_("findings.verdicts.difference"), texts_("findings.verdicts.no_difference"));
    return {told.topic,
            texts_("findings.overall.tested", arg("subject", subject), arg("percent", figure),
                   arg("interval", interval), arg("n", pairs),
                   arg("test", word(effect.t_test.name)), arg("p", p(effect.t_test.p_value)),
                   arg("adjusted_p", p(effect.adjusted_p)), arg("verdict", verdict.text)),
            "", verdict.name};
  }

  /// What all repetitions say beside the confirmatory test of the pairs' means.
  std::string mixed_model_text(const SensitivityTest& test) const {
    const IntervalEstimate& difference = test.mixed_difference;
    if (!difference.value || !difference.interval) return "";
    return texts_("findings.sensitivity.mixed_model", arg("n", difference.n),
                  arg("difference", signed_number(*difference.value)),
                  arg("low", signed_number(difference.interval->low)),
                  arg("high", signed_number(difference.interval->high)), arg("p", p(test.mixed_p)));
  }

  /// The seed's own form of the sensitivity.
  std::string percent_form_text(const SensitivityTest& test) const {
    if (!test.solo_percent_form || !test.concurrent_percent_form) return "";
    return texts_("findings.sensitivity.percent_form",
                  arg("solo", signed_number(*test.solo_percent_form)),
                  arg("concurrent", signed_number(*test.concurrent_percent_form)));
  }

  std::string subject_of(const SensitivityTest& test) const {
    return texts_("findings.sensitivity.subject", arg("response", word(test.response)),
                  arg("hyperparameter", test.hyperparameter));
  }

  Finding sensitivity_finding(const SensitivityTest& test) const {
    Finding finding{test.confirmatory ? "H0" : "sensitivity", "", "H0", ""};
    const std::string subject = subject_of(test);
    const std::string percent_form = percent_form_text(test);
    if (!test.difference.mean) {
      finding.text = texts_("findings.sensitivity.no_value", arg("subject", subject),
                            arg("block", word(test.block)), arg("percent_form", percent_form));
      finding.verdict = "no value";
      return finding;
    }
    const std::string solo = signed_number(*test.solo);
    const std::string concurrent = signed_number(*test.concurrent);
    const std::string difference = signed_number(*test.difference.mean);
    const std::string blocks = n(test.difference.n, test.block);
    if (!test.t_test.p_value || !test.difference.interval) {
      finding.text =
          texts_("findings.sensitivity.no_test", arg("subject", subject), arg("solo", solo),
                 arg("concurrent", concurrent), arg("difference", difference), arg("n", blocks),
                 arg("reason", test.t_test.p_value ? texts_("number.no_interval")
                                                   : texts_.recorded(test.t_test.p_value.reason())),
                 arg("percent_form", percent_form));
      finding.verdict = "no test";
      return finding;
    }
    const Verdict verdict =
        verdict_of(test.adjusted_p,
                   {test.equivalence_claimed(), test.bound_below_noise,
                    test.equivalence_bound_percent, test.noise_percent},
                   texts_("findings.verdicts.change"), texts_("findings.verdicts.no_change"));
    finding.text =
        texts_("findings.sensitivity.tested", arg("subject", subject), arg("solo", solo),
               arg("concurrent", concurrent), arg("difference", difference),
               arg("interval", interval_text(texts_, test.difference.interval)), arg("n", blocks),
               arg("test", word(test.t_test.name)), arg("p", p(test.t_test.p_value)),
               arg("adjustment", test.confirmatory ? "Holm" : "Benjamini–Hochberg"),
               arg("adjusted_p", p(test.adjusted_p)), arg("verdict", verdict.text),
               arg("mixed_model", mixed_model_text(test)), arg("percent_form", percent_form));
    finding.verdict = verdict.name;
    return finding;
  }

  std::string in_resamples(const Reading& share) const {
    if (!share) return "";
    return texts_("findings.best.in_resamples", arg("share", fmt::format("{:.0f}", 100 * *share)));
  }

  /// What the shares of resamples in the sentences on best settings are.
  std::string resampling_note(bool resampled) const {
    return texts_(resampled ? "findings.best.resampled" : "findings.best.not_resampled");
  }

  std::vector<std::string> objectives() const {
    std::vector<std::string> objectives;
    if (analysis_.pairs.empty()) return objectives;
    for (const BestSetting& best : analysis_.pairs.front().trade_off.best) {
      objectives.push_back(best.objective);
    }
    return objectives;
  }

  /// `epochs_min for 2 pairs (a + b, c + d); not sure in 1 pair (e + f, perhaps default, …)`.
  std::string settings_text(const std::map<std::string, std::vector<std::string>>& pairs_of_setting,
                            const std::vector<std::string>& unsure) const {
    std::vector<std::string> parts;
    for (const auto& [setting, pairs] : pairs_of_setting) {
      parts.push_back(texts_("findings.best.for_pairs", arg("setting", setting),
                             arg("pairs", texts_.count(pairs.size(), "pair")),
                             arg("names", listed(pairs))));
    }
    if (!unsure.empty()) {
      parts.push_back(texts_("findings.best.unsure",
                             arg("pairs", texts_.count(unsure.size(), "pair")),
                             arg("names", joined(unsure))));
    }
    return texts_.clauses(parts);
  }

  /// Whether the best setting for the objective moves, and what to set under concurrency. Nothing
  /// where no pair has a best one.
  void add_best_setting_findings(const std::string& objective) {
    size_t known = 0;
    bool resampled = false;
    std::vector<std::string> moved, unsure;
    std::map<std::string, std::vector<std::string>> advised;
    for (const PairAnalysis& pair : analysis_.pairs) {
      for (const BestSetting& best : pair.trade_off.best) {
        if (best.objective != objective || !best.known()) continue;
        ++known;
        resampled = resampled || best.moves_probability;
        if (!best.concurrent_probability || *best.concurrent_probability >= sure) {
          advised[best.concurrent].push_back(pair.title);
        } else {
          unsure.push_back(texts_("findings.best.perhaps", arg("pair", pair.title),
                                  arg("setting", best.concurrent),
                                  arg("resamples", in_resamples(best.concurrent_probability))));
        }
        if (!best.moves()) continue;
        moved.push_back(texts_("findings.best.moved", arg("pair", pair.title),
                               arg("solo", best.solo), arg("concurrent", best.concurrent),
                               arg("resamples", in_resamples(best.moves_probability))));
      }
    }
    if (known == 0) return;
    add("best setting",
        texts_("findings.best.differs", arg("objective", word(objective)),
               arg("moved", moved.size()), arg("pairs", texts_.count(known, "pair")),
               arg("names", in_brackets(moved)), arg("note", resampling_note(resampled))),
        "RQ1");
    add("advice",
        texts_("findings.best.advised", arg("objective", word(objective)),
               arg("settings", settings_text(advised, unsure)),
               arg("note", resampling_note(resampled))),
        "RQ1");
  }

  /// RQ4: does the energy-best setting stay the performance-best one?
  std::string agreement_sentence() const {
    size_t known = 0, solo = 0, concurrent = 0;
    bool resampled = false;
    std::vector<std::string> changed;
    for (const PairAnalysis& pair : analysis_.pairs) {
      const BestAgreement& agreement = pair.trade_off.energy_and_performance;
      if (!agreement.known) continue;
      ++known;
      solo += agreement.solo;
      concurrent += agreement.concurrent;
      resampled = resampled || agreement.changes_probability;
      if (agreement.solo == agreement.concurrent) continue;
      changed.push_back(pair.title + in_resamples(agreement.changes_probability));
    }
    if (known == 0) return "";
    return texts_("findings.best.agreement", arg("solo", solo),
                  arg("pairs", texts_.count(known, "pair")), arg("concurrent", concurrent),
                  arg("changed", changed.size()), arg("names", in_brackets(changed)),
                  arg("note", resampling_note(resampled)));
  }

  /// The advice's pairs with a verdict, each with its figures.
  std::vector<std::string> pairs_with(PairVerdict verdict, const Advice& advice) const {
    std::vector<std::string> pairs;
    for (const PairAdvice& pair : advice.pairs) {
      if (pair.verdict != verdict) continue;
      const std::string text =
          texts_("findings.advice.pair", arg("pair", pair.title),
                 arg("percent", percent(pair.effect.percent)),
                 arg("interval", percent_interval(pair.effect.interval_percent)),
                 arg("n", n(pair.effect.n, "block")));
      pairs.push_back(
          verdict != PairVerdict::together
              ? text
              : texts_("findings.advice.ranked", arg("rank", pair.rank), arg("pair", text)));
    }
    return pairs;
  }

  /// Pairs by what their interval shows, the better first. Pairs that share a rank can't be told
  /// apart and are not ranked among each other. Empty where no pair has an interval.
  std::string advice_sentence(const Advice& advice) const {
    std::vector<std::string> parts;
    size_t together = 0;
    for (const auto& [verdict, id] :
         {std::pair(PairVerdict::together, "findings.advice.together"),
          std::pair(PairVerdict::apart, "findings.advice.apart"),
          std::pair(PairVerdict::undecided, "findings.advice.undecided")}) {
      const std::vector<std::string> pairs = pairs_with(verdict, advice);
      if (verdict == PairVerdict::together) together = pairs.size();
      if (!pairs.empty()) parts.push_back(texts_(id, arg("pairs", listed(pairs))));
    }
    if (parts.empty()) return "";
    if (together == 0) parts.insert(parts.begin(), texts_("findings.advice.none"));
    return texts_("findings.advice.sentence", arg("aim", word(advice.aim)),
                  arg("effect", advice.effect), arg("parts", texts_.clauses(parts)),
                  arg("ranks", together > 1 ? texts_("findings.advice.ranks") : ""));
  }

  std::string test_text(size_t count, const std::string& unit, const TestResult& test,
                        const Reading& adjusted_p) const {
    return texts_("findings.exploratory.test", arg("n", n(count, unit)),
                  arg("test", word(test.name)), arg("p", p(test.p_value)),
                  arg("adjusted_p", p(adjusted_p)));
  }

  std::string text_of(const PartnerEffect& effect) const {
    return texts_(
        "findings.exploratory.partner", arg("response", word(effect.response)),
        arg("setting", effect.setting), arg("percent", percent(effect.summary.percent)),
        arg("interval", percent_interval(effect.summary.interval_percent)),
        arg("test", test_text(effect.summary.n, "pair", effect.t_test, effect.adjusted_p)));
  }

  std::string omega_text(const IntervalEstimate& omega_squared) const {
    if (!omega_squared.value) return texts_("findings.exploratory.no_omega");
    const auto two_decimals = [](double value) { return fmt::format("{:.2f}", value); };
    const std::string omega = two_decimals(*omega_squared.value);
    if (!omega_squared.interval) {
      return texts_("findings.exploratory.omega", arg("omega", omega));
    }
    return texts_("findings.exploratory.omega_interval", arg("omega", omega),
                  arg("low", two_decimals(omega_squared.interval->low)),
                  arg("high", two_decimals(omega_squared.interval->high)));
  }

  std::string group_text(const std::string& level, const std::string& value, size_t count) const {
    return texts_("findings.exploratory.group", arg("level", word(level)), arg("value", value),
                  arg("n", count));
  }

  std::string text_of(const EffectGrouping& grouping) const {
    std::vector<std::string> groups;
    for (const EffectGroup& group : grouping.groups) {
      groups.push_back(group_text(group.level, percent(group.summary.percent), group.summary.n));
    }
    return texts_(
        "findings.exploratory.by_kind", arg("effect", grouping.effect),
        arg("by", word(grouping.by)), arg("groups", listed(groups)),
        arg("test", test_text(grouping.anova.n, "pair", grouping.anova, grouping.adjusted_p)),
        arg("omega", omega_text(grouping.omega_squared)));
  }

  std::string text_of(const SensitivityGrouping& grouping) const {
    std::vector<std::string> groups;
    for (const SensitivityGroup& group : grouping.groups) {
      groups.push_back(group_text(
          group.level,
          group.change.mean ? signed_number(*group.change.mean) : texts_("number.no_value"),
          group.change.n));
    }
    return texts_(
        "findings.exploratory.sensitivity_by_kind", arg("response", word(grouping.response)),
        arg("hyperparameter", grouping.hyperparameter), arg("by", word(grouping.by)),
        arg("groups", listed(groups)),
        arg("test", test_text(grouping.anova.n, "pair", grouping.anova, grouping.adjusted_p)),
        arg("omega", omega_text(grouping.omega_squared)));
  }

  std::string subject_of(const KindInteraction& interaction) const {
    return texts_("findings.exploratory.interaction.subject",
                  arg("response", word(interaction.response)), arg("term", word(interaction.term)));
  }

  /// `…: F(2, 9) = 3.21 (n = 12 pairs, p = 0.03, …)`; why not where there is no test.
  std::string text_of(const KindInteraction& interaction) const {
    const TestResult& test = interaction.anova;
    if (!test.statistic || !test.p_value) {
      return texts_("findings.exploratory.interaction.no_test",
                    arg("subject", subject_of(interaction)),
                    arg("reason", texts_.recorded(test.p_value.reason())));
    }
    return texts_(
        "findings.exploratory.interaction.test", arg("subject", subject_of(interaction)),
        arg("degrees_of_freedom", short_number(test.degrees_of_freedom.value_or(0))),
        arg("error_degrees_of_freedom", short_number(test.error_degrees_of_freedom.value_or(0))),
        arg("f", fmt::format("{:.2f}", *test.statistic)), arg("n", n(interaction.pairs, "pair")),
        arg("p", p(test.p_value)), arg("adjusted_p", p(interaction.adjusted_p)),
        arg("omega", omega_text(interaction.omega_squared)));
  }

  /// Whether it is one kind of pair and one hyperparameter together that concurrency changes.
  Finding interaction_finding(const KindInteraction& interaction) const {
    const char* verdict = !interaction.adjusted_p               ? "no test"
                          : is_evidence(interaction.adjusted_p) ? "difference"
                                                                : "no evidence";
    const std::string id = !interaction.adjusted_p               ? "untested"
                           : is_evidence(interaction.adjusted_p) ? "evidence"
                                                                 : "no_evidence";
    return {"kinds of pair",
            texts_("findings.exploratory.interaction." + id, arg("tested", text_of(interaction))),
            "RQ3", verdict};
  }

  std::string text_of(const PairSensitivityTest& within) const {
    const SensitivityTest& test = within.test;
    return texts_(
        "findings.sensitivity.within_pair", arg("subject", subject_of(test)),
        arg("pair", within.pair + 1),
        arg("difference", signed_number(test.difference.mean.value_or(0))),
        arg("interval", interval_text(texts_, test.difference.interval)),
        arg("test", test_text(test.difference.n, "repetition", within.t_test, within.adjusted_p)));
  }

  std::string text_of(const PairRelation& relation) const {
    return texts_(
        relation.predictor == "memory_mb" ? "findings.exploratory.by_memory"
                                          : "findings.exploratory.by_utilisation",
        arg("effect", relation.effect), arg("predictor", relation.predictor),
        arg("slope", signed_number(relation.slope.value.value_or(0))),
        arg("step", short_number(relation.step)),
        arg("interval", interval_text(texts_, relation.slope.interval)),
        arg("test", test_text(relation.slope.n, "pair", relation.t_test, relation.adjusted_p)));
  }

  std::string text_of(const CovariateEffect& effect) const {
    return texts_(effect.covariate == "order" ? "findings.exploratory.by_order"
                                              : "findings.exploratory.by_temperature",
                  arg("response", word(effect.response)), arg("step", short_number(effect.step)),
                  arg("unit", word(effect.unit)), arg("percent", percent(effect.percent.value)),
                  arg("interval", percent_interval(effect.percent.interval)),
                  arg("test", test_text(effect.percent.n, "run", effect.t_test, effect.adjusted_p)),
                  arg("over_range", percent(effect.percent_over_range)),
                  arg("range", fmt::format("{:.3g}", effect.range.value_or(0))));
  }

  /// How many members of an exploratory family show a difference, and those that do. Empty when
  /// none could be tested.
  template <typename Member>
  std::string family_sentence(const char* family_name, const std::vector<Member>& family) const {
    const std::string subject = texts_(std::string("findings.exploratory.subjects.") + family_name);
    size_t tested = 0;
    std::vector<std::string> evident;
    for (const Member& member : family) {
      tested += member.adjusted_p.has_value();
      if (is_evidence(member.adjusted_p)) evident.push_back(text_of(member));
    }
    if (tested == 0) return "";
    const std::string tests = texts_.count(tested, "test");
    if (evident.empty()) {
      return texts_("findings.exploratory.no_evidence", arg("subject", subject),
                    arg("tests", tests));
    }
    return texts_("findings.exploratory.evidence", arg("subject", subject),
                  arg("evident", evident.size()), arg("tests", tests),
                  arg("members", joined(evident)));
  }

  std::string covariate_sentence() const {
    const std::string sentence = family_sentence("covariates", analysis_.covariates);
    const bool matters =
        std::any_of(analysis_.covariates.begin(), analysis_.covariates.end(),
                    [](const CovariateEffect& effect) { return is_evidence(effect.adjusted_p); });
    if (!matters) return sentence;
    return sentence + texts_(analysis_.study.order == study::RunOrder::randomised
                                 ? "findings.exploratory.randomised"
                                 : "findings.exploratory.as_listed");
  }

  /// Which verdicts change when the marked runs are left out; empty where no run is marked.
  std::string without_marked_sentence() const {
    const WithoutMarkedRuns& without = analysis_.without_marked;
    if (without.left_out == 0) return "";
    if (without.left == 0) return texts_("findings.marked.all", arg("n", without.left_out));
    std::vector<std::string> changed;
    const auto compare = [&](const std::string& name, const Reading& with, const Reading& own) {
      if (is_evidence(with) == is_evidence(own)) return;
      changed.push_back(texts_("findings.marked.changed", arg("name", name), arg("with_p", p(with)),
                               arg("without_p", p(own))));
    };
    for (size_t i = 0; i < without.overall.size(); ++i) {
      compare(without.overall[i].summary.effect, analysis_.overall[i].adjusted_p,
              without.overall[i].adjusted_p);
    }
    for (const SensitivityTest& own : without.sensitivity_tests) {
      for (const SensitivityTest& with : analysis_.sensitivity_tests) {
        if (with.hyperparameter != own.hyperparameter || with.response != own.response) continue;
        compare(texts_("findings.sensitivity.mentioned", arg("response", word(own.response)),
                       arg("hyperparameter", own.hyperparameter)),
                with.adjusted_p, own.adjusted_p);
      }
    }
    const std::string runs = texts_.count(without.left_out, "marked_run");
    if (changed.empty()) return texts_("findings.marked.no_verdict", arg("runs", runs));
    return texts_("findings.marked.verdicts", arg("runs", runs), arg("names", joined(changed)));
  }

  std::string noise_sentence() const {
    const double bound = analysis_.study.equivalence_bound_percent;
    std::vector<std::string> known;
    for (const NoiseFloor& floor : analysis_.noise_floors) {
      if (!floor.percent) continue;
      known.push_back(
          texts_(floor.concurrent ? "findings.noise.concurrent" : "findings.noise.alone",
                 arg("response", word(floor.response)), arg("percent", one_decimal(*floor.percent)),
                 arg("n", n(floor.n, "run")),
                 arg("experiments", texts_.count(floor.experiments, "experiment"))));
    }
    if (known.empty()) return texts_("findings.noise.unknown", arg("bound", short_number(bound)));
    std::vector<std::string> below;
    for (const Response response : {Response::performance, Response::energy, Response::duration}) {
      const Reading noise = noise_percent(analysis_.noise_floors, response);
      if (noise && *noise > bound) below.push_back(word(response));
    }
    return texts_("findings.noise.known", arg("floors", listed(known)),
                  arg("below", below.empty() ? ""
                                             : texts_("findings.noise.below",
                                                      arg("bound", short_number(bound)),
                                                      arg("responses", texts_.list(below)))));
  }

  static std::string amount(double value, const std::string& unit) {
    const std::string size =
        unit == "J" ? core::format_energy(std::abs(value)) : core::format_duration(std::abs(value));
    return (value < 0 ? "−" : "") + size;
  }

  /// Jobs by workload: `10 mnist, 5 resnet20`.
  std::string jobs_text(const std::vector<JobCount>& jobs) const {
    std::vector<std::string> texts;
    for (const JobCount& job : jobs) {
      texts.push_back(texts_("findings.jobs.job", arg("n", job.count),
                             arg("workload", workload_label(job.workload))));
    }
    return listed(texts);
  }

  std::string plan_sentence(const JobPlan& plan) const {
    const std::string aim = word(plan.aim);
    if (plan.pairings.empty()) {
      return texts_("findings.jobs.all_alone", arg("aim", aim),
                    arg("reason", texts_.recorded(plan.saving.value.reason())));
    }
    std::vector<std::string> pairings;
    for (const JobPairing& pairing : plan.pairings) {
      pairings.push_back(texts_("findings.jobs.pairing", arg("n", pairing.count),
                                arg("a", workload_label(pairing.a)),
                                arg("b", workload_label(pairing.b))));
    }
    const auto& interval = plan.saving.interval;
    return texts_(
        "findings.jobs.plan", arg("aim", aim), arg("pairings", listed(pairings)),
        arg("alone",
            plan.alone.empty() ? texts_("findings.jobs.none_alone") : jobs_text(plan.alone)),
        arg("saving", amount(*plan.saving.value, plan.unit)),
        arg("interval",
            interval ? texts_("number.interval", arg("low", amount(interval->low, plan.unit)),
                              arg("high", amount(interval->high, plan.unit)))
                     : texts_("number.no_interval_because",
                              arg("reason", texts_.recorded(plan.saving.no_interval_because)))),
        arg("share",
            plan.saving_percent
                ? texts_("findings.jobs.share", arg("percent", percent(plan.saving_percent)),
                         arg("total", amount(*plan.all_alone, plan.unit)))
                : texts_("findings.jobs.no_share",
                         arg("reason", texts_.recorded(plan.saving_percent.reason())))));
  }

  void add_job_findings() {
    if (!analysis_.job_advice) return;
    const JobAdvice& advice = *analysis_.job_advice;
    for (const JobPlan& plan : advice.plans) add("jobs", plan_sentence(plan) + flag_of(plan.aim));
    if (!advice.never_measured.empty()) {
      add("jobs",
          texts_("findings.jobs.never_measured", arg("workloads", listed(advice.never_measured))));
    }
    if (!advice.never_paired.empty()) {
      add("jobs", texts_("findings.jobs.never_paired", arg("pairs", listed(advice.never_paired))));
    }
  }

  const StudyAnalysis& analysis_;
  const Texts& texts_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> findings_of(const StudyAnalysis& analysis) {
  return Sentences(analysis).all();
}

}  // namespace tandem::analyse

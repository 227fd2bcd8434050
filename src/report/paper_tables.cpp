#include "report/paper_parts.h"

namespace tandem::report {

using analyse::StudyAnalysis;

std::vector<PaperTable> paper_tables(const StudyAnalysis& analysis) {
  using enum Align;
  PaperTable effects{
      "effect-tests",
      paper_caption(analysis,
                    "Effects over the pairs in percent, n pairs: [95 % interval], p of the "
                    "t-test adjusted by Holm, and whether equivalence within the study's "
                    "bound can be claimed.",
                    true),
      {"effect", "n", "percent", "p", "equivalent"},
      {left, right, right, right, left},
      {}};
  for (const analyse::OverallEffect& effect : analysis.overall) {
    effects.rows.push_back({effect.summary.effect, std::to_string(effect.summary.n),
                            with_interval(effect.summary.percent, effect.summary.interval_percent),
                            paper_number(effect.adjusted_p),
                            effect.equivalence.claimed() ? "yes" : "no"});
  }
  PaperTable sensitivities{
      "sensitivity-tests",
      paper_caption(
          analysis,
          "H0, concurrency does not change the sensitivity to hyperparameters: means of the log "
          "form, their difference [95 % interval] over n blocks, p of the t-test (Holm within "
          "the confirmatory tests, Benjamini-Hochberg within the others).",
          true),
      {"hyperparameter", "response", "kind", "n", "alone", "together", "difference", "p"},
      {left, left, left, right, right, right, right, right},
      {}};
  for (const analyse::SensitivityTest& test : analysis.sensitivity_tests) {
    sensitivities.rows.push_back({test.hyperparameter, analyse::name_of(test.response),
                                  test.confirmatory ? "confirmatory" : "exploratory",
                                  std::to_string(test.difference.n), paper_number(test.solo),
                                  paper_number(test.concurrent),
                                  with_interval(test.difference.mean, test.difference.interval),
                                  paper_number(test.adjusted_p)});
  }
  std::vector<PaperTable> tables = {std::move(effects)};
  if (!sensitivities.rows.empty()) tables.push_back(std::move(sensitivities));
  return tables;
}

}  // namespace tandem::report

#include "report/terminal_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
using analyse::StudyAnalysis;
using core::Texts;
using fmt::arg;

const Texts& texts_of(const StudyAnalysis& analysis) {
  return Texts::in(analysis.options.language);
}

/// A name from outside, which may be of any length.
constexpr size_t most_name_bytes = 1000;

/// A paragraph with a hanging indent as wide as its label. Nothing of it is cut: what a reader must
/// know of a sentence may stand at its end.
std::string paragraph(const std::string& label, const std::string& text, size_t width) {
  const size_t indent = display_width(label);
  std::string block;
  for (const std::string& line : wrap(core::printable(text, std::string::npos), width - indent)) {
    block += (block.empty() ? label : std::string(indent, ' ')) + line + "\n";
  }
  return block;
}

std::string heading(const std::string& title) {
  return "\n" + title + "\n";
}

std::string number(double percent) {
  const std::string digits = fmt::format("{:.1f}", std::abs(percent));
  return (percent < 0 && digits != "0.0" ? "−" : "") + digits;
}

std::string with_interval(const EffectSummary& summary, const Texts& texts) {
  if (!summary.percent) return texts("number.missing");
  const std::string value = number(*summary.percent);
  if (!summary.interval_percent) return value;
  return fmt::format("{} [{}, {}]", value, number(summary.interval_percent->low),
                     number(summary.interval_percent->high));
}

std::string alone(const EffectSummary& summary, const Texts& texts) {
  return summary.percent ? number(*summary.percent) : texts("number.missing");
}

std::vector<std::string> recorded(const std::vector<std::string>& reasons, const Texts& texts) {
  std::vector<std::string> told;
  for (const std::string& reason : reasons) told.push_back(texts.recorded(reason));
  return told;
}

std::vector<std::string> words(const std::vector<std::string>& names, const Texts& texts) {
  std::vector<std::string> told;
  for (const std::string& name : names) told.push_back(texts.word(name));
  return told;
}

/// `none (no GPU)`: the sources, and why joules are missing.
std::string energy_sources(const std::vector<std::string>& sources,
                           const std::vector<std::string>& missing, const Texts& texts) {
  const std::string names = texts.list(words(sources, texts));
  if (missing.empty()) return names;
  return texts("summary.sources", arg("sources", names),
               arg("missing", texts.clauses(recorded(missing, texts))));
}

std::string quality_block(const StudyAnalysis& analysis, size_t width) {
  const Texts& texts = texts_of(analysis);
  const analyse::DataQuality& quality = analysis.quality;
  std::vector<std::string> runs = {
      texts("summary.counts.ok", arg("planned", quality.planned), arg("ok", quality.ok))};
  const auto add = [&](size_t count, const char* id) {
    if (count > 0) runs.push_back(texts(id, arg("n", count)));
  };
  add(quality.failed, "summary.counts.failed");
  add(quality.invalid, "summary.counts.invalid");
  add(quality.not_run, "summary.counts.not_run");
  add(quality.interrupted_attempts, "summary.counts.interrupted");
  std::string block;
  const auto tell = [&](const char* label_id, const std::string& text) {
    block += paragraph(texts(label_id), text, width);
  };
  tell("summary.labels.study", core::printable(analysis.study.name, most_name_bytes));
  tell("summary.labels.runs", texts.list(runs));
  if (quality.ok > 0) {
    tell("summary.labels.energy",
         texts("summary.energy",
               arg("gpu",
                   energy_sources(quality.gpu_energy_sources, quality.gpu_energy_missing, texts)),
               arg("cpu",
                   energy_sources(quality.cpu_energy_sources, quality.cpu_energy_missing, texts))));
    tell("summary.labels.data",
         texts("summary.data", arg("data", texts.list(words(quality.data, texts))),
               arg("scale", texts.word(quality.scale))));
    tell("summary.labels.machines",
         core::printable(texts.clauses(quality.machine_classes), most_name_bytes));
  }
  for (const std::string& caution : quality.cautions) block += paragraph("  ! ", caution, width);
  for (const std::string& reason : recorded(quality.estimated_instead_of, texts)) {
    block += paragraph("  ! ", texts("summary.why_estimated", arg("reason", reason)), width);
  }
  return block;
}

/// Figures that are missing in the same rows for the same reasons stand together.
std::string missing_block(const StudyAnalysis& analysis, size_t width) {
  const Texts& texts = texts_of(analysis);
  std::string block;
  const std::vector<analyse::MissingFigure>& missing = analysis.missing;
  std::vector<bool> told(missing.size(), false);
  for (size_t i = 0; i < missing.size(); ++i) {
    if (told[i]) continue;
    std::vector<std::string> figures;
    for (size_t j = i; j < missing.size(); ++j) {
      const bool alike = missing[j].table == missing[i].table &&
                         missing[j].missing == missing[i].missing &&
                         missing[j].of == missing[i].of && missing[j].reasons == missing[i].reasons;
      if (!alike) continue;
      told[j] = true;
      figures.push_back(missing[j].figure);
    }
    block += paragraph(
        "  ? ",
        texts("summary.missing", arg("missing", missing[i].missing), arg("of", missing[i].of),
              arg("table", texts.word(missing[i].table)), arg("figures", texts.list(figures)),
              arg("reasons", texts.clauses(recorded(missing[i].reasons, texts)))),
        width);
  }
  return block;
}

std::string pairs_block(const StudyAnalysis& analysis, size_t width) {
  using enum Align;
  const Texts& texts = texts_of(analysis);
  const bool estimated = analysis.quality.energy_estimated;
  TextTable table(
      {texts("summary.pairs.pair"), texts("summary.pairs.n"), texts("summary.pairs.makespan"),
       texts(estimated ? "summary.pairs.saving_estimated" : "summary.pairs.saving"),
       texts("summary.pairs.a"), texts("summary.pairs.b")},
      {left, right, right, right, right, right});
  for (const analyse::PairAnalysis& pair : analysis.pairs) {
    const EffectSummary& makespan = analyse::summary_of(pair.summaries, "makespan_overhead");
    table.add_row({fmt::format("{} {}", pair.number, pair.title), fmt::format("{}", makespan.n),
                   with_interval(makespan, texts),
                   with_interval(analyse::summary_of(pair.summaries, "energy_saving"), texts),
                   alone(analyse::summary_of(pair.summaries, "concurrent_overhead_a"), texts),
                   alone(analyse::summary_of(pair.summaries, "concurrent_overhead_b"), texts)});
  }
  return heading(texts("summary.pairs.title")) + table.render(width) +
         paragraph("", texts("summary.pairs.note"), width);
}

std::string p_value(const core::Reading& p, const Texts& texts) {
  if (!p) return texts("number.missing");
  return *p < 0.001 ? "<0.001" : fmt::format("{:.3f}", *p);
}

/// The tested effects beside what they are without the runs that are marked doubtful.
std::string marked_block(const StudyAnalysis& analysis, size_t width) {
  using enum Align;
  const Texts& texts = texts_of(analysis);
  const analyse::WithoutMarkedRuns& without = analysis.without_marked;
  if (without.left_out == 0 || without.left == 0) return "";
  TextTable table(
      {texts("summary.marked.effect"), texts("summary.marked.runs"), texts("summary.marked.n"),
       texts("summary.marked.percent"), texts("summary.marked.p")},
      {left, left, right, right, right});
  const auto add = [&](const std::string& name, const std::string& runs,
                       const analyse::OverallEffect& effect) {
    table.add_row({name, runs, fmt::format("{}", effect.summary.n),
                   with_interval(effect.summary, texts), p_value(effect.adjusted_p, texts)});
  };
  for (size_t i = 0; i < analysis.overall.size(); ++i) {
    add(analysis.overall[i].summary.effect, texts("summary.marked.all"), analysis.overall[i]);
    add("", texts("summary.marked.unmarked"), without.overall[i]);
  }
  return heading(texts.plural("summary.marked.title", without.left_out)) + table.render(width) +
         paragraph("", texts("summary.marked.note"), width);
}

/// The parts of the findings in their order; findings of none of the study's questions are told by
/// their topic.
struct Section {
  const char* name;
  const char* title_id;
};
constexpr Section sections[] = {{"effects", "summary.sections.effects"},
                                {"advice", "summary.sections.advice"},
                                {"H0", "questions.H0"},
                                {"RQ1", "questions.RQ1"},
                                {"RQ2", "questions.RQ2"},
                                {"RQ3", "questions.RQ3"},
                                {"RQ4", "questions.RQ4"},
                                {"how_sure", "summary.sections.how_sure"}};

std::string section_of(const analyse::Finding& finding) {
  if (!finding.question.empty()) return finding.question;
  if (finding.topic == "advice" || finding.topic == "jobs") return "advice";
  const bool is_check = finding.topic == "noise floor" || finding.topic == "covariates" ||
                        finding.topic == "marked runs";
  return is_check ? "how_sure" : "effects";
}

std::string findings_block(const StudyAnalysis& analysis, size_t width) {
  const Texts& texts = texts_of(analysis);
  std::string block = heading(texts("summary.findings"));
  for (const Section& section : sections) {
    std::string own;
    for (const analyse::Finding& finding : analysis.findings) {
      if (section_of(finding) == section.name) own += paragraph("  - ", finding.text, width);
    }
    if (own.empty()) continue;
    block += paragraph("", texts(section.title_id), width) + own;
  }
  return block;
}

std::string problems_block(const StudyAnalysis& analysis, size_t width) {
  const Texts& texts = texts_of(analysis);
  TextTable table({texts("summary.problems.run"), texts("summary.problems.outcome"),
                   texts("summary.problems.reason")});
  size_t not_run = 0;
  for (const analyse::RunStatus& run : analysis.runs) {
    if (run.status == "ok") continue;
    if (run.status == "not run") {
      ++not_run;
      continue;
    }
    const std::string message = texts.recorded(run.message);
    table.add_row({run.run_id,
                   texts("summary.problems.named", arg("status", texts.word(run.status)),
                         arg("outcome", texts.word(run.outcome))),
                   run.advice.empty() ? message : message + " → " + texts.recorded(run.advice)});
  }
  std::string block;
  if (!table.empty()) block += "\n" + table.render(width);
  if (not_run > 0) block += "\n" + texts.plural("summary.problems.not_run", not_run) + "\n";
  return block;
}

}  // namespace

std::string terminal_summary(const StudyAnalysis& analysis, size_t width) {
  std::string summary = quality_block(analysis, width);
  if (analysis.quality.ok > 0) {
    summary += missing_block(analysis, width) + pairs_block(analysis, width) +
               marked_block(analysis, width);
  }
  return summary + findings_block(analysis, width) + problems_block(analysis, width);
}

}  // namespace tandem::report

#include "report/terminal_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
using analyse::StudyAnalysis;

/// A paragraph with a hanging indent as wide as its label.
std::string paragraph(const std::string& label, const std::string& text, size_t width) {
  const size_t indent = display_width(label);
  std::string block;
  for (const std::string& line : wrap(core::printable(text, 4000), width - indent)) {
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

std::string with_interval(const EffectSummary& summary) {
  if (!summary.percent) return "missing";
  const std::string value = number(*summary.percent);
  if (!summary.interval_percent) return value;
  return fmt::format("{} [{}, {}]", value, number(summary.interval_percent->low),
                     number(summary.interval_percent->high));
}

std::string alone(const EffectSummary& summary) {
  return summary.percent ? number(*summary.percent) : "missing";
}

/// `none (no GPU)`: the sources, and why joules are missing.
std::string energy_sources(const std::vector<std::string>& sources,
                           const std::vector<std::string>& missing) {
  const std::string names = fmt::format("{}", fmt::join(sources, ", "));
  return missing.empty() ? names : fmt::format("{} ({})", names, fmt::join(missing, "; "));
}

std::string quality_block(const StudyAnalysis& analysis, size_t width) {
  const analyse::DataQuality& quality = analysis.quality;
  std::string runs = fmt::format("{} planned, {} ok", quality.planned, quality.ok);
  const auto add = [&](size_t count, const char* what) {
    if (count > 0) runs += fmt::format(", {} {}", count, what);
  };
  add(quality.failed, "failed");
  add(quality.invalid, "invalid");
  add(quality.not_run, "not run");
  add(quality.interrupted_attempts, "interrupted attempts");
  std::string block = paragraph("Study     ", analysis.study.name, width);
  block += paragraph("Runs      ", runs, width);
  if (quality.ok > 0) {
    block += paragraph(
        "Energy    ",
        fmt::format("GPU: {}; CPU: {}",
                    energy_sources(quality.gpu_energy_sources, quality.gpu_energy_missing),
                    energy_sources(quality.cpu_energy_sources, quality.cpu_energy_missing)),
        width);
    block +=
        paragraph("Data      ",
                  fmt::format("{}, {} scale", fmt::join(quality.data, ", "), quality.scale), width);
    block +=
        paragraph("Machines  ", fmt::format("{}", fmt::join(quality.machine_classes, "; ")), width);
  }
  for (const std::string& caution : quality.cautions) block += paragraph("  ! ", caution, width);
  for (const std::string& reason : quality.estimated_instead_of) {
    block += paragraph("  ! ", "Why energy is estimated: " + reason, width);
  }
  return block;
}

/// Figures that are missing in the same rows for the same reasons stand together.
std::string missing_block(const StudyAnalysis& analysis, size_t width) {
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
    block += paragraph("  ? ",
                       fmt::format("Missing in {} of {} {}: {} ({})", missing[i].missing,
                                   missing[i].of, missing[i].table, fmt::join(figures, ", "),
                                   fmt::join(missing[i].reasons, "; ")),
                       width);
  }
  return block;
}

std::string pairs_block(const StudyAnalysis& analysis, size_t width) {
  using enum Align;
  const bool estimated = analysis.quality.energy_estimated;
  TextTable table({"pair", "n", "makespan_overhead",
                   estimated ? "energy_saving (est.)" : "energy_saving", "A", "B"},
                  {left, right, right, right, right, right});
  for (const analyse::PairAnalysis& pair : analysis.pairs) {
    const EffectSummary& makespan = analyse::summary_of(pair.summaries, "makespan_overhead");
    table.add_row({fmt::format("{} {}", pair.number, pair.title), fmt::format("{}", makespan.n),
                   with_interval(makespan),
                   with_interval(analyse::summary_of(pair.summaries, "energy_saving")),
                   alone(analyse::summary_of(pair.summaries, "concurrent_overhead_a")),
                   alone(analyse::summary_of(pair.summaries, "concurrent_overhead_b"))});
  }
  return heading("Together against one after the other, in percent") + table.render(width) +
         paragraph(
             "",
             "makespan_overhead below 0: together was faster; energy_saving above 0: together "
             "needed less. A, B: concurrent_overhead of each model. [95 % interval] over n "
             "blocks.",
             width);
}

std::string p_value(const core::Reading& p) {
  if (!p) return "none";
  return *p < 0.001 ? "<0.001" : fmt::format("{:.3f}", *p);
}

/// The tested effects beside what they are without the runs that are marked doubtful.
std::string marked_block(const StudyAnalysis& analysis, size_t width) {
  using enum Align;
  const analyse::WithoutMarkedRuns& without = analysis.without_marked;
  if (without.left_out == 0) return "";
  TextTable table({"effect", "runs", "n", "percent", "p"}, {left, left, right, right, right});
  const auto add = [&](const std::string& name, const char* runs,
                       const analyse::OverallEffect& effect) {
    table.add_row({name, runs, fmt::format("{}", effect.summary.n), with_interval(effect.summary),
                   p_value(effect.adjusted_p)});
  };
  for (size_t i = 0; i < analysis.overall.size(); ++i) {
    add(analysis.overall[i].summary.effect, "all", analysis.overall[i]);
    add("", "unmarked", without.overall[i]);
  }
  return heading(fmt::format("With all runs and without the {} marked {}", without.left_out,
                             without.left_out == 1 ? "run" : "runs")) +
         table.render(width) +
         paragraph("", "[95 % interval] over n pairs; p of the t-test, adjusted (Holm).", width);
}

/// The questions of a study, in the order of the summary; findings of none of them are told by
/// their topic.
constexpr std::pair<const char*, const char*> sections[] = {
    {"", "Effects of running together"},
    {"advice", "What to run together"},
    {"H0", "H0: concurrency does not change the sensitivity to hyperparameters"},
    {"RQ1", "RQ1: is another setting the best under concurrency?"},
    {"RQ2", "RQ2: what B's setting does to A"},
    {"RQ3", "RQ3: kinds of pair"},
    {"RQ4", "RQ4: energy-best and performance-best settings"},
    {"how sure", "How sure"},
};

std::string section_of(const analyse::Finding& finding) {
  if (!finding.question.empty()) return finding.question;
  if (finding.topic == "advice" || finding.topic == "jobs") return "advice";
  const bool is_check = finding.topic == "noise floor" || finding.topic == "covariates" ||
                        finding.topic == "marked runs";
  return is_check ? "how sure" : "";
}

std::string findings_block(const StudyAnalysis& analysis, size_t width) {
  std::string block = heading("Findings");
  for (const auto& [section, title] : sections) {
    std::string own;
    for (const analyse::Finding& finding : analysis.findings) {
      if (section_of(finding) == section) own += paragraph("  - ", finding.text, width);
    }
    if (!own.empty()) block += paragraph("", title, width) + own;
  }
  return block;
}

std::string problems_block(const StudyAnalysis& analysis, size_t width) {
  TextTable table({"run that doesn't count", "outcome", "reason"});
  size_t not_run = 0;
  for (const analyse::RunStatus& run : analysis.runs) {
    if (run.status == "ok") continue;
    if (run.status == "not run") {
      ++not_run;
      continue;
    }
    const std::string reason = run.advice.empty() ? run.message : run.message + " → " + run.advice;
    table.add_row({run.run_id, run.status + ": " + run.outcome, reason});
  }
  std::string block;
  if (!table.empty()) block += "\n" + table.render(width);
  if (not_run > 0) {
    block += fmt::format("\n{} planned run{} no result yet.\n", not_run,
                         not_run == 1 ? " has" : "s have");
  }
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

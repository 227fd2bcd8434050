#include <fmt/format.h>

#include <map>

#include "analyse/data_quality.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/text.h"
#include "report/text_table.h"

namespace tandem::cli {
namespace {

using core::Json;
using report::Align;
using report::TextTable;
using study::Cell;

std::string changed_value(const study::Setting& setting) {
  return setting.hyperparameter.empty() ? "" : core::format_number(setting.value);
}

/// A pair's experiments of one repetition, and how many runs the whole study needs.
void print_plan(const OpenStudy& open) {
  const study::Study& study = open.study;
  fmt::print("Study {}: {} pair{}, {} repetition{}, {} scale on {}\n", study.name,
             study.pairs.size(), study.pairs.size() == 1 ? "" : "s", study.repetitions,
             study.repetitions == 1 ? "" : "s", study::name_of(study.scale),
             study::name_of(study.device));
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const study::StudyPair& models = study.pairs[pair];
    fmt::print("\nPair {}: A {}, B {}\n", pair + 1, models.a, models.b);
    TextTable table({"no.", "runs", "B's setting", "value", "expected"},
                    {Align::right, Align::left, Align::left, Align::right, Align::right});
    const auto settings = study::settings_of(study, models, open.catalogue);
    std::map<std::string, std::string> values;
    for (const study::Setting& setting : settings) values[setting.name] = changed_value(setting);
    for (const Cell& cell : open.plan.cells) {
      if (cell.pair != pair || cell.repetition != 1) continue;
      const study::Experiment& experiment = cell.experiment;
      const std::string a = analyse::workload_label(models.a);
      const std::string b = analyse::workload_label(models.b);
      table.add_row({std::to_string(experiment.number),
                     experiment.concurrent ? a + " ∥ " + b
                     : experiment.of_a     ? a
                                           : b,
                     experiment.of_a ? "" : experiment.setting,
                     experiment.of_a ? "" : values[experiment.setting],
                     core::format_duration(open.plan.runs[cell.run].expected_s)});
    }
    fmt::print("{}", table.render());
  }
  size_t concurrent = 0;
  for (const study::PlannedRun& run : open.plan.runs) concurrent += run.spec.concurrent() ? 1 : 0;
  const size_t runs = open.plan.runs.size();
  fmt::print("\n");
  print_wrapped(fmt::format("{} experiments, {} distinct runs: {} concurrent + {} solo ({}).",
                            open.plan.cells.size(), runs, concurrent, runs - concurrent,
                            study.solo_runs == study::SoloRuns::shared
                                ? "solo runs shared between pairs"
                                : "literal: every pair has its own"));
  print_wrapped(
      fmt::format("Order: {}. Overlap: {}. {} thread{} each, wait policy {}, {}.",
                  study.order == study::RunOrder::randomised
                      ? fmt::format("randomised within each repetition, seed {}", study.order_seed)
                      : "as listed",
                  study::name_of(study.overlap), study.resources.threads,
                  study.resources.threads == 1 ? "" : "s", study.resources.wait_policy,
                  study.resources.cores.empty()
                      ? "not pinned"
                      : fmt::format("pinned to cores {}", fmt::join(study.resources.cores, ","))));
  print_wrapped(
      fmt::format("Expected time: {} (from the catalogue; loading and start-up not counted).",
                  core::format_duration(open.plan.expected_s())));
}

Json plan_document(const OpenStudy& open) {
  Json cells = Json::array();
  for (const Cell& cell : open.plan.cells) {
    cells.push_back({{"pair", cell.pair + 1},
                     {"experiment", cell.experiment.number},
                     {"setting", cell.experiment.setting},
                     {"mode", cell.experiment.concurrent ? "concurrent" : "solo"},
                     {"repetition", cell.repetition},
                     {"run_id", open.plan.runs[cell.run].id}});
  }
  return {{"experiment_name", open.study.name},
          {"machine_class", open.machine_class},
          {"expected_s", open.plan.expected_s()},
          {"distinct_runs", open.plan.runs.size()},
          {"experiments", open.plan.cells.size()},
          {"runs", planned_runs_document(open.plan)},
          {"cells", std::move(cells)}};
}

}  // namespace

void add_plan_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("plan", "Show what a study will run, and how long it takes");
  command->footer("Example: tandem plan studies/seed-full.json");
  const auto options = add_study_and_json(*command);
  command->callback([options] {
    const OpenStudy open = open_study(options->open);
    if (options->as_json) {
      print_json(plan_document(open));
    } else {
      print_plan(open);
    }
  });
}

}  // namespace tandem::cli

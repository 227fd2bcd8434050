#include <fmt/format.h>

#include <map>
#include <memory>

#include "analyse/data_quality.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/plan_outlook.h"
#include "core/file.h"
#include "core/text.h"
#include "report/gantt.h"
#include "report/plan_page.h"
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

void print_devices(const OpenStudy& open, const PlanOutlook& outlook) {
  const study::Study& study = open.study;
  const auto more = [&](double seconds) {
    return fmt::format("{} ({:+.1f} %)", core::format_duration(seconds),
                       100 * (seconds / outlook.bound_s - 1));
  };
  TextTable table({"device", "runs", "busy"}, {Align::left, Align::right, Align::right});
  for (size_t device = 0; device < study.devices.size(); ++device) {
    double busy_s = 0;
    int runs = 0;
    for (const study::ScheduledTask& task : outlook.schedule.tasks) {
      if (task.device != device) continue;
      busy_s += task.end_s - task.start_s;
      ++runs;
    }
    table.add_row(
        {study.devices[device].name(), std::to_string(runs), core::format_duration(busy_s)});
  }
  fmt::print("\n{}", table.render());
  const std::string bound =
      fmt::format("No schedule of {} devices can be shorter than {}.", study.devices.size(),
                  core::format_duration(outlook.bound_s));
  print_wrapped(
      study.device_affinity == study::DeviceAffinity::block
          ? fmt::format("Done in {}, each pair's runs of a repetition on one device, so that all "
                        "that is compared comes from one; with device_affinity \"any\" in {}. {}",
                        more(outlook.schedule.makespan_s), more(outlook.any_s), bound)
          : fmt::format("Done in {}, each run on whichever device is free: what is compared may "
                        "come from different ones. {}",
                        more(outlook.schedule.makespan_s), bound));
}

/// A pair's experiments of one repetition, and how many runs the whole study needs.
void print_plan(const OpenStudy& open, const PlanOutlook& outlook) {
  const study::Study& study = open.study;
  fmt::print("Study {}: {} pair{}, {} repetition{}, {} scale on {}\n", study.name,
             study.pairs.size(), study.pairs.size() == 1 ? "" : "s", study.repetitions,
             study.repetitions == 1 ? "" : "s", study::name_of(study.scale),
             study::name_of(study.device));
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const study::StudyPair& models = study.pairs[pair];
    fmt::print("\n");
    print_wrapped(fmt::format("Pair {}: A {}, B {}", pair + 1, models.a, models.b));
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
  const bool keeps_blocks =
      !study.devices.empty() && study.device_affinity == study::DeviceAffinity::block;
  size_t concurrent = 0;
  for (const study::PlannedRun& run : open.plan.runs) concurrent += run.spec.concurrent() ? 1 : 0;
  const size_t runs = open.plan.runs.size();
  fmt::print("\n");
  print_wrapped(fmt::format("{} experiments, {} distinct runs: {} concurrent + {} solo ({}).",
                            open.plan.cells.size(), runs, concurrent, runs - concurrent,
                            study.solo_runs == study::SoloRuns::shared
                                ? keeps_blocks ? "solo runs shared between the pairs of a device"
                                               : "solo runs shared between pairs"
                                : "literal: every pair has its own"));
  const bool takes_longest_first = !study.devices.empty() && !keeps_blocks;
  const bool has_core_sets = !study.devices.empty() && !study.devices[0].cores.empty();
  print_wrapped(
      fmt::format("Order: {}. Overlap: {}. {} thread{} each, wait policy {}, {}.",
                  takes_longest_first ? "in each repetition the longest first"
                  : study.order == study::RunOrder::randomised
                      ? fmt::format("randomised within each repetition, seed {}", study.order_seed)
                      : "as listed",
                  study::name_of(study.overlap), study.resources.threads,
                  study.resources.threads == 1 ? "" : "s", study.resources.wait_policy,
                  has_core_sets ? "pinned to the device's cores"
                  : study.resources.cores.empty()
                      ? "not pinned"
                      : fmt::format("pinned to cores {}", fmt::join(study.resources.cores, ","))));
  if (study.sharing != study::Sharing{}) {
    print_wrapped(fmt::format("The GPU is shared by {}.", study::describe(study.sharing)));
  }
  if (!study.devices.empty()) print_devices(open, outlook);
  for (const std::string& sentence : forecast_sentences(open, outlook)) print_wrapped(sentence);
  fmt::print("\n{}\n",
             report::gantt_text(outlook.gantt, 80, core::Texts::in(core::Language::english)));
  const report::PlanTable detectable = detectable_table(outlook);
  TextTable table(detectable.headers, std::vector<Align>(detectable.headers.size(), Align::right));
  for (const auto& row : detectable.rows) table.add_row(row);
  fmt::print("{}:\n{}", detectable.title, table.render());
  print_wrapped(detectable.note);
}

Json devices_document(const OpenStudy& open, const PlanOutlook& outlook) {
  Json devices = Json::array();
  for (const study::StudyDevice& device : open.study.devices) devices.push_back(device.name());
  Json schedule = Json::array();
  for (size_t run = 0; run < open.plan.runs.size(); ++run) {
    const study::ScheduledTask& task = outlook.schedule.tasks[run];
    schedule.push_back({{"run_id", open.plan.runs[run].id},
                        {"device", open.study.devices[task.device].name()},
                        {"start_s", task.start_s},
                        {"end_s", task.end_s}});
  }
  return {{"names", std::move(devices)},
          {"affinity", study::name_of(open.study.device_affinity)},
          {"makespan_s", outlook.schedule.makespan_s},
          {"lower_bound_s", outlook.bound_s},
          {"makespan_of_any_s", outlook.any_s},
          {"schedule", std::move(schedule)}};
}

Json plan_document(const OpenStudy& open, const PlanOutlook& outlook) {
  Json cells = Json::array();
  for (const Cell& cell : open.plan.cells) {
    cells.push_back({{"pair", cell.pair + 1},
                     {"experiment", cell.experiment.number},
                     {"setting", cell.experiment.setting},
                     {"mode", cell.experiment.concurrent ? "concurrent" : "solo"},
                     {"repetition", cell.repetition},
                     {"run_id", open.plan.runs[cell.run].id}});
  }
  return {{"devices", open.study.devices.empty() ? Json() : devices_document(open, outlook)},
          {"experiment_name", open.study.name},
          {"machine_class", open.machine_class},
          {"expected_s", open.plan.expected_s()},
          {"distinct_runs", open.plan.runs.size()},
          {"experiments", open.plan.cells.size()},
          {"forecast", to_document(open, outlook)},
          {"runs", planned_runs_document(open.plan)},
          {"cells", std::move(cells)}};
}

}  // namespace

void add_plan_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("plan", "Show what a study will run, what it costs and what it can show");
  command->footer(
      "Example: tandem plan studies/seed-full.json\n"
      "         tandem plan studies/seed-full.json --pilot results/seed-pilot --html plan.html");
  struct Options {
    OpenOptions open;
    OutlookSources sources;
    std::filesystem::path html;
    bool as_json = false;
  };
  const auto options = std::make_shared<Options>();
  add_study_options(*command, options->open);
  add_device_option(*command, options->open);
  command->add_option("--pilot", options->sources.pilot,
                      "Folder of a study that has been run: forecast and scatter from its runs");
  command->add_option("--catalogue", options->sources.catalogue,
                      "A machine's own figures for the forecast");
  command->add_option("--html", options->html,
                      "Write the plan as one page that needs nothing else");
  add_json_flag(*command, options->as_json);
  command->callback([options] {
    const OpenStudy open = open_study(options->open);
    refuse_imported(open, "plan");
    const PlanOutlook outlook = outlook_of(open, options->sources);
    if (!options->html.empty()) {
      core::write_file_atomically(options->html, report::plan_page(plan_page_of(open, outlook)));
    }
    if (options->as_json) return print_json(plan_document(open, outlook));
    print_plan(open, outlook);
    if (!options->html.empty()) fmt::print("Page: {}\n", options->html.string());
  });
}

}  // namespace tandem::cli

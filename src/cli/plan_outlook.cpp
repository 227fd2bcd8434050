#include "cli/plan_outlook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analyse/data_quality.h"
#include "core/error.h"
#include "core/text.h"
#include "study/measured_catalogue.h"

namespace tandem::cli {
namespace {

using analyse::Detectable;
using analyse::Forecast;
using analyse::PilotSpread;
using core::Json;
using core::Reading;

std::string device_name(const OpenStudy& open, size_t device) {
  if (!open.study.devices.empty()) return open.study.devices[device].name();
  return open.study.device == study::Device::cuda ? "GPU" : "CPU";
}

/// The plan with the forecast's seconds in the place of the catalogue's.
study::Plan with_forecast(study::Plan plan, const Forecast& forecast) {
  for (size_t run = 0; run < plan.runs.size(); ++run) {
    plan.runs[run].expected_s = forecast.runs[run].seconds;
  }
  return plan;
}

std::string run_name(const study::RunSpec& spec) {
  std::string name;
  for (const study::ParticipantSpec& participant : spec.participants) {
    name += (name.empty() ? "" : " ∥ ") + analyse::workload_label(participant.workload);
  }
  return name;
}

report::Gantt gantt_of(const OpenStudy& open, const study::Schedule& schedule) {
  report::Gantt gantt;
  for (size_t device = 0; device < open.study.device_count(); ++device) {
    gantt.rows.push_back(device_name(open, device));
  }
  gantt.end_s = schedule.makespan_s;
  for (size_t run = 0; run < open.plan.runs.size(); ++run) {
    const study::ScheduledTask& task = schedule.tasks[run];
    const study::RunSpec& spec = open.plan.runs[run].spec;
    gantt.bars.push_back({task.device, task.start_s, task.end_s, spec.concurrent(),
                          fmt::format("{}, repetition {}: {} to {} ({})", run_name(spec),
                                      spec.repetition, core::format_duration(task.start_s),
                                      core::format_duration(task.end_s), open.plan.runs[run].id)});
  }
  return gantt;
}

std::vector<size_t> numbers_of_differences(const study::Study& study) {
  std::set<size_t> numbers = {
      2, 3, 5, 8, 12, 20, 30, study.pairs.size(), static_cast<size_t>(study.repetitions)};
  numbers.erase(0);
  numbers.erase(1);
  return {numbers.begin(), numbers.end()};
}

std::string percent(const Reading& reading) {
  return reading ? fmt::format("{:.3g} %", *reading) : "-";
}

std::string energy(const Forecast& forecast, const Reading& joules) {
  if (!joules) return "not known: " + joules.reason();
  return fmt::format("{} ({:.2f} kWh; {})", core::format_energy(*joules), *joules / 3.6e6,
                     fmt::join(forecast.energy_sources, ", "));
}

std::string bases(const Forecast& forecast) {
  std::map<analyse::ForecastBasis, int> counts;
  for (const analyse::RunForecast& run : forecast.runs) ++counts[run.basis];
  std::string text;
  for (const auto& [basis, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, analyse::name_of(basis));
  }
  return text;
}

std::string error_sentence(const analyse::ForecastError& error, const char* of) {
  if (error.runs == 0) return "";
  return fmt::format(
      "The catalogue's forecast of {} was off by {:+.1f} % on average and {:.1f} % in absolute "
      "value, "
      "over {} run{} that ended ok.",
      of, *error.mean_percent, *error.mean_absolute_percent, error.runs,
      error.runs == 1 ? "" : "s");
}

const char* other_solo_runs(const study::Study& study) {
  return study.solo_runs == study::SoloRuns::shared ? "literal" : "shared";
}

/// The study's catalogue with a machine's own figures. They change the forecast alone: the plan,
/// and with it the order and the devices of the runs, is the one that `tandem run` makes.
study::Catalogue catalogue_for_forecast(const OpenStudy& open, const std::filesystem::path& file) {
  if (file.empty()) return open.catalogue;
  study::MeasuredCatalogue measured = study::read_measured_catalogue(file);
  const auto require = [&](const char* place, const std::string& found,
                           const std::string& expected) {
    if (found == expected) return;
    throw core::UserError(file.string(), {{place, core::in_quotes(found),
                                           expected + ", as the study: figures of different ones "
                                                      "are never mixed"}});
  };
  require("$.scale", study::name_of(measured.scale), study::name_of(open.study.scale));
  require("$.device", study::name_of(measured.device), study::name_of(open.study.device));
  // Figures of workloads that the study has nothing to do with don't matter.
  const std::vector<std::string> ids = open.catalogue.ids();
  std::erase_if(measured.workloads, [&](const auto& entry) {
    return std::find(ids.begin(), ids.end(), entry.first) == ids.end();
  });
  return study::with_measured(open.catalogue, measured);
}

Json to_json(const analyse::ForecastError& error) {
  return {{"runs", error.runs},
          {"mean_percent", error.mean_percent},
          {"mean_absolute_percent", error.mean_absolute_percent}};
}

}  // namespace

PlanOutlook outlook_of(const OpenStudy& open, const OutlookSources& sources) {
  PlanOutlook outlook;
  std::vector<record::RunResult> results = open.store.read_all();
  if (!results.empty()) {
    outlook.spread_source = "the study's own runs";
    outlook.spreads = analyse::pilot_spreads(open.study, open.plan, open.catalogue, results);
  }
  if (!sources.pilot.empty()) {
    const OpenStudy of_pilot = open_study({sources.pilot, {}, {}, {}});
    refuse_imported(of_pilot, "plan");
    const std::vector<record::RunResult> runs = of_pilot.store.read_all();
    if (runs.empty()) {
      throw core::UserError(fmt::format("--pilot: '{}' holds no results; run it first",
                                        of_pilot.store.folder().string()));
    }
    outlook.spread_source = fmt::format("the pilot {}", of_pilot.study.name);
    outlook.spreads =
        analyse::pilot_spreads(of_pilot.study, of_pilot.plan, of_pilot.catalogue, runs);
    results.insert(results.end(), runs.begin(), runs.end());
  }
  const study::Catalogue catalogue = catalogue_for_forecast(open, sources.catalogue);
  outlook.forecast = analyse::make_forecast(open.plan, catalogue, results);
  const size_t devices = open.study.device_count();
  outlook.schedule = study::expected_schedule(with_forecast(open.plan, outlook.forecast), devices);
  study::Study unbound = open.study;
  unbound.device_affinity = study::DeviceAffinity::any;
  const study::Plan any = study::make_plan(unbound, open.catalogue, open.machine_class);
  const study::Schedule any_schedule = study::expected_schedule(
      with_forecast(any, analyse::make_forecast(any, catalogue, results)), devices);
  outlook.bound_s = any_schedule.lower_bound_s;
  outlook.any_s = any_schedule.makespan_s;
  outlook.gantt = gantt_of(open, outlook.schedule);

  study::Study other = open.study;
  other.solo_runs = other.solo_runs == study::SoloRuns::shared ? study::SoloRuns::literal
                                                               : study::SoloRuns::shared;
  const study::Plan other_plan = study::make_plan(other, open.catalogue, open.machine_class);
  outlook.other_runs = other_plan.runs.size();
  outlook.other_s = other_plan.expected_s();
  const std::vector<size_t> numbers = numbers_of_differences(open.study);
  outlook.detectable = analyse::detectable_effects(numbers, outlook.spreads);
  return outlook;
}

std::vector<std::string> forecast_sentences(const OpenStudy& open, const PlanOutlook& outlook) {
  const Forecast& forecast = outlook.forecast;
  std::vector<std::string> sentences;
  sentences.push_back(
      fmt::format("Expected time: {} of runs ({}); loading, start-up and pauses not counted.",
                  core::format_duration(forecast.total_s), bases(forecast)));
  sentences.push_back("Expected energy: " + energy(forecast, forecast.total_joules) + ".");
  if (forecast.made > 0) {
    sentences.push_back(fmt::format("Made: {} of {} runs. Left: {}; energy {}.", forecast.made,
                                    open.plan.runs.size(), core::format_duration(forecast.left_s),
                                    energy(forecast, forecast.left_joules)));
  }
  for (const std::string& sentence : {error_sentence(forecast.duration_error, "time"),
                                      error_sentence(forecast.energy_error, "energy")}) {
    if (!sentence.empty()) sentences.push_back(sentence);
  }
  sentences.insert(sentences.end(), forecast.notes.begin(), forecast.notes.end());
  sentences.push_back(fmt::format("With {} solo runs: {} runs, {} by the catalogue.",
                                  other_solo_runs(open.study), outlook.other_runs,
                                  core::format_duration(outlook.other_s)));
  return sentences;
}

report::PlanTable detectable_table(const PlanOutlook& outlook) {
  report::PlanTable table;
  table.title = "What n paired differences can detect";
  table.headers = {"n", "in deviations"};
  std::string columns;
  char column = 'a';
  for (const PilotSpread& spread : outlook.spreads) {
    table.headers.push_back(std::string(1, column));
    const std::string scatter = spread.standard_deviation
                                    ? fmt::format("standard deviation {:.3g} %",
                                                  100 * std::expm1(*spread.standard_deviation))
                                    : spread.standard_deviation.reason();
    columns += fmt::format(" {}: {} over {} ({}, {} differences).", column, spread.outcome,
                           spread.over, scatter, spread.differences);
    ++column;
  }
  for (const Detectable& row : outlook.detectable) {
    std::vector<std::string> cells = {
        std::to_string(row.n), row.in_deviations ? fmt::format("{:.2f}", *row.in_deviations) : "-"};
    for (const Reading& reading : row.percent) cells.push_back(percent(reading));
    table.rows.push_back(std::move(cells));
  }
  table.note =
      "The smallest difference between concurrent and solo that the two-sided paired t-test at 5 % "
      "finds with probability 80 %, n being repetitions within a pair, or pairs. ";
  table.note +=
      outlook.spread_source.empty()
          ? "In standard deviations of the differences: without runs nobody knows how much "
            "they scatter; --pilot FOLDER takes that from a pilot."
          : "Scatter from " + outlook.spread_source + "." + columns;
  return table;
}

report::PlanPage plan_page_of(const OpenStudy& open, const PlanOutlook& outlook) {
  const study::Study& study = open.study;
  const size_t concurrent = static_cast<size_t>(
      std::count_if(open.plan.runs.begin(), open.plan.runs.end(),
                    [](const study::PlannedRun& run) { return run.spec.concurrent(); }));
  report::PlanPage page;
  page.title = "Plan of the study " + study.name;
  page.facts = {
      {"Runs", fmt::format("{} ({} concurrent, {} alone, {})", open.plan.runs.size(), concurrent,
                           open.plan.runs.size() - concurrent,
                           study.solo_runs == study::SoloRuns::shared ? "shared" : "literal")},
      {"Time", core::format_duration(outlook.forecast.total_s)},
      {"Energy", energy(outlook.forecast, outlook.forecast.total_joules)},
      {"Pairs", fmt::format("{}, {} experiments{}", study.pairs.size(), open.plan.cells.size(),
                            study.mutate_both ? ", each pair in both roles" : "")},
      {"Repetitions", std::to_string(study.repetitions)},
      {"Order", study.order == study::RunOrder::randomised
                    ? fmt::format("randomised in blocks, seed {}", study.order_seed)
                    : "as listed"},
      {"Scale, device",
       fmt::format("{}, {}", study::name_of(study.scale), study::name_of(study.device))},
      {"Machine", open.machine_class}};
  if (study.device_count() > 1) {
    page.facts.insert(page.facts.begin() + 2,
                      {fmt::format("Done on {} devices in", study.device_count()),
                       fmt::format("{} (no schedule is shorter than {})",
                                   core::format_duration(outlook.schedule.makespan_s),
                                   core::format_duration(outlook.bound_s))});
  }
  page.notes = forecast_sentences(open, outlook);
  page.gantt = outlook.gantt;

  report::PlanTable mutated{"What is changed",
                            {"hyperparameter", "levels"},
                            {},
                            study.mutate_both ? "Of both models of each pair, one at a time."
                                              : "Of model B of each pair; A keeps its defaults."};
  for (const study::MutatedHyperparameter& one : study.mutated) {
    std::vector<std::string> levels;
    for (const study::Level& level : one.levels) {
      levels.push_back(level.name + ": " + level.expression.text());
    }
    mutated.rows.push_back({one.name, fmt::format("{}", fmt::join(levels, ", "))});
  }
  page.tables.push_back(std::move(mutated));

  report::PlanTable pairs{
      "Pairs",
      {"no.", "A", "B", "experiments", "time"},
      {},
      "Time of one repetition's experiments; solo runs that pairs share count in "
      "each of them."};
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    double seconds = 0;
    int experiments = 0;
    for (const study::Cell& cell : open.plan.cells) {
      if (cell.pair != pair || cell.repetition != 1) continue;
      seconds += outlook.forecast.runs[cell.run].seconds;
      ++experiments;
    }
    pairs.rows.push_back({std::to_string(pair + 1), study.pairs[pair].a, study.pairs[pair].b,
                          std::to_string(experiments), core::format_duration(seconds)});
  }
  page.tables.push_back(std::move(pairs));
  page.tables.push_back(detectable_table(outlook));

  report::PlanTable runs{"Runs in their order",
                         {"no.", "device", "start", "runs", "setting", "time", "energy", "basis"},
                         {},
                         "basis: what the forecast of the time rests on."};
  std::map<size_t, std::string> settings;
  for (const study::Cell& cell : open.plan.cells) {
    settings.try_emplace(cell.run, cell.experiment.of_a ? "default" : cell.experiment.setting);
  }
  for (const size_t run : study::session_order(open.plan, study.device_count())) {
    const analyse::RunForecast& of_run = outlook.forecast.runs[run];
    const study::ScheduledTask& task = outlook.schedule.tasks[run];
    runs.rows.push_back({std::to_string(runs.rows.size() + 1), device_name(open, task.device),
                         core::format_duration(task.start_s), run_name(open.plan.runs[run].spec),
                         settings[run], core::format_duration(of_run.seconds),
                         of_run.joules ? core::format_energy(*of_run.joules) : "not known",
                         analyse::name_of(of_run.basis)});
  }
  page.tables.push_back(std::move(runs));
  return page;
}

Json to_document(const OpenStudy& open, const PlanOutlook& outlook) {
  const Forecast& forecast = outlook.forecast;
  Json runs = Json::array();
  for (size_t run = 0; run < forecast.runs.size(); ++run) {
    const analyse::RunForecast& of_run = forecast.runs[run];
    const study::ScheduledTask& task = outlook.schedule.tasks[run];
    runs.push_back({{"run_id", open.plan.runs[run].id},
                    {"seconds", of_run.seconds},
                    {"basis", analyse::name_of(of_run.basis)},
                    {"joules", of_run.joules},
                    {"energy_basis", analyse::name_of(of_run.energy_basis)},
                    {"device", task.device},
                    {"start_s", task.start_s}});
  }
  Json spreads = Json::array();
  for (const PilotSpread& spread : outlook.spreads) {
    spreads.push_back({{"outcome", spread.outcome},
                       {"over", spread.over},
                       {"differences", spread.differences},
                       {"standard_deviation_log", spread.standard_deviation}});
  }
  Json detectable = Json::array();
  for (const Detectable& row : outlook.detectable) {
    detectable.push_back(
        {{"n", row.n}, {"in_deviations", row.in_deviations}, {"percent", row.percent}});
  }
  return {{"total_s", forecast.total_s},
          {"left_s", forecast.left_s},
          {"total_joules", forecast.total_joules},
          {"left_joules", forecast.left_joules},
          {"energy_sources", forecast.energy_sources},
          {"made", forecast.made},
          {"catalogue_duration_error", to_json(forecast.duration_error)},
          {"catalogue_energy_error", to_json(forecast.energy_error)},
          {"notes", forecast.notes},
          {"makespan_s", outlook.schedule.makespan_s},
          {"lower_bound_s", outlook.bound_s},
          {"makespan_of_any_s", outlook.any_s},
          {"other_solo_runs",
           {{"solo_runs", other_solo_runs(open.study)},
            {"distinct_runs", outlook.other_runs},
            {"expected_s", outlook.other_s}}},
          {"spread_source", outlook.spread_source},
          {"spreads", std::move(spreads)},
          {"detectable", std::move(detectable)},
          {"runs", std::move(runs)}};
}

}  // namespace tandem::cli

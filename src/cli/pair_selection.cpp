#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "analyse/data_quality.h"
#include "cli/options.h"
#include "cli/pair_options.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "report/text_table.h"
#include "study/selection/coverage.h"
#include "study/selection/selection.h"
#include "study/study_file.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;
using report::Align;
using report::TextTable;
using study::Coverage;
using study::Criterion;
using study::PairSpace;
using study::Selection;
using study::SelectionOptions;

/// Texts as they stand on the command line.
struct SelectionArguments {
  PairOptions pairs;
  SelectionOptions selection;
  std::vector<std::string> strata;
  std::string allocation = "proportional";
  std::string neyman_of = "duration";
  std::string spread = "maximin";
  std::string memory_factors = "lighter-and-heavier";
  fs::path output;
  std::string name;
  std::string scale;
  std::string device;
};

void add_selection_options(CLI::App& command, SelectionArguments& arguments) {
  SelectionOptions& selection = arguments.selection;
  command.add_option("--count", selection.count, "How many pairs")->capture_default_str();
  command.add_option("--seed", selection.seed, "Of the random draws")->capture_default_str();
  command
      .add_option("--at-most-per-model", selection.at_most_per_model,
                  "In how many pairs a model may be (default: no limit)")
      ->check(CLI::Range(1, 1'000'000));
  std::vector<std::string> criteria;
  for (const Criterion criterion : study::all_criteria()) {
    criteria.push_back(study::name_of(criterion));
  }
  command
      .add_option("--strata", arguments.strata,
                  fmt::format("What stratified goes by, several are crossed: {} (default: "
                              "memory-class)",
                              fmt::join(criteria, ", ")))
      ->expected(1, -1);
  command.add_option("--allocation", arguments.allocation, "How pairs are shared out to strata")
      ->capture_default_str()
      ->check(CLI::IsMember({"proportional", "equal", "neyman"}));
  command
      .add_option("--neyman-of", arguments.neyman_of,
                  "Of what Neyman's allocation takes the standard deviation")
      ->capture_default_str()
      ->check(CLI::IsMember({"duration", "memory", "utilisation"}));
  command.add_option("--spread", arguments.spread, "How representative fills the space")
      ->capture_default_str()
      ->check(CLI::IsMember({"maximin", "k-medoids"}));
  command
      .add_option("--memory-factors", arguments.memory_factors,
                  "Whose memory classes d-optimal speaks of")
      ->capture_default_str()
      ->check(CLI::IsMember({"lighter-and-heavier", "a-and-b"}));
}

SelectionOptions options_of(const SelectionArguments& arguments) {
  SelectionOptions options = arguments.selection;
  if (!arguments.strata.empty()) options.strata.clear();
  for (const std::string& name : arguments.strata) {
    options.strata.push_back(study::criterion_of(name));
  }
  options.allocation = arguments.allocation == "equal"    ? study::Allocation::equal
                       : arguments.allocation == "neyman" ? study::Allocation::neyman
                                                          : study::Allocation::proportional;
  options.neyman_of = arguments.neyman_of == "memory"        ? study::StratumVariable::memory
                      : arguments.neyman_of == "utilisation" ? study::StratumVariable::utilisation
                                                             : study::StratumVariable::duration;
  options.spread =
      arguments.spread == "k-medoids" ? study::Spread::k_medoids : study::Spread::maximin;
  options.memory_factors = arguments.memory_factors == "a-and-b"
                               ? study::MemoryFactors::a_and_b
                               : study::MemoryFactors::lighter_and_heavier;
  return options;
}

std::string hours(const core::Reading& reading) {
  return reading ? fmt::format("{:.1f}", *reading) : "-";
}

std::string covered(const study::LevelCoverage& levels) {
  return fmt::format("{} of {}", levels.levels_selected(), levels.feasible.size());
}

std::string share(const study::RangeCoverage& range) {
  return fmt::format("{:.0f} %", 100 * range.share());
}

Json document_of(const Coverage& coverage) {
  Json levels = Json::object();
  for (const auto& [criterion, of_criterion] : coverage.levels) {
    levels[study::name_of(criterion)] = {{"feasible", of_criterion.feasible},
                                         {"selected", of_criterion.selected}};
  }
  const auto range = [](const study::RangeCoverage& of) {
    return Json{{"least", of.least},
                {"most", of.most},
                {"feasible_least", of.feasible_least},
                {"feasible_most", of.feasible_most},
                {"share", of.share()}};
  };
  return {{"levels", std::move(levels)},
          {"memory_mb", range(coverage.memory_mb)},
          {"gpu_util_percent", range(coverage.util_percent)},
          {"models_used", coverage.models_used},
          {"models", coverage.models},
          {"uses", coverage.uses},
          {"expected_hours_shared", coverage.hours_shared},
          {"expected_hours_literal", coverage.hours_literal},
          {"d_efficiency", coverage.d_efficiency}};
}

Json document_of(const Selection& selection, const Coverage& coverage) {
  Json pairs = Json::array();
  for (const study::SelectedPair& selected : selection.pairs) {
    pairs.push_back({{"model_a", selected.pair.a->id()},
                     {"model_b", selected.pair.b->id()},
                     {"type", selected.pair.type()},
                     {"memory_mb", selected.pair.memory_mb()},
                     {"gpu_util_percent", selected.pair.gpu_util_percent()},
                     {"gpu_use", study::name_of(study::complementarity_of(selected.pair))},
                     {"reason", selected.reason}});
  }
  Json document = {{"method", selection.method},
                   {"seed", selection.seed},
                   {"pairs", std::move(pairs)},
                   {"covers", selection.statements},
                   {"coverage", document_of(coverage)}};
  if (!selection.strata.empty()) {
    Json strata = Json::array();
    for (const study::StratumShare& stratum : selection.strata) {
      strata.push_back({{"stratum", stratum.name},
                        {"pairs", stratum.pairs},
                        {"quota", stratum.quota},
                        {"taken", stratum.taken}});
    }
    document["strata"] = std::move(strata);
  }
  if (selection.design) {
    document["design"] = {{"d_efficiency", selection.design->d_efficiency},
                          {"effects", selection.design->effects},
                          {"candidates", selection.design->candidates},
                          {"sampled", selection.design->sampled}};
  }
  return document;
}

void print_selection(const Selection& selection, const Coverage& coverage,
                     const PairSource& source) {
  fmt::print("{} pairs by {}, seed {}\n\n", selection.pairs.size(), selection.method,
             selection.seed);
  TextTable table({"no.", "A", "B", "type", "MB", "GPU %", "why"},
                  {Align::right, Align::left, Align::left, Align::left, Align::right, Align::right,
                   Align::left});
  for (const study::SelectedPair& selected : selection.pairs) {
    table.add_row({std::to_string(&selected - selection.pairs.data() + 1),
                   analyse::workload_label(selected.pair.a->id()),
                   analyse::workload_label(selected.pair.b->id()), selected.pair.type(),
                   fmt::format("{:.0f}", selected.pair.memory_mb()),
                   fmt::format("{:.4g}", selected.pair.gpu_util_percent()), selected.reason});
  }
  fmt::print("{}\n", table.render());
  for (const std::string& statement : selection.statements) print_wrapped(statement);
  print_wrapped(
      fmt::format("Covers {} types by memory class, {} by GPU use, {} by domain; memory {:.0f} to "
                  "{:.0f} MB ({} "
                  "of the feasible range), utilisation {:.4g} to {:.4g} % ({}).",
                  covered(coverage.levels.at(Criterion::memory_class)),
                  covered(coverage.levels.at(Criterion::complementarity)),
                  covered(coverage.levels.at(Criterion::domain)), coverage.memory_mb.least,
                  coverage.memory_mb.most, share(coverage.memory_mb), coverage.util_percent.least,
                  coverage.util_percent.most, share(coverage.util_percent)));
  print_wrapped(
      coverage.hours_shared
          ? fmt::format("A study of them with the original levels takes {} h ({} h with literal "
                        "solo runs), loading not counted.",
                        hours(coverage.hours_shared), hours(coverage.hours_literal))
          : "Expected hours: not known, " + coverage.hours_shared.reason() + ".");
  for (const std::string& note : source.notes) print_wrapped(note);
}

/// The study file of a selection; read back before it is written, so that it is a ready one.
void write_study(const SelectionArguments& arguments, const PairSource& source,
                 const Selection& selection) {
  std::error_code ignored;
  if (fs::exists(arguments.output, ignored)) {
    throw core::UserError(
        fmt::format("--output: '{}' is there already; name another file, nothing is overwritten",
                    arguments.output.string()));
  }
  Json pairs = Json::array();
  const auto model = [](const study::Workload& workload) {
    return Json{{"repo", workload.repo}, {"model", workload.model}, {"hp", "default"}};
  };
  for (const study::SelectedPair& selected : selection.pairs) {
    pairs.push_back({{"model_a", model(*selected.pair.a)}, {"model_b", model(*selected.pair.b)}});
  }
  const std::string scale =
      arguments.scale.empty() ? study::name_of(source.scale()) : arguments.scale;
  const std::string device = !arguments.device.empty() ? arguments.device
                             : source.measured         ? study::name_of(source.measured->device)
                                                       : "cuda";
  const Json document = {
      {"experiment_name",
       arguments.name.empty() ? arguments.output.stem().string() : arguments.name},
      {"description", fmt::format("{} pairs selected by {}, seed {}, memory limit {:.0f} MB. {}",
                                  selection.pairs.size(), selection.method, selection.seed,
                                  source.memory_limit_mb, fmt::join(selection.statements, " "))},
      {"concurrent_mode", true},
      {"scale", scale},
      {"device", device},
      {"model_pairs", std::move(pairs)}};
  study::parse_study(document, arguments.output, source.catalogue);
  core::write_file_atomically(arguments.output, document.dump(2) + "\n");
}

void add_select_command(CLI::App& pairs) {
  CLI::App* command = pairs.add_subcommand("select", "Choose the pairs of a study");
  command->footer(
      "Example: tandem pairs select --method stratified --strata memory-class domain\n"
      "           --count 12 --seed 7 --at-most-per-model 3 --output mine.json");
  const auto arguments = std::make_shared<SelectionArguments>();
  add_pair_options(*command, arguments->pairs);
  command
      ->add_option("--method", arguments->selection.method,
                   fmt::format("{}", fmt::join(study::selection_methods(), ", ")))
      ->capture_default_str();
  add_selection_options(*command, *arguments);
  command->add_option("--output", arguments->output, "Write a study file of the pairs");
  command->add_option("--name", arguments->name,
                      "The study's name (default: the file's name without .json)");
  command->add_option("--scale", arguments->scale, "Of the study (default: of the figures)")
      ->check(CLI::IsMember({"full", "quick"}));
  command->add_option("--device", arguments->device, "Of the study (default: of the figures)")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  command->callback([arguments] {
    const PairSource source = pair_source(arguments->pairs);
    const PairSpace space(source.catalogue, source.memory_limit_mb, source.scale());
    const Selection selection = study::select_pairs(space, options_of(*arguments));
    const Coverage coverage = study::FeasibleCoverage(space).of(selection);
    if (!arguments->output.empty()) write_study(*arguments, source, selection);
    if (arguments->pairs.as_json) {
      Json document = document_of(selection, coverage);
      document["memory_limit_mb"] = source.memory_limit_mb;
      document["feasible"] = space.size();
      document["notes"] = source.notes;
      print_json(document);
      return;
    }
    print_selection(selection, coverage, source);
    if (!arguments->output.empty()) {
      print_wrapped(fmt::format("Written: {}. Next: tandem plan {}", arguments->output.string(),
                                arguments->output.string()));
    }
  });
}

/// A method's selection, or why there is none.
struct Compared {
  std::string method;
  std::optional<Selection> selection;
  std::optional<Coverage> coverage;
  std::string problem;
};

std::vector<Compared> compare(const PairSpace& space, const SelectionOptions& asked) {
  const study::FeasibleCoverage feasible(space);
  std::vector<Compared> all;
  for (const std::string& method : study::selection_methods()) {
    Compared one{method, {}, {}, {}};
    SelectionOptions options = asked;
    options.method = method;
    try {
      one.selection = study::select_pairs(space, options);
      one.coverage = feasible.of(*one.selection);
    } catch (const core::UserError& error) {
      one.problem = error.problems().empty()
                        ? error.what()
                        : fmt::format("{} {}: {}", error.problems()[0].place,
                                      error.problems()[0].found, error.problems()[0].expected);
    }
    all.push_back(std::move(one));
  }
  return all;
}

void print_comparison(const std::vector<Compared>& all, const PairSpace& space,
                      const PairSource& source) {
  TextTable table(
      {"method", "types", "use", "dom.", "MB", "GPU %", "models", "most", "D-eff.", "hours",
       "literal"},
      {Align::left, Align::right, Align::right, Align::right, Align::right, Align::right,
       Align::right, Align::right, Align::right, Align::right, Align::right});
  const auto levels = [](const Coverage& coverage, Criterion criterion) {
    const study::LevelCoverage& of = coverage.levels.at(criterion);
    return fmt::format("{}/{}", of.levels_selected(), of.feasible.size());
  };
  for (const Compared& one : all) {
    if (!one.coverage) {
      table.add_row({one.method, "-"});
      continue;
    }
    const Coverage& coverage = *one.coverage;
    table.add_row(
        {one.method, levels(coverage, Criterion::memory_class),
         levels(coverage, Criterion::complementarity), levels(coverage, Criterion::domain),
         share(coverage.memory_mb), share(coverage.util_percent),
         fmt::format("{}/{}", coverage.models_used, coverage.models),
         fmt::format("{}x", coverage.most_uses),
         coverage.d_efficiency ? fmt::format("{:.0f} %", 100 * *coverage.d_efficiency) : "0 %",
         hours(coverage.hours_shared), hours(coverage.hours_literal)});
  }
  fmt::print("{}\n", table.render());
  for (const Compared& one : all) {
    if (!one.problem.empty()) print_wrapped(fmt::format("{}: {}", one.method, one.problem));
  }
  print_wrapped(fmt::format(
      "Of {} feasible pairs. types, use, dom.: kinds of pairs represented, by memory class, GPU "
      "use "
      "and domain. MB, GPU %: share of the feasible range spanned. most: uses of the model used "
      "most. "
      "D-eff.: against the best continuous design for main effects (0 %: can't estimate them all). "
      "hours: of a study with the original levels and shared solo runs.",
      space.size()));
  print_wrapped(
      "Recommended, as in the original study: hybrid, half practical (known to run), half "
      "stratified "
      "(every kind of pair).");
  for (const std::string& note : source.notes) print_wrapped(note);
}

Json document_of(const std::vector<Compared>& all, const PairSpace& space,
                 const PairSource& source) {
  Json methods = Json::object();
  for (const Compared& one : all) {
    methods[one.method] =
        one.selection ? document_of(*one.selection, *one.coverage) : Json{{"problem", one.problem}};
  }
  const Json recommended_pairs = methods.at("hybrid").value("pairs", Json::array());
  return {{"feasible", space.size()},
          {"memory_limit_mb", source.memory_limit_mb},
          {"methods", std::move(methods)},
          {"recommended",
           {{"method", "hybrid"},
            {"why", "half of the pairs are known to run, the other half is of every kind"},
            {"pairs", recommended_pairs}}},
          {"details",
           {{"utilisation_classes_at_most_percent",
             {study::low_utilisation_at_most_percent, study::medium_utilisation_at_most_percent}},
            {"duration_classes_at_most_s", {space.short_at_most_s(), space.medium_at_most_s()}},
            {"scale", study::name_of(space.scale())},
            {"notes", source.notes}}}};
}

void add_compare_command(CLI::App& pairs) {
  CLI::App* command = pairs.add_subcommand("compare", "All selection methods side by side");
  command->footer("Example: tandem pairs compare --count 12 --seed 7 --json > analysis.json");
  const auto arguments = std::make_shared<SelectionArguments>();
  add_pair_options(*command, arguments->pairs);
  add_selection_options(*command, *arguments);
  command->callback([arguments] {
    const PairSource source = pair_source(arguments->pairs);
    const PairSpace space(source.catalogue, source.memory_limit_mb, source.scale());
    const auto all = compare(space, options_of(*arguments));
    if (std::none_of(all.begin(), all.end(), [](const auto& one) { return one.selection; })) {
      throw core::UserError("no method can select: " + all.front().problem);
    }
    if (arguments->pairs.as_json) {
      print_json(document_of(all, space, source));
    } else {
      print_comparison(all, space, source);
    }
  });
}

}  // namespace

void add_pair_selection_commands(CLI::App& pairs) {
  add_select_command(pairs);
  add_compare_command(pairs);
}

}  // namespace tandem::cli

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "analyse/data_quality.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/pair_options.h"
#include "report/text_table.h"
#include "study/pair.h"

namespace tandem::cli {
namespace {

using core::Json;
using study::WorkloadPair;

/// The pair's number among the seed's twelve, or 0.
int seed_number(const WorkloadPair& pair) {
  const auto& seed = study::seed_pairs();
  for (size_t i = 0; i < seed.size(); ++i) {
    // The seed names DenseNet-121 after ResNet-44 as the catalogue does; its A and B are kept.
    if (std::pair(pair.a->id(), pair.b->id()) == seed.at(i)) return static_cast<int>(i) + 1;
  }
  return 0;
}

template <typename KeyOf>
std::map<std::string, int> count_by(const std::vector<WorkloadPair>& pairs, KeyOf key_of) {
  std::map<std::string, int> counts;
  for (const WorkloadPair& pair : pairs) ++counts[key_of(pair)];
  return counts;
}

std::string list(const std::map<std::string, int>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

std::string complementarity(const WorkloadPair& pair) {
  return study::name_of(study::complementarity_of(pair));
}

/// Where the original study's printed counts by type differ from what its own catalogue gives.
struct PrintedDifference {
  std::string type;
  int here = 0;
  int printed = 0;
};
std::vector<PrintedDifference> printed_differences(const std::map<std::string, int>& by_type) {
  std::map<std::string, PrintedDifference> all;
  for (const auto& [type, count] : by_type) all[type] = {type, count, 0};
  for (const auto& [type, count] : study::seed_printed_type_counts()) {
    all[type].type = type;
    all[type].printed = count;
  }
  std::vector<PrintedDifference> differences;
  for (const auto& [type, difference] : all) {
    if (difference.here != difference.printed) differences.push_back(difference);
  }
  return differences;
}

std::string domains(const WorkloadPair& pair) {
  const auto [first, second] = std::minmax(pair.a->domain, pair.b->domain);
  return first + "+" + second;
}

void print_table(const std::vector<WorkloadPair>& pairs, const PairSource& source) {
  using report::Align;
  report::TextTable table({"A", "B", "type", "MB", "GPU %", "GPU use", "seed"},
                          {Align::left, Align::left, Align::left, Align::right, Align::right,
                           Align::left, Align::right});
  for (const WorkloadPair& pair : pairs) {
    const int number = seed_number(pair);
    table.add_row({analyse::workload_label(pair.a->id()), analyse::workload_label(pair.b->id()),
                   pair.type(), fmt::format("{:.0f}", pair.memory_mb()),
                   fmt::format("{:.4g}", pair.gpu_util_percent()), complementarity(pair),
                   number > 0 ? std::to_string(number) : ""});
  }
  fmt::print("{}\n{} feasible pairs (memory sum at most {:.0f} MB).\n", table.render(),
             pairs.size(), source.memory_limit_mb);
  const auto by_type = count_by(pairs, [](const auto& p) { return p.type(); });
  print_wrapped(fmt::format("By type, A+B: {}.", list(by_type)));
  print_wrapped(fmt::format(
      "Order-free: {}.", list(count_by(pairs, [](const auto& p) { return p.order_free_type(); }))));
  print_wrapped(fmt::format("By GPU use: {}.", list(count_by(pairs, complementarity))));
  print_wrapped(fmt::format("By domain: {}.", list(count_by(pairs, domains))));
  for (const std::string& note : source.notes) print_wrapped(note);
  if (!source.is_the_original()) return;
  std::string erratum;
  for (const PrintedDifference& difference : printed_differences(by_type)) {
    erratum += fmt::format("{}{} {} (printed: {})", erratum.empty() ? "" : ", ", difference.type,
                           difference.here, difference.printed);
  }
  if (!erratum.empty()) {
    print_wrapped("The original study prints other numbers for some types: " + erratum + ".");
  }
}

Json document_of(const std::vector<WorkloadPair>& pairs, const PairSource& source) {
  Json rows = Json::array();
  for (const WorkloadPair& pair : pairs) {
    Json row = {{"model_a", pair.a->id()},
                {"model_b", pair.b->id()},
                {"type", pair.type()},
                {"memory_mb", pair.memory_mb()},
                {"gpu_util_percent", pair.gpu_util_percent()},
                {"gpu_use", complementarity(pair)},
                {"domain", domains(pair)}};
    if (const int number = seed_number(pair); number > 0) row["seed_number"] = number;
    rows.push_back(std::move(row));
  }
  const auto by_type = count_by(pairs, [](const auto& p) { return p.type(); });
  Json document = {
      {"memory_limit_mb", source.memory_limit_mb},
      {"feasible", pairs.size()},
      {"by_type", by_type},
      {"by_type_order_free", count_by(pairs, [](const auto& p) { return p.order_free_type(); })},
      {"by_gpu_use", count_by(pairs, complementarity)},
      {"by_domain", count_by(pairs, domains)},
      {"notes", source.notes}};
  if (source.is_the_original()) {
    Json differences = Json::array();
    for (const PrintedDifference& difference : printed_differences(by_type)) {
      differences.push_back({{"type", difference.type},
                             {"feasible", difference.here},
                             {"printed_in_the_original", difference.printed}});
    }
    document["original_prints_other_counts"] = std::move(differences);
  }
  document["pairs"] = std::move(rows);
  return document;
}

}  // namespace

void add_pairs_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("pairs", "List the pairs of workloads that fit on the device together");
  command->footer(
      "Example: tandem pairs --memory-limit-mb 6000\n"
      "         tandem pairs select --method hybrid --seed 7 --output study.json");
  command->require_subcommand(0, 1);
  const auto options = std::make_shared<PairOptions>();
  add_pair_options(*command, *options);
  add_pair_selection_commands(*command);
  command->callback([command, options] {
    if (!command->get_subcommands().empty()) return;
    const PairSource source = pair_source(*options);
    const auto pairs = study::feasible_pairs(source.catalogue, source.memory_limit_mb);
    if (options->as_json) {
      print_json(document_of(pairs, source));
    } else {
      print_table(pairs, source);
    }
  });
}

}  // namespace tandem::cli

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "analyse/data_quality.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "report/text_table.h"
#include "study/pair.h"

namespace tandem::cli {
namespace {

using core::Json;
using study::WorkloadPair;

/// `low+medium` and `medium+low` are one kind of pair when the order doesn't matter.
std::string order_free(const WorkloadPair& pair) {
  const auto [smaller, larger] = std::minmax({pair.a->memory_class(), pair.b->memory_class()});
  return study::name_of(smaller) + "+" + study::name_of(larger);
}

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

void print_table(const std::vector<WorkloadPair>& pairs, double memory_limit_mb) {
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
             pairs.size(), memory_limit_mb);
  print_wrapped(
      fmt::format("By type: {}.", list(count_by(pairs, [](const auto& p) { return p.type(); }))));
  print_wrapped(fmt::format("Order-free: {}.", list(count_by(pairs, order_free))));
  print_wrapped(fmt::format("By GPU use: {}.", list(count_by(pairs, complementarity))));
}

Json document_of(const std::vector<WorkloadPair>& pairs, double memory_limit_mb) {
  Json rows = Json::array();
  for (const WorkloadPair& pair : pairs) {
    Json row = {{"model_a", pair.a->id()},
                {"model_b", pair.b->id()},
                {"type", pair.type()},
                {"memory_mb", pair.memory_mb()},
                {"gpu_util_percent", pair.gpu_util_percent()},
                {"gpu_use", complementarity(pair)}};
    if (const int number = seed_number(pair); number > 0) row["seed_number"] = number;
    rows.push_back(std::move(row));
  }
  return {{"memory_limit_mb", memory_limit_mb},
          {"feasible", pairs.size()},
          {"by_type", count_by(pairs, [](const auto& p) { return p.type(); })},
          {"by_type_order_free", count_by(pairs, order_free)},
          {"by_gpu_use", count_by(pairs, complementarity)},
          {"pairs", std::move(rows)}};
}

}  // namespace

void add_pairs_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("pairs", "List the pairs of workloads that fit on the device together");
  command->footer("Example: tandem pairs --memory-limit-mb 6000");
  struct Options {
    std::filesystem::path further;
    double memory_limit_mb = study::default_memory_limit_mb;
    bool as_json = false;
  };
  const auto options = std::make_shared<Options>();
  command
      ->add_option("--memory-limit-mb", options->memory_limit_mb,
                   "Largest sum of the two models' device memory")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--workloads", options->further, "Folder of further workload manifests");
  add_json_flag(*command, options->as_json);
  command->callback([options] {
    const study::Catalogue catalogue = catalogue_with(options->further);
    const auto pairs = study::feasible_pairs(catalogue, options->memory_limit_mb);
    if (options->as_json) {
      print_json(document_of(pairs, options->memory_limit_mb));
    } else {
      print_table(pairs, options->memory_limit_mb);
    }
  });
}

}  // namespace tandem::cli

#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "core/text.h"
#include "report/text_table.h"

namespace tandem::cli {
namespace {

using core::Json;

Json document_of(const study::Workload& workload) {
  Json hyperparameters = Json::object();
  for (const study::ManifestHyperparameter& entry : workload.hyperparameters) {
    hyperparameters[entry.name] = {
        {"flag", entry.flag},
        {"variable", entry.variable},
        {"config", entry.config_key},
        {"type", entry.whole_number ? "integer" : "real"},
        {"default", {{"full", entry.default_value.full}, {"quick", entry.default_value.quick}}}};
  }
  return {{"workload", workload.id()},
          {"title", workload.title},
          {"domain", workload.domain},
          {"architecture", workload.architecture},
          {"memory_mb", workload.catalogue.memory_mb},
          {"gpu_util_percent", workload.catalogue.gpu_util_percent},
          {"duration_s", workload.catalogue.duration_s},
          {"known_runs", workload.catalogue.known_runs},
          {"memory_class", study::name_of(workload.memory_class())},
          {"trainable", workload.can_train()},
          {"performance_metric", workload.performance_metric},
          {"higher_is_better", workload.higher_is_better},
          {"hyperparameters", std::move(hyperparameters)},
          {"manifest", workload.manifest.string()}};
}

void print_table(const study::Catalogue& catalogue) {
  using report::Align;
  report::TextTable table(
      {"model", "MB", "GPU %", "s", "class", "runs", "trainer", "repository"},
      {Align::left, Align::right, Align::right, Align::right, Align::left, Align::right});
  size_t trainable = 0;
  for (const study::Workload& workload : catalogue.workloads()) {
    const study::CatalogueFigures& figures = workload.catalogue;
    table.add_row({workload.model, fmt::format("{:.0f}", figures.memory_mb),
                   fmt::format("{:.4g}", figures.gpu_util_percent),
                   fmt::format("{:.0f}", figures.duration_s),
                   study::name_of(workload.memory_class()), std::to_string(figures.known_runs),
                   workload.can_train() ? "yes" : "-", workload.repo});
    trainable += workload.can_train() ? 1 : 0;
  }
  fmt::print("{}\n", table.render());
  print_wrapped(fmt::format(
      "{} workloads, {} with a trainer. Memory, utilisation and time are the catalogue's (one "
      "training alone at full scale on an RTX 3080, 10 GB), not this machine's: 'tandem workloads "
      "profile' measures those.",
      catalogue.workloads().size(), trainable));
}

}  // namespace

void add_workloads_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand("workloads", "List the workloads that a study can use");
  command->footer(
      "Example: tandem workloads --json\n"
      "         tandem workloads profile mnist --scale quick\n"
      "         tandem workloads new my/script.json\n"
      "         tandem workloads check my/script.json --once");
  command->require_subcommand(0, 1);
  add_profile_command(*command, exit_code);
  add_workload_new_command(*command, exit_code);
  add_workload_check_command(*command, exit_code);
  add_import_configuration_command(*command, exit_code);
  struct Options {
    std::filesystem::path further;
    bool as_json = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("--workloads", options->further, "Folder of further workload manifests");
  add_json_flag(*command, options->as_json);
  command->callback([command, options] {
    if (!command->get_subcommands().empty()) return;
    const study::Catalogue catalogue = catalogue_with(options->further);
    if (!options->as_json) return print_table(catalogue);
    Json document = Json::array();
    for (const study::Workload& workload : catalogue.workloads()) {
      document.push_back(document_of(workload));
    }
    print_json(document);
  });
}

}  // namespace tandem::cli

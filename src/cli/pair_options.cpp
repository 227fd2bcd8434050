#include "cli/pair_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "cli/open_study.h"
#include "cli/options.h"
#include "core/error.h"
#include "core/text.h"
#include "measure/gpu.h"
#include "study/pair.h"

namespace tandem::cli {
namespace {

std::vector<std::string> known_ids(const std::vector<std::string>& wanted, const std::string& flag,
                                   const std::vector<std::string>& ids) {
  std::vector<core::Problem> problems;
  for (const std::string& id : wanted) {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    const std::vector<std::string> nearest = core::nearest_names(id, ids);
    problems.push_back({flag, core::in_quotes(id),
                        nearest.empty() ? "a workload ('tandem workloads' lists them)"
                                        : "perhaps " + core::list_of_choices(nearest)});
  }
  if (!problems.empty()) throw core::UserError(flag, problems);
  return wanted;
}

/// The catalogue less what --only and --without leave out.
study::Catalogue narrowed(const study::Catalogue& catalogue, const PairOptions& options) {
  const std::vector<std::string> ids = catalogue.ids();
  const auto only = known_ids(options.only, "--only", ids);
  const auto without = known_ids(options.without, "--without", ids);
  std::vector<study::Workload> kept;
  for (const study::Workload& workload : catalogue.workloads()) {
    const auto named_in = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), workload.id()) != names.end();
    };
    if ((only.empty() || named_in(only)) && !named_in(without)) kept.push_back(workload);
  }
  return study::Catalogue(std::move(kept));
}

double limit_of_gpu(const PairOptions& options, std::vector<std::string>& notes) {
  const auto driver = measure::GpuDriver::load();
  if (const auto* missing = std::get_if<measure::MissingSource>(&driver)) {
    throw core::UserError("--device-memory needs a GPU that tells its memory: " + missing->reason);
  }
  const measure::GpuDriver& found = std::get<measure::GpuDriver>(driver);
  if (options.gpu.empty() && found.devices().empty()) {
    throw core::UserError("--device-memory needs a GPU, and the driver lists none");
  }
  const core::GpuDescription& gpu = options.gpu.empty()
                                        ? found.devices().front().description()
                                        : found.device(options.gpu, "--gpu").description();
  if (!gpu.memory_mib) {
    throw core::UserError("--device-memory: " + gpu.uuid +
                          " doesn't tell its memory: " + gpu.memory_mib.reason());
  }
  const double limit_mb = *gpu.memory_mib * (1 - options.margin_percent / 100);
  notes.push_back(fmt::format("Memory limit: {:.0f} MB of {} less {:.4g} %.", *gpu.memory_mib,
                              gpu.name.empty() ? gpu.uuid : gpu.name, options.margin_percent));
  return limit_mb;
}

}  // namespace

void add_pair_options(CLI::App& command, PairOptions& options) {
  CLI::Option* limit =
      command.add_option("--memory-limit-mb", options.memory_limit_mb,
                         "Largest sum of the two models' device memory (default: 9000)");
  limit->check(CLI::PositiveNumber);
  CLI::Option* device = command.add_flag("--device-memory", options.device_memory,
                                         "Take the limit from this machine's GPU, less the margin");
  device->excludes(limit);
  command.add_option("--gpu", options.gpu, "UUID or PCI address of that GPU (default: the first)")
      ->needs(device);
  command
      .add_option("--margin-percent", options.margin_percent, "Of the GPU's memory, to stay free")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 90.0));
  command.add_option("--workloads", options.further, "Folder of further workload manifests");
  command.add_option("--catalogue", options.measured,
                     "A machine's own figures ('tandem workloads profile' measures them)");
  command.add_option("--only", options.only, "Only pairs of these workloads")->expected(1, -1);
  command.add_option("--without", options.without, "No pair with these workloads")->expected(1, -1);
  add_json_flag(command, options.as_json);
}

bool PairSource::is_the_original() const {
  return !measured && memory_limit_mb == study::default_memory_limit_mb &&
         catalogue.ids() == study::Catalogue::shipped().ids();
}

PairSource pair_source(const PairOptions& options) {
  PairSource source{catalogue_with(options.further), std::nullopt, 0, {}};
  if (!options.measured.empty()) {
    source.measured = study::read_measured_catalogue(options.measured);
    source.catalogue = study::with_measured(source.catalogue, *source.measured);
    source.notes.push_back(fmt::format(
        "Figures measured on {}, {} scale, device {}.", source.measured->measured_on,
        study::name_of(source.measured->scale), study::name_of(source.measured->device)));
  } else {
    source.notes.push_back(
        "Figures are the manifests' (the shipped ones: an RTX 3080 at full scale), not this "
        "machine's: --catalogue takes its own.");
  }
  source.catalogue = narrowed(source.catalogue, options);
  if (source.measured) {
    const auto missing = study::figures_not_measured(source.catalogue, *source.measured);
    if (!missing.empty()) {
      source.notes.push_back(fmt::format(
          "Not measured, so still the manifests': {} figure{}, the first {} of {} ({}).",
          missing.size(), missing.size() == 1 ? "" : "s", missing[0].figure, missing[0].workload,
          missing[0].reason));
    }
  }
  source.memory_limit_mb = options.device_memory
                               ? limit_of_gpu(options, source.notes)
                               : options.memory_limit_mb.value_or(study::default_memory_limit_mb);
  return source;
}

}  // namespace tandem::cli

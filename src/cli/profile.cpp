#include "analyse/profile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>

#include "analyse/data_quality.h"
#include "cli/commands.h"
#include "cli/data_folder.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/stop_on_signals.h"
#include "cli/workload_names.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/session.h"
#include "execute/study_lock.h"
#include "execute/trainer_command.h"
#include "measure/machine.h"
#include "record/run_store.h"
#include "study/measured_catalogue.h"
#include "study/plan.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;
using core::Reading;

struct ProfileOptions {
  std::vector<std::string> names;
  std::string scale = "full";
  std::string device = "cpu";
  int repetitions = 3;
  int threads = 1;
  std::vector<int> cores;
  double idle_s = 10;
  std::string gpu;
  std::string power_model;
  fs::path further;
  fs::path data;
  fs::path results = fs::path("results") / "profile";
  fs::path output;
  bool retry_failed = false;
  bool as_json = false;
};

/// The ids of the workloads that were asked for: the named ones, or all that have a trainer.
std::vector<std::string> asked_for(const ProfileOptions& options,
                                   const study::Catalogue& catalogue) {
  std::vector<std::string> ids;
  if (options.names.empty()) {
    for (const study::Workload& workload : catalogue.workloads()) {
      if (workload.can_train()) ids.push_back(workload.id());
    }
    return ids;
  }
  std::vector<core::Problem> problems;
  for (const std::string& name : options.names) {
    const std::string id = find_workload(name, "NAME", catalogue, problems);
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  if (!problems.empty()) throw core::UserError("tandem workloads profile", std::move(problems));
  return ids;
}

/// The settings that the runs have in common with a study's.
study::Study study_of(const ProfileOptions& options) {
  study::Study study;
  study.name = "profile";
  study.scale = options.scale == "quick" ? study::Scale::quick : study::Scale::full;
  study.device = options.device == "cuda" ? study::Device::cuda : study::Device::cpu;
  study.repetitions = options.repetitions;
  study.resources.threads = options.threads;
  study.resources.cores = options.cores;
  study.gpu = options.gpu;
  study.idle_s = options.idle_s;
  if (!options.power_model.empty()) {
    study.cpu_power_model = core::parse_power_model(options.power_model, "--cpu-power-model");
  }
  return study;
}

/// All results of the folder that may be summed up with those of the plan: made in the same way,
/// with what are the workloads' defaults today. The attempt of each run that counts.
std::vector<record::RunResult> results_like(const study::Plan& plan,
                                            const study::Catalogue& catalogue,
                                            const record::RunStore& store) {
  const auto fits = [&](const record::RunResult& result) {
    study::RunSpec spec = plan.runs.front().spec;
    spec.participants = result.spec.participants;
    spec.repetition = result.spec.repetition;
    if (spec != result.spec || spec.concurrent()) return false;
    const study::ParticipantSpec& training = spec.participants.front();
    const std::vector<std::string> ids = catalogue.ids();
    return std::ranges::find(ids, training.workload) != ids.end() &&
           catalogue.at(training.workload).defaults(spec.scale) == training.hyperparameters;
  };
  std::set<std::string> run_ids;
  for (const record::RunResult& result : store.read_all()) {
    if (fits(result)) run_ids.insert(result.run_id);
  }
  std::vector<record::RunResult> results;
  for (const std::string& run_id : run_ids) results.push_back(*store.read_deciding(run_id));
  return results;
}

std::string cell(const Reading& reading, const char* form) {
  return reading ? fmt::format(fmt::runtime(form), *reading) : "–";
}

const Reading& utilisation(const analyse::WorkloadProfile& profile, study::Device device) {
  return device == study::Device::cuda ? profile.figures.gpu_util_percent
                                       : profile.figures.cpu_util_percent;
}

/// Why figures are missing, each reason once.
std::set<std::string> reasons(const analyse::Profile& profile) {
  std::set<std::string> texts;
  for (const analyse::WorkloadProfile& each : profile.workloads) {
    if (!each.is_measured()) continue;
    const auto note = [&](const char* name, const Reading& reading) {
      if (!reading) texts.insert(fmt::format("{} missing: {}", name, reading.reason()));
    };
    note("memory", each.figures.memory_mb);
    note("tensors' memory", each.tensor_memory_peak_mib);
    note("utilisation", utilisation(each, profile.catalogue.device));
    note("time", each.figures.duration_s);
    note("energy", each.figures.energy.joules);
  }
  return texts;
}

/// Where the joules come from, each source once.
std::string energy_sources(const analyse::Profile& profile) {
  std::set<std::string> sources;
  for (const analyse::WorkloadProfile& each : profile.workloads) {
    const core::Energy& energy = each.figures.energy;
    if (!energy.joules) continue;
    const std::string name = core::name_of(energy.source);
    sources.insert(energy.model.empty() ? name : name + " (" + energy.model + ")");
  }
  return fmt::format("{}", fmt::join(sources, ", "));
}

void print_table(const analyse::Profile& profile) {
  using enum report::Align;
  const bool on_gpu = profile.catalogue.device == study::Device::cuda;
  report::TextTable table(
      {"workload", "MB", "tensors", on_gpu ? "GPU %" : "CPU %", "s", "J", "W", "runs", "data"},
      {left, right, right, right, right, right, right, right, left});
  for (const analyse::WorkloadProfile& each : profile.workloads) {
    table.add_row({analyse::workload_label(each.workload), cell(each.figures.memory_mb, "{:.0f}"),
                   cell(each.tensor_memory_peak_mib, "{:.0f}"),
                   cell(utilisation(each, profile.catalogue.device), "{:.1f}"),
                   cell(each.figures.duration_s, "{:.1f}"),
                   cell(each.figures.energy.joules, "{:.0f}"), cell(each.power_w, "{:.1f}"),
                   std::to_string(each.figures.runs), each.figures.data});
  }
  fmt::print("\n{}\n", table.render());
  print_wrapped(fmt::format("Means of the runs on {}, {} scale, one training alone.",
                            profile.catalogue.measured_on,
                            study::name_of(profile.catalogue.scale)));
  print_wrapped(on_gpu ? "MB: peak on the GPU. GPU %: the board's utilisation."
                       : "MB: peak of the process tree's resident memory. CPU %: busy share of the "
                         "cores that the training was given; there is no GPU in it.");
  if (const std::string sources = energy_sources(profile); !sources.empty()) {
    print_wrapped(fmt::format("J: {}. Of it the idle machine draws {} W.", sources,
                              cell(profile.catalogue.idle_power_w, "{:.1f}")));
  }
  for (const std::string& reason : reasons(profile)) print_wrapped(reason);
  for (const analyse::WorkloadProfile& each : profile.workloads) {
    for (const std::string& failure : each.failures) {
      print_wrapped(fmt::format("! {}: {}", each.workload, core::printable(failure, 500)));
    }
  }
}

Json document_of(const analyse::Profile& profile, const fs::path& file) {
  Json document = study::to_document(profile.catalogue);
  document["file"] = file.string();
  document["failures"] = Json::object();
  for (const analyse::WorkloadProfile& each : profile.workloads) {
    if (!each.failures.empty()) document["failures"][each.workload] = each.failures;
    if (!each.is_measured()) continue;
    Json& workload = document["workloads"][each.workload];
    workload["power_w"] = each.power_w;
    workload["tensor_memory_peak_mib"] = each.tensor_memory_peak_mib;
  }
  return document;
}

core::ExitCode profile(const ProfileOptions& options) {
  const study::Catalogue catalogue = catalogue_with(options.further);
  const std::vector<std::string> workloads = asked_for(options, catalogue);
  const study::Study study = study_of(options);
  const fs::path data = data_folder(options.data, {});
  const study::Plan plan = study::make_profile_plan(study, workloads, catalogue,
                                                    measure::describe_machine().machine_class());
  const std::vector<study::RunSpec> specs = specs_of(plan);
  execute::check_prerequisites(specs, catalogue, data);

  std::FILE* const progress_to = options.as_json ? stderr : stdout;
  for (const std::string& note : execute::synthetic_data_notes(specs, catalogue, data)) {
    say("note: " + note + "\n", progress_to);
  }
  core::make_folders(options.results);
  const execute::StudyLock lock(options.results);
  const record::RunStore store(options.results);
  stop_on_signals();
  const auto executors = execute::local_executors(study, catalogue, data, options.results);
  ProgressDisplay progress(::isatty(::fileno(progress_to)) == 1, progress_to);
  const execute::SessionSummary summary = execute::run_session(
      plan, store, {{"", executors.front().get()}},
      {.retry_failed = options.retry_failed, .cool_down_s = 0, .retries = study.retries},
      stop_request(), progress);

  const std::vector<record::RunResult> results = results_like(plan, catalogue, store);
  const analyse::Profile measured =
      results.empty() ? analyse::Profile{} : analyse::make_profile(results, catalogue);
  const fs::path file =
      options.output.empty()
          ? options.results / fmt::format("{}-{}.json", options.device, options.scale)
          : options.output;
  if (!measured.catalogue.workloads.empty()) {
    core::write_file_atomically(file, study::to_document(measured.catalogue).dump(2) + "\n");
  }
  if (options.as_json) {
    print_json(document_of(measured, file));
  } else if (!measured.workloads.empty()) {
    print_table(measured);
  }
  if (measured.catalogue.workloads.empty()) {
    say("No workload was measured, so no catalogue was written.\n", progress_to);
  } else {
    say(fmt::format("Next: tandem pairs --catalogue {}\n", file.string()), progress_to);
  }
  if (summary.interrupted) {
    say("Interrupted; the same command goes on with what is missing.\n", progress_to);
    return core::ExitCode::interrupted;
  }
  return summary.failed + summary.failed_earlier + summary.unfinished > 0
             ? core::ExitCode::runs_failed
             : core::ExitCode::success;
}

}  // namespace

void add_profile_command(CLI::App& workloads, core::ExitCode& exit_code) {
  CLI::App* command = workloads.add_subcommand(
      "profile", "Measure memory, utilisation, time and power of workloads on this machine");
  command->footer(
      "Example: tandem workloads profile mnist mnist_rnn --scale quick --repetitions 2\n"
      "Trains each workload alone with its default hyperparameters, as a study's solo runs are "
      "made, and writes the machine's own catalogue. It can be interrupted at any time; the same "
      "command goes on with what is missing. What the results folder holds from before and was "
      "made in the same way is not measured again, and is in the catalogue too.");
  const auto options = std::make_shared<ProfileOptions>();
  command->add_option("NAME", options->names,
                      "Workloads: examples/mnist, or mnist where only one has that name (default: "
                      "all that have a trainer)");
  command->add_option("--scale", options->scale, "full: as published; quick: some seconds each")
      ->check(CLI::IsMember({"full", "quick"}))
      ->capture_default_str();
  command->add_option("--device", options->device, "Where to train")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  command->add_option("--repetitions", options->repetitions, "Trainings of each, other seeds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "CPU threads of a training")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--cores", options->cores, "Pin trainings to these cores: 0,1")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber);
  command->add_option("--gpu", options->gpu, "UUID or PCI address of the GPU (default: the first)");
  command
      ->add_option("--idle-s", options->idle_s,
                   "How long the idle machine is watched before each repetition")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--cpu-power-model", options->power_model,
                      "Where the CPU has no meter: name=...,idle_w=10,busy_core_w=5 or "
                      "tdp_w=65,cores=8,idle_w=10");
  command->add_option("--data", options->data,
                      "Folder of the data sets (default: TANDEM_DATA, or data/)");
  command->add_option("--results", options->results, "Folder of the runs")->capture_default_str();
  command->add_option("-o,--output", options->output,
                      "The catalogue's file (default: DEVICE-SCALE.json in the results folder)");
  command->add_option("--workloads", options->further, "Folder of further workload manifests");
  command->add_flag("--retry-failed", options->retry_failed,
                    "Also repeat runs that failed, each as a new attempt");
  add_json_flag(*command, options->as_json);
  command->callback([options, &exit_code] { exit_code = profile(*options); });
}

}  // namespace tandem::cli

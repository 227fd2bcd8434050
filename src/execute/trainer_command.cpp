#include "execute/trainer_command.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace tandem::execute {
namespace {

/// The cores that this process may use.
std::set<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::set<int> cores;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<size_t>(core), &set)) cores.insert(core);
  }
  return cores;
}

std::set<std::string> workloads_of(const std::vector<study::RunSpec>& runs) {
  std::set<std::string> workloads;
  for (const study::RunSpec& run : runs) {
    for (const study::ParticipantSpec& participant : run.participants) {
      workloads.insert(participant.workload);
    }
  }
  return workloads;
}

bool lacks_data(const study::Workload& workload, const std::filesystem::path& data_folder) {
  return !workload.data.empty() && !std::filesystem::is_directory(data_folder / workload.data);
}

/// What `{data}` stands for.
std::string data_argument(const study::Workload& workload,
                          const std::filesystem::path& data_folder) {
  if (workload.makes_up_data && lacks_data(workload, data_folder)) return "synthetic";
  const std::filesystem::path folder = data_folder / workload.data;
  return folder.empty() ? "" : std::filesystem::absolute(folder).string();
}

/// The workload's program, where it is; a path is seen from its working folder.
std::optional<std::filesystem::path> program_of(const study::Workload& workload) {
  const std::string& program = workload.command[0];
  const bool is_path = program.find('/') != std::string::npos;
  return find_program(is_path ? (workload.working_folder / program).string() : program);
}

void check_workload(const study::Workload& workload, const study::RunSpec& run,
                    const std::filesystem::path& data_folder, core::Diagnostics& diagnostics) {
  if (!workload.can_train()) {
    diagnostics.add(workload.id(), "no trainer in this version of tandem",
                    "a workload that 'tandem workloads' lists as trainable");
    return;
  }
  if (!program_of(workload)) {
    diagnostics.add(workload.id(), "no program " + core::in_quotes(workload.command[0]),
                    "the program beside tandem or in PATH (build it, or correct " +
                        workload.manifest.string() + ")");
  }
  if (const auto& folder = workload.working_folder;
      !folder.empty() && !std::filesystem::is_directory(folder)) {
    diagnostics.add(workload.id(), "no folder " + core::in_quotes(folder.string()),
                    "the working folder that " + workload.manifest.string() + " names");
  }
  const std::string device = study::name_of(run.device);
  if (!workload.devices.empty() &&
      std::ranges::find(workload.devices, device) == workload.devices.end()) {
    diagnostics.add(
        workload.id(), "a study on " + device,
        "one of the devices that it trains on: " + core::list_of_choices(workload.devices));
  }
  if (lacks_data(workload, data_folder) && !workload.makes_up_data) {
    diagnostics.add(workload.id(),
                    "no folder " + core::in_quotes((data_folder / workload.data).string()),
                    "the workload's data there (or say --data)" +
                        (workload.data_source.empty() ? "" : ": " + workload.data_source));
  }
}

}  // namespace

std::string with_placeholders(const std::string& text,
                              const std::map<std::string, std::string>& values) {
  std::string replaced;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const auto value =
        end == std::string::npos ? values.end() : values.find(text.substr(at + 1, end - at - 1));
    if (value == values.end()) {
      replaced += text[at++];
    } else {
      replaced += value->second;
      at = end + 1;
    }
  }
  return replaced;
}

std::map<std::string, std::string> placeholder_values(const study::RunSpec& run,
                                                      const study::ParticipantSpec& participant,
                                                      const study::Workload& workload,
                                                      const std::filesystem::path& data_folder,
                                                      const std::filesystem::path& config_file) {
  return {{"device", study::name_of(run.device)},
          {"scale", study::name_of(run.scale)},
          {"data", data_argument(workload, data_folder)},
          {"seed", std::to_string(participant.seed)},
          {"threads", std::to_string(run.resources.threads)},
          {"config", config_file.string()}};
}

std::string value_text(const study::ManifestHyperparameter& entry, double value) {
  return entry.whole_number ? fmt::format("{:.0f}", value) : core::format_number(value);
}

Command trainer_command(const study::RunSpec& run, const study::ParticipantSpec& participant,
                        const study::Workload& workload, const std::filesystem::path& data_folder,
                        const std::filesystem::path& config_file) {
  const auto values = placeholder_values(run, participant, workload, data_folder, config_file);
  Command command;
  command.working_folder = workload.working_folder;
  command.held = workload.log.has_value();
  // Python keeps back what it writes to a file; its progress would be known at its end.
  if (command.held) command.environment["PYTHONUNBUFFERED"] = "1";
  for (const auto& [name, value] : workload.environment) {
    command.environment[name] = with_placeholders(value, values);
  }
  for (const std::string& argument : workload.command) {
    command.arguments.push_back(with_placeholders(argument, values));
  }
  for (const study::ManifestHyperparameter& entry : workload.hyperparameters) {
    const auto value = participant.hyperparameters.find(entry.name);
    if (value == participant.hyperparameters.end()) continue;
    const std::string text = value_text(entry, value->second);
    if (!entry.variable.empty()) command.environment[entry.variable] = text;
    if (entry.flag.empty()) continue;
    if (entry.flag.ends_with('=')) {
      command.arguments.push_back(entry.flag + text);
    } else {
      command.arguments.push_back(entry.flag);
      command.arguments.push_back(text);
    }
  }
  if (const auto program = program_of(workload)) command.arguments[0] = *program;
  const std::string threads = std::to_string(run.resources.threads);
  for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    command.environment[variable] = threads;
  }
  command.environment["OMP_WAIT_POLICY"] = run.resources.wait_policy;
  command.cores = run.resources.cores;
  return command;
}

std::vector<std::string> synthetic_data_notes(const std::vector<study::RunSpec>& runs,
                                              const study::Catalogue& catalogue,
                                              const std::filesystem::path& data_folder) {
  std::vector<std::string> notes;
  for (const std::string& id : workloads_of(runs)) {
    const study::Workload& workload = catalogue.at(id);
    if (!workload.makes_up_data || !lacks_data(workload, data_folder)) continue;
    const std::string source =
        workload.data_source.empty() ? "" : " (the real: " + workload.data_source + ")";
    notes.push_back(core::printable(
        fmt::format("{} trains on synthetic data, for there is no folder {}{}", id,
                    core::in_quotes((data_folder / workload.data).string()), source),
        2000));
  }
  return notes;
}

void check_prerequisites(const std::vector<study::RunSpec>& runs, const study::Catalogue& catalogue,
                         const std::filesystem::path& data_folder,
                         const std::vector<study::StudyDevice>& devices) {
  core::Diagnostics diagnostics("this machine can't run the study");
  std::set<int> cores;
  for (const study::RunSpec& run : runs) {
    cores.insert(run.resources.cores.begin(), run.resources.cores.end());
  }
  for (const std::string& id : workloads_of(runs)) {
    check_workload(catalogue.at(id), runs.front(), data_folder, diagnostics);
  }
  const std::set<int> usable = usable_cores();
  const auto check_cores = [&](const std::string& place, const auto& asked_for) {
    for (const int core : asked_for) {
      if (usable.contains(core)) continue;
      diagnostics.add(place, fmt::format("core {}", core),
                      fmt::format("cores that tandem may use here: {}", fmt::join(usable, ", ")));
    }
  };
  if (devices.empty()) check_cores("$.resources.cores", cores);
  for (size_t i = 0; i < devices.size(); ++i) {
    check_cores(fmt::format("$.devices[{}].cores", i), devices[i].cores);
  }
  diagnostics.throw_if_any();
}

}  // namespace tandem::execute

#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/gpu_check.h"
#include "cli/options.h"
#include "cli/overhead.h"
#include "execute/child_process.h"
#include "measure/capabilities.h"
#include "measure/machine.h"
#include "report/text_table.h"

namespace tandem::cli {
namespace {

/// Programs that tandem starts.
measure::Capability program_capability(const std::string& program, const std::string& if_missing,
                                       const std::string& enable_with) {
  const auto found = execute::find_program(program);
  if (found) return {program, true, found->string()};
  return {program, false, if_missing, {enable_with}};
}

std::vector<measure::Capability> look_around() {
  std::vector<measure::Capability> found = measure::probe_capabilities();
  found.push_back(
      program_capability("tandem-launch", "not beside tandem", "scripts/build release"));
  found.push_back(program_capability("tandem-train",
                                     "the native trainers were not built (they need libtorch)",
                                     "scripts/setup pilot && scripts/build release"));
  return found;
}

/// Each on a line of its own, whole, to be copied.
void print_commands(const std::vector<measure::Capability>& capabilities) {
  for (const measure::Capability& capability : capabilities) {
    const std::vector<std::string>& commands = capability.enable_with;
    if (commands.empty()) continue;
    fmt::print("\nTo enable {}{}:\n", capability.name, commands.size() > 1 ? ", any one of" : "");
    for (const std::string& command : commands) fmt::print("  {}\n", command);
  }
}

void show_capabilities(bool as_json) {
  const core::Machine machine = measure::describe_machine();
  const std::vector<measure::Capability> capabilities = look_around();
  if (as_json) {
    core::Json rows = core::Json::array();
    for (const measure::Capability& capability : capabilities) {
      rows.push_back({{"name", capability.name},
                      {"available", capability.available},
                      {"detail", capability.detail},
                      {"enable_with", capability.enable_with}});
    }
    print_json({{"machine", machine},
                {"machine_class", machine.machine_class()},
                {"capabilities", std::move(rows)}});
    return;
  }
  print_wrapped(fmt::format(
      "{}, {} CPUs, {:.0f} MiB, Linux {}{}", machine.cpu_model, machine.logical_cpus,
      machine.memory_mib, machine.kernel,
      machine.hypervisor.empty() ? "" : ", virtual machine (" + machine.hypervisor + ")"));
  fmt::print("\n");
  report::TextTable table({"what", "here", "from, or why not"});
  for (const measure::Capability& capability : capabilities) {
    table.add_row({capability.name, capability.available ? "yes" : "no", capability.detail});
  }
  fmt::print("{}", table.render());
  print_commands(capabilities);
}

}  // namespace

void add_doctor_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("doctor", "Show what this machine can measure, what not, and why");
  command->footer(
      "Example: tandem doctor --overhead --pairs 50\n"
      "--gpu watches the GPUs as they are now: run it beside a training for their figures at "
      "work.\n"
      "--overhead trains one model and samples every other of its epochs: what the meter itself "
      "costs, with a 95 % interval.");
  const auto request = std::make_shared<OverheadRequest>();
  const auto overhead = std::make_shared<bool>(false);
  command->add_flag("--overhead", *overhead, "Measure what sampling costs a training here");
  command->add_option("--pairs", request->pairs, "Pairs of epochs, one of each sampled")
      ->check(CLI::Range(2, 100'000))
      ->capture_default_str();
  command->add_option("--hz", request->sampling_hz, "Samples a second")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  command->add_option("--workload", request->workload, "What is trained")->capture_default_str();
  command->add_option("--data", request->data, "Folder of the data sets");
  const auto gpu_check = std::make_shared<GpuCheckRequest>();
  const auto gpu = std::make_shared<bool>(false);
  command
      ->add_flag("--gpu", *gpu,
                 "Check the GPUs' meters: counter against power, costs of the driver's calls")
      ->excludes("--overhead");
  command->add_option("--seconds", gpu_check->seconds, "With --gpu: how long to watch")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  command->add_option("--device", gpu_check->gpus,
                      "With --gpu: UUID or PCI address of one (default: all)");
  add_json_flag(*command, request->as_json);
  command->callback([request, overhead, gpu_check, gpu, &exit_code] {
    if (*gpu) {
      gpu_check->as_json = request->as_json;
      exit_code = show_gpu_check(*gpu_check);
    } else if (*overhead) {
      exit_code = show_overhead(*request);
    } else {
      show_capabilities(request->as_json);
    }
  });
}

}  // namespace tandem::cli

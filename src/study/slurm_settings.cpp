#include "study/slurm_settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tandem::study {
namespace {

/// These go into a batch script, one a line: nothing that could end the line, quote, or be taken
/// for a comment or an expansion.
bool is_harmless(std::string_view text, std::string_view besides) {
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, [&](unsigned char c) {
    return std::isalnum(c) != 0 || besides.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string name_in(const core::JsonNode& settings, const char* member) {
  const auto node = settings.find(member);
  if (!node) return "";
  const std::string name = node->string();
  if (node->raw().is_string() && (!is_harmless(name, "_-.,:+@") || name[0] == '-')) {
    node->reject("a name of letters, digits and '_-.,:+@' that Slurm knows");
  }
  return name;
}

/// What tandem says itself; another word for it would take the tasks out of its sight.
constexpr std::array tandems_own = {
    "--array",      "--job-name",  "--output",    "--error",    "--open-mode", "--requeue",
    "--no-requeue", "--wrap",      "--parsable",  "--chdir",    "--signal",    "--time",
    "--nodes",      "--ntasks",    "--partition", "--account",  "--exclusive", "--oversubscribe",
    "--share",      "--test-only", "--wait",      "--gres",     "--nodelist",  "--input",
    "--dependency", "--time-min",  "--deadline",  "--clusters", "--cluster",   "--help",
    "--usage",      "--version"};

void read_flag(const core::JsonNode& node, SlurmSettings& settings) {
  const std::string flag = node.string();
  if (!node.raw().is_string()) return;
  if (!flag.starts_with("--") || !is_harmless(flag, "_-.,:=+@/%&|*()[]")) {
    return node.reject(
        "one option of sbatch in its long form with '=', such as \"--constraint=a100\", of "
        "letters, digits and '_-.,:=+@/%&|*()[]'");
  }
  const std::string name = flag.substr(0, flag.find('='));
  // sbatch takes a beginning for the whole (getopt_long(3)).
  const auto means = [&](std::string_view own) { return own.starts_with(name); };
  if (std::ranges::any_of(tandems_own, means)) {
    return node.reject(
        "an option that tandem doesn't state itself (the members of slurm, or none)");
  }
  settings.flags.push_back(flag);
}

}  // namespace

SlurmSettings read_slurm_settings(const core::JsonNode& node) {
  SlurmSettings settings;
  if (!node.is_object("an object such as {\"partition\": \"gpu\"}")) return settings;
  node.allow_only({"partition", "account", "gpu_type", "machine_class", "time_margin",
                   "time_at_least_s", "time_at_most_s", "pack_to_s", "tasks_at_once", "exclusive",
                   "flags"});
  settings.partition = name_in(node, "partition");
  settings.account = name_in(node, "account");
  settings.gpu_type = name_in(node, "gpu_type");
  if (const auto kind = node.find("machine_class")) settings.machine_class = kind->string();
  if (const auto margin = node.find("time_margin")) settings.time_margin = margin->number(1, 100);
  if (const auto least = node.find("time_at_least_s")) {
    settings.time_at_least_s = least->number(1, 1e7);
  }
  if (const auto most = node.find("time_at_most_s")) {
    settings.time_at_most_s = most->number(180, 1e7);
  }
  if (const auto pack = node.find("pack_to_s")) settings.pack_to_s = pack->number(0, 1e7);
  if (const auto tasks = node.find("tasks_at_once")) {
    settings.tasks_at_once = static_cast<int>(tasks->integer(1, 1'000'000));
  }
  if (const auto exclusive = node.find("exclusive")) settings.exclusive = exclusive->boolean();
  if (const auto flags = node.find("flags")) {
    for (const core::JsonNode& flag : flags->items()) read_flag(flag, settings);
  }
  if (settings.time_at_least_s > settings.time_at_most_s) {
    node.diagnostics().add(node.path() + ".time_at_least_s", core::shown(settings.time_at_least_s),
                           "no more than time_at_most_s");
  }
  return settings;
}

}  // namespace tandem::study

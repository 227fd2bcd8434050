#include "cli/analysis_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "cli/open_study.h"
#include "cli/workload_names.h"
#include "core/error.h"
#include "core/text.h"

namespace tandem::cli {
namespace {

/// More would say nothing new of what pays.
constexpr double most_jobs = 1e6;

struct Assignment {
  std::string name;
  double value = 0;
};

/// `name=number`, the number from `least` to `most`.
std::optional<Assignment> parse(const std::string& text, double least, double most) {
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  Assignment assignment{text.substr(0, equals), 0};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + equals + 1, end, assignment.value);
  const bool in_range = assignment.value >= least && assignment.value <= most;
  if (error != std::errc() || rest != end || !in_range) return std::nullopt;
  return assignment;
}

analyse::CostWeights weights_of(const std::vector<std::string>& arguments,
                                std::vector<core::Problem>& problems) {
  const std::string expected =
      "energy, duration or performance, '=' and a number from 0 to 1e6, such as "
      "energy=1,duration=0.5";
  analyse::CostWeights weights;
  for (const std::string& argument : arguments) {
    const std::optional<Assignment> assignment = parse(argument, 0, 1e6);
    double* const weight = !assignment                         ? nullptr
                           : assignment->name == "energy"      ? &weights.energy
                           : assignment->name == "duration"    ? &weights.duration
                           : assignment->name == "performance" ? &weights.performance
                                                               : nullptr;
    if (weight == nullptr) {
      problems.push_back({"--weights", core::in_quotes(argument), expected});
    } else if (*weight != 0) {
      problems.push_back({"--weights", core::in_quotes(argument), "each weight once"});
    } else {
      *weight = assignment->value;
    }
  }
  if (!arguments.empty() && problems.empty() && !weights.given()) {
    problems.push_back({"--weights", "no weight above 0", "at least one"});
  }
  return weights;
}

std::vector<analyse::JobCount> jobs_of(const std::vector<std::string>& arguments,
                                       const study::Catalogue& catalogue,
                                       std::vector<core::Problem>& problems) {
  std::vector<analyse::JobCount> jobs;
  for (const std::string& argument : arguments) {
    const std::optional<Assignment> assignment = parse(argument, 1, most_jobs);
    if (!assignment || assignment->value != std::floor(assignment->value)) {
      problems.push_back({"--jobs", core::in_quotes(argument),
                          "a workload, '=' and a whole number from 1 to 1000000, such as "
                          "mnist=10,resnet20=5"});
      continue;
    }
    const std::string id = find_workload(assignment->name, "--jobs", catalogue, problems);
    const bool known = std::any_of(
        jobs.begin(), jobs.end(), [&](const analyse::JobCount& job) { return job.workload == id; });
    if (!id.empty() && known) {
      problems.push_back({"--jobs", core::in_quotes(argument), "each workload once"});
    }
    jobs.push_back({id, static_cast<size_t>(assignment->value)});
  }
  return jobs;
}

/// The study's workloads, and those that a study could have.
study::Catalogue known_workloads(const study::Catalogue& of_study,
                                 const std::filesystem::path& further) {
  std::vector<study::Workload> workloads = of_study.workloads();
  const std::vector<std::string> own = of_study.ids();
  const study::Catalogue all = catalogue_with(further);
  for (const study::Workload& workload : all.workloads()) {
    if (std::ranges::find(own, workload.id()) == own.end()) workloads.push_back(workload);
  }
  return study::Catalogue(std::move(workloads));
}

}  // namespace

void add_analysis_options(CLI::App& command, AnalysisArguments& arguments) {
  command
      .add_option("--weights", arguments.weights,
                  "What energy, duration and performance are worth, each against the default "
                  "setting's: adds the best setting at the least weighted cost "
                  "(energy=1,duration=0.5)")
      ->delimiter(',');
  command
      .add_option("--jobs", arguments.jobs,
                  "Trainings that have to be made: adds which of them to run together, and what "
                  "that saves (mnist=10,resnet20=5)")
      ->delimiter(',');
}

analyse::AnalysisOptions analysis_options(const AnalysisArguments& arguments,
                                          const study::Catalogue& of_study,
                                          const std::filesystem::path& further_workloads) {
  std::vector<core::Problem> problems;
  analyse::AnalysisOptions options;
  options.weights = weights_of(arguments.weights, problems);
  if (!arguments.jobs.empty()) {
    options.jobs = jobs_of(arguments.jobs, known_workloads(of_study, further_workloads), problems);
  }
  if (!problems.empty()) throw core::UserError("tandem analyse", std::move(problems));
  return options;
}

}  // namespace tandem::cli

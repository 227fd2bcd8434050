#include "cli/overhead.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analyse/statistics/intervals.h"
#include "cli/data_folder.h"
#include "cli/open_study.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/stop_on_signals.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/overhead.h"
#include "execute/trainer_command.h"

namespace tandem::cli {
namespace {

const study::Workload& workload_of(const study::Catalogue& catalogue, const std::string& id) {
  const std::vector<std::string> ids = catalogue.ids();
  if (std::ranges::find(ids, id) != ids.end()) {
    if (!catalogue.at(id).log) return catalogue.at(id);
    throw core::UserError("tandem doctor --overhead",
                          {{"--workload", core::in_quotes(id) + ", which is read by its log",
                            "one that speaks the protocol, for it must wait between its epochs"}});
  }
  throw core::UserError("tandem doctor --overhead",
                        {{"--workload", core::in_quotes(id),
                          "one that 'tandem workloads' lists; near it: " +
                              fmt::format("{}", fmt::join(core::nearest_names(id, ids), ", "))}});
}

/// The workload at its quick defaults, for as many epochs as the pairs need.
study::RunSpec training_of(const study::Workload& workload, int epochs) {
  study::RunSpec run;
  run.scale = study::Scale::quick;
  study::Hyperparameters hyperparameters = workload.defaults(study::Scale::quick);
  hyperparameters["epochs"] = epochs;
  run.participants = {{workload.id(), hyperparameters, 1}};
  return run;
}

/// The mean of the logarithms of the pairs' ratios, as a change in percent.
struct Change {
  analyse::Reading percent;
  std::optional<analyse::Interval> interval_percent;
};

Change change_of(const execute::Overhead& overhead) {
  std::vector<double> log_ratios;
  for (size_t i = 0; i < overhead.with_s.size(); ++i) {
    log_ratios.push_back(std::log(overhead.with_s[i] / overhead.without_s[i]));
  }
  const analyse::Estimate estimate = analyse::estimate_mean(log_ratios);
  const auto percent = [](double log_ratio) { return 100 * std::expm1(log_ratio); };
  Change change;
  change.percent = estimate.mean ? analyse::Reading(percent(*estimate.mean)) : estimate.mean;
  if (estimate.interval) {
    change.interval_percent = {percent(estimate.interval->low), percent(estimate.interval->high)};
  }
  return change;
}

core::Json document(const OverheadRequest& request, const execute::Overhead& overhead,
                    const Change& change) {
  core::Json json = {{"workload", request.workload},
                     {"sampling_hz", request.sampling_hz},
                     {"pairs", overhead.with_s.size()},
                     {"slow_down_percent", change.percent},
                     {"slow_down_interval_percent", core::Json()},
                     {"sampling_cpu_percent", overhead.cpu_percent},
                     {"resident_mib", overhead.resident_mib},
                     {"with_sampling_s", overhead.with_s},
                     {"without_sampling_s", overhead.without_s}};
  if (change.interval_percent) {
    json["slow_down_interval_percent"] = {change.interval_percent->low,
                                          change.interval_percent->high};
  }
  return json;
}

std::string shown(const core::Reading& reading, const char* format) {
  if (!reading) return "missing: " + reading.reason();
  return fmt::format(fmt::runtime(format), *reading);
}

}  // namespace

core::ExitCode show_overhead(const OverheadRequest& request) {
  const study::Catalogue catalogue = catalogue_with({});
  const study::Workload& workload = workload_of(catalogue, request.workload);
  execute::OverheadOptions options;
  options.pairs = request.pairs;
  options.sampling_hz = request.sampling_hz;
  const study::RunSpec run = training_of(workload, options.epochs());
  const std::filesystem::path data = data_folder(request.data, {});
  execute::check_prerequisites({run}, catalogue, data);

  stop_on_signals();
  const core::TemporaryFolder folder("tandem-overhead");
  options.folder = folder.path();
  options.command = execute::trainer_command(run, run.participants[0], workload, data);
  options.command.stdout_file = folder.path() / "stdout.log";
  options.command.stderr_file = folder.path() / "stderr.log";
  // As a study has it: one GPU.
  measure::Instruments::Options choice;
  choice.only_first_gpu = true;
  const measure::Instruments instruments(choice);

  const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
  const core::Time begin = core::Clock::now();
  const auto progress = [&](int done) {
    if (!on_terminal) return;
    const double left_s =
        core::seconds_between(begin, core::Clock::now()) / done * (request.pairs - done);
    fmt::print(stderr, "\r\033[K{} of {} pairs of epochs, {} left", done, request.pairs,
               core::format_duration(left_s));
    if (done == request.pairs) fmt::print(stderr, "\r\033[K");
  };
  const execute::Overhead overhead =
      execute::measure_overhead(options, instruments, stop_requested(), progress);
  const Change change = change_of(overhead);
  const core::ExitCode exit_code =
      stop_requested() ? core::ExitCode::interrupted : core::ExitCode::success;
  if (request.as_json) {
    print_json(document(request, overhead, change));
    return exit_code;
  }
  const int pairs = static_cast<int>(overhead.with_s.size());
  if (pairs == 0) {
    fmt::print("Interrupted before the first pair of epochs was done.\n");
    return exit_code;
  }
  const double mean_s = std::accumulate(overhead.without_s.begin(), overhead.without_s.end(), 0.0) /
                        static_cast<double>(overhead.without_s.size());
  print_wrapped(
      fmt::format("{} at {} Hz, {} pairs of neighbouring epochs of {:.2f} s, one of each sampled:",
                  request.workload, request.sampling_hz, pairs, mean_s));
  fmt::print("  slow-down by sampling  {}", shown(change.percent, "{:+.3f} %"));
  if (change.interval_percent) {
    fmt::print("  (95 % interval {:+.3f} to {:+.3f} %)", change.interval_percent->low,
               change.interval_percent->high);
  }
  fmt::print("\n  CPU time of sampling   {}\n",
             shown(overhead.cpu_percent, "{:.3f} % of one core"));
  fmt::print("  memory of tandem       {}\n", shown(overhead.resident_mib, "{:.1f} MiB resident"));
  return exit_code;
}

}  // namespace tandem::cli

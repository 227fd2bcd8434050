#include "cli/run_samples.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <string_view>

#include "core/error.h"
#include "measure/samples_file.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using measure::Samples;

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Growth of a counter between two samples over the time between them, at the later one; missing
/// where one of the two is missing, or the counter went back. Without the first sample.
std::vector<double> rate_of(const std::vector<double>& counter, const std::vector<double>& t_s) {
  std::vector<double> rate;
  for (size_t i = 1; i < counter.size(); ++i) {
    const double growth = counter[i] - counter[i - 1];
    const double time_s = t_s[i] - t_s[i - 1];
    rate.push_back(growth >= 0 && time_s > 0 ? growth / time_s : no_value);
  }
  return rate;
}

report::Trace trace_of_counter(const char* quantity, const std::string& role, const char* unit,
                               const Samples& samples, size_t column) {
  std::vector<double> rate = rate_of(samples.values[column], samples.t_s);
  std::vector<double> t_s;
  if (!rate.empty()) t_s.assign(samples.t_s.begin() + 1, samples.t_s.end());
  return {quantity, role, unit, std::move(t_s), std::move(rate)};
}

/// What a file of samples says of power and use, by the names of its signals.
void add_traces(const Samples& samples, bool is_concurrent, std::vector<report::Trace>& traces) {
  const bool has_instant = std::ranges::any_of(
      samples.names, [](const std::string& name) { return name.ends_with("_power_instant_w"); });
  for (size_t column = 0; column < samples.names.size(); ++column) {
    const std::string_view name = samples.names[column];
    const auto gauge = [&](const char* quantity, const char* unit) {
      traces.push_back({quantity, "", unit, samples.t_s, samples.values[column]});
    };
    if (name.starts_with("gpu_")) {
      if (name.ends_with(has_instant ? "_power_instant_w" : "_power_average_w")) {
        gauge("gpu_power", "W");
      } else if (name.ends_with("_util_percent") && !name.ends_with("_memory_util_percent")) {
        gauge("gpu_utilisation", "%");
      }
    } else if (name == "cpu_imported_power_w") {
      gauge("cpu_power", "W");
    } else if (name.starts_with("rapl_package_")) {
      traces.push_back(trace_of_counter("cpu_power", "", "W", samples, column));
    } else if (name == "cpu_time_a_s" || name == "cpu_time_b_s") {
      const std::string role = !is_concurrent ? "solo" : name == "cpu_time_a_s" ? "a" : "b";
      traces.push_back(trace_of_counter("cpu_cores", role, "CPUs", samples, column));
    }
  }
}

/// The files of samples of an attempt, in the order of their names.
std::vector<fs::path> sample_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("samples") && name.ends_with(".csv")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

report::RunTraces traces_of_runs(const record::RunStore& store,
                                 const std::vector<record::RunResult>& results,
                                 std::vector<std::string>& problems) {
  std::map<std::string, std::vector<const record::RunResult*>> attempts;
  for (const record::RunResult& result : results) attempts[result.run_id].push_back(&result);
  report::RunTraces all(attempts.size());
  for (const auto& [run_id, of_run] : attempts) {
    const record::RunResult& run = *record::deciding_attempt(of_run);
    std::vector<report::Trace> traces;
    for (const fs::path& file : sample_files(store.attempt_folder(run_id, run.attempt))) {
      try {
        add_traces(measure::read_samples(file), run.spec.concurrent(), traces);
      } catch (const core::SystemError& error) {
        problems.emplace_back(error.what());
      }
    }
    all.add(run, traces);
  }
  return all;
}

}  // namespace tandem::cli

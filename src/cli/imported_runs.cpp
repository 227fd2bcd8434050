#include "cli/imported_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <fstream>
#include <tuple>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "measure/samples_file.h"
#include "measure/trace_energy.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Reading;
using record::MappedSignal;
using record::RunResult;

/// Beyond, the source's figure and the trace's are not the same thing.
constexpr double largest_difference_percent = 5;
/// Two times of one thing that differ by more than this factor are in different units.
constexpr double another_unit = 10;

std::string label_of(double since_1970_s) {
  // Up to the year 2255, which the clock's nanoseconds can hold.
  const std::chrono::milliseconds since_1970(
      std::llround(std::clamp(since_1970_s, 0.0, 9e9) * 1e3));
  return core::wall_clock_label(std::chrono::system_clock::time_point(since_1970));
}

/// Whether a name from a table stays within the folder that it is looked for in.
bool stays_within(const fs::path& name) {
  return !name.is_absolute() &&
         std::ranges::none_of(name, [](const fs::path& part) { return part == ".."; });
}

/// The same once symbolic links are followed.
bool really_within(const fs::path& folder, const fs::path& file) {
  const fs::path root = fs::canonical(folder);
  const fs::path target = fs::canonical(file);
  const auto [end_of_root, ignored] = std::ranges::mismatch(root, target);
  return end_of_root == root.end();
}

/// The source of a run's total energy, equal for all runs whose energies may be compared.
std::string total_model(const record::TraceMap& map) {
  std::string parts;
  for (const MappedSignal& signal : map.signals) {
    if (signal.is_power()) parts += (parts.empty() ? "" : " + ") + name_of(signal.kind);
  }
  return fmt::format("{} by {}, integrated from its trace", parts, map.measured_by);
}

std::string signal_name(MappedSignal::Kind kind) {
  switch (kind) {
    case MappedSignal::Kind::gpu_power:
      return "gpu_imported_power_average_w";
    case MappedSignal::Kind::cpu_power:
      return "cpu_imported_power_w";
    case MappedSignal::Kind::gpu_utilisation:
      return "gpu_imported_util_percent";
    case MappedSignal::Kind::gpu_memory:
      return "gpu_imported_memory_mib";
  }
  return "";
}

/// The samples within the window and one beside each edge, from the window's begin.
TraceSlice slice_of(const record::PowerTrace& trace, measure::Window window) {
  const auto first = std::ranges::lower_bound(trace.t_s, window.begin_s);
  const auto last = std::ranges::upper_bound(trace.t_s, window.end_s);
  const auto begin = first - trace.t_s.begin() - (first == trace.t_s.begin() ? 0 : 1);
  const auto end = last - trace.t_s.begin() + (last == trace.t_s.end() ? 0 : 1);
  TraceSlice slice;
  for (auto i = begin; i < end; ++i) slice.t_s.push_back(trace.t_s[i] - window.begin_s);
  for (const std::vector<double>& values : trace.values) {
    slice.values.emplace_back(values.begin() + begin, values.begin() + end);
  }
  return slice;
}

void forget_energy(RunResult& result, const std::string& why) {
  for (core::Energy* energy : {&result.gpu_energy_total_joules, &result.cpu_energy_total_joules,
                               &result.total_energy_joules}) {
    *energy = {Reading::missing(why), core::EnergySource::none, ""};
  }
}

/// What a pair's trace can't tell apart.
void forget_shares(RunResult& result) {
  const bool concurrent = result.spec.concurrent();
  for (record::ParticipantResult& training : result.participants) {
    training.energy_share_model = concurrent ? "none" : "imported";
    training.gpu_energy_share_joules =
        concurrent ? Reading::missing("the trace is of both trainings together")
                   : result.gpu_energy_total_joules.joules;
    training.cpu_energy_share_joules =
        concurrent ? Reading::missing("the trace is of both trainings together")
                   : result.cpu_energy_total_joules.joules;
  }
}

core::Energy imported(const Reading& joules, const std::string& model) {
  return {joules, joules ? core::EnergySource::imported : core::EnergySource::none, model};
}

}  // namespace

ImportedRuns::ImportedRuns(const record::RunTable& table,
                           const std::map<std::uint32_t, record::RowTrace>& rows,
                           std::function<std::string(std::uint32_t)> place_of, fs::path folder,
                           record::ImportProblems& problems)
    : table_(table),
      rows_(rows),
      place_of_(std::move(place_of)),
      folder_(std::move(folder)),
      problems_(problems) {
  for (const record::TableRow& row : table.rows) table_rows_[row.row] = &row;
}

std::vector<size_t> ImportedRuns::order(const std::vector<RunResult>& results) {
  std::vector<std::pair<std::string, size_t>> by_trace;
  for (size_t i = 0; i < results.size(); ++i) {
    by_trace.emplace_back(table_.map.traces ? trace_named_by(rows_by_participant(results[i])) : "",
                          i);
  }
  std::ranges::sort(by_trace);
  std::vector<size_t> order;
  for (const auto& [trace, index] : by_trace) order.push_back(index);
  if (table_.map.traces && traces().has_window() &&
      traces().time_format.kind != record::TimeFormat::Kind::run_s) {
    find_shared_windows(results, order);
  }
  return order;
}

/// Two windows that only touch share nothing.
void ImportedRuns::find_shared_windows(const std::vector<RunResult>& results,
                                       const std::vector<size_t>& by_trace) {
  struct Use {
    double begin_s, end_s;
    size_t result;
  };
  std::map<std::string, std::vector<Use>> uses;
  for (const size_t index : by_trace) {
    const std::vector<std::uint32_t> rows = rows_by_participant(results[index]);
    const std::string name = trace_named_by(rows);
    const std::optional<Times> times = times_in(rows);
    if (name.empty() || !times) continue;
    uses[fs::path(name).lexically_normal().string()].push_back(
        {times->begin_s, times->end_s, index});
  }
  const auto share = [&](size_t left, size_t right) {
    shared_.try_emplace(results[left].run_id, source_of(results[right]));
    shared_.try_emplace(results[right].run_id, source_of(results[left]));
  };
  for (auto& [name, windows] : uses) {
    std::ranges::sort(windows, {}, &Use::begin_s);
    const Use* longest = nullptr;  // The one that ends last of those before.
    for (const Use& use : windows) {
      if (longest != nullptr && use.begin_s < longest->end_s) share(longest->result, use.result);
      if (longest == nullptr || use.end_s > longest->end_s) longest = &use;
    }
  }
}

std::optional<TraceSlice> ImportedRuns::complete(RunResult& result) {
  const std::vector<std::uint32_t> rows = rows_by_participant(result);
  record::ImportRecord& import = result.imported.emplace();
  import.source = source_of(result);
  for (const std::uint32_t row : record::rows_of(result)) {
    const auto found = rows_.find(row);
    if (found != rows_.end()) import.name = found->second.run;
  }
  for (record::ParticipantResult& training : result.participants) training.barrier = result.barrier;
  import.simulated = table_.map.simulated;
  import.measured_by = table_.map.energy_measured_by;
  import.stated_energy_joules = result.total_energy_joules.joules;
  if (!table_.map.energy) {
    import.stated_energy_joules = Reading::missing("the source has no energy of its own");
  }
  if (table_.map.energy && !table_.map.energy_is_of_run) {
    for (const record::ParticipantResult& training : result.participants) {
      import.stated_training_energy_joules.push_back(training.cpu_energy_share_joules);
    }
  }
  import.energy_difference_percent = Reading::missing("the study came without traces");
  if (!table_.map.traces) return std::nullopt;
  std::optional<Times> times;
  if (traces().has_window()) {
    times = times_of(result, rows);
    if (times) fill_in_times(result, rows, *times);
  }
  std::optional<TraceSlice> slice = fill_in_trace(result, rows, times);
  forget_shares(result);
  const Reading& total = result.total_energy_joules.joules;
  const auto percent = [](double traced, double stated) {
    return (traced - stated) / stated * 100;
  };
  import.energy_difference_percent = core::both(total, import.stated_energy_joules, percent);
  judge_difference(result, rows.back());
  return slice;
}

std::string ImportedRuns::source_of(const RunResult& result) const {
  std::string source;
  for (const std::uint32_t row : record::rows_of(result)) {
    source += (source.empty() ? "" : " + ") + place_of_(row);
  }
  return source;
}

/// Of each participant its row, 0 where the table has none.
std::vector<std::uint32_t> ImportedRuns::rows_by_participant(const RunResult& result) const {
  std::vector<std::uint32_t> ordered(result.participants.size(), 0);
  for (const std::uint32_t row : record::rows_of(result)) {
    const auto found = table_rows_.find(row);
    if (found == table_rows_.end()) continue;
    const std::string& model = table_.map.models[found->second->model].name;
    for (size_t i = 0; i < ordered.size(); ++i) {
      const std::string& workload = result.participants[i].spec.workload;
      if (workload.substr(workload.find('/') + 1) == model) ordered[i] = row;
    }
  }
  return ordered;
}

/// Empty when the rows name none; of two that differ, both.
std::string ImportedRuns::trace_named_by(const std::vector<std::uint32_t>& rows) const {
  std::string name;
  for (const std::uint32_t row : rows) {
    const auto found = rows_.find(row);
    if (found == rows_.end() || found->second.file.empty() || found->second.file == name) continue;
    name += (name.empty() ? "" : "\n") + found->second.file;
  }
  return name;
}

void ImportedRuns::add(std::uint32_t row, const std::string& column, std::string found,
                       std::string expected, std::string consequence) {
  problems_.add(
      {table_.file, row, column, std::move(found), std::move(expected), std::move(consequence)});
}

std::optional<ImportedRuns::Times> ImportedRuns::times_of(const RunResult& result,
                                                          const std::vector<std::uint32_t>& rows) {
  for (size_t i = 0; i < result.participants.size(); ++i) {
    const auto found = rows_.find(rows[i]);
    if (found == rows_.end()) return std::nullopt;
    const record::RowTrace& row = found->second;
    if (!row.start_s || !row.end_s) {
      add(rows[i], row.start_s ? traces().end : traces().start, "no time",
          expected_time(traces().window_format), "the run has no energy from its trace");
      return std::nullopt;
    }
    if (*row.end_s <= *row.start_s) {
      add(rows[i], traces().end,
          fmt::format("an end {:.6g} s before the start", *row.start_s - *row.end_s),
          "an end after the start", "the run has no energy from its trace");
      return std::nullopt;
    }
  }
  return times_in(rows);
}

std::optional<ImportedRuns::Times> ImportedRuns::times_in(
    const std::vector<std::uint32_t>& rows) const {
  Times times;
  for (const std::uint32_t row : rows) {
    const auto found = rows_.find(row);
    if (found == rows_.end()) return std::nullopt;
    const auto& [start_s, end_s] = std::tie(found->second.start_s, found->second.end_s);
    if (!start_s || !end_s || *end_s <= *start_s) return std::nullopt;
    times.trainings.emplace_back(*start_s, *end_s);
  }
  times.begin_s = times.trainings[0].first;
  times.end_s = times.trainings[0].second;
  for (const auto& [begin_s, end_s] : times.trainings) {
    times.begin_s = std::min(times.begin_s, begin_s);
    times.end_s = std::max(times.end_s, end_s);
  }
  return times;
}

void ImportedRuns::fill_in_times(RunResult& result, const std::vector<std::uint32_t>& rows,
                                 const Times& times) {
  for (size_t i = 0; i < result.participants.size(); ++i) {
    record::ParticipantResult& training = result.participants[i];
    const auto& [begin_s, end_s] = times.trainings[i];
    training.start_s = begin_s - times.begin_s;
    const double length_s = end_s - begin_s;
    if (!training.duration_seconds) training.duration_seconds = length_s;
    judge_duration(result, *training.duration_seconds, length_s);
    const double ratio = *training.duration_seconds / length_s;
    if (table_.map.duration && (ratio > another_unit || ratio < 1 / another_unit)) {
      add(rows[i], table_.map.duration->column,
          fmt::format("{:.6g} s, while {:.6g} s lie between start and end",
                      *training.duration_seconds, length_s),
          fmt::format("about the same: is the duration in {}, are the times in their unit?",
                      table_.map.duration->unit),
          "the figures stay");
    }
  }
  result.started_at = label_of(times.begin_s);
  result.ended_at = label_of(times.end_s);
  result.makespan_seconds = times.end_s - times.begin_s;
  if (!result.spec.concurrent()) return;
  const auto& [a_begin_s, a_end_s] = times.trainings[0];
  const auto& [b_begin_s, b_end_s] = times.trainings[1];
  result.start_skew_seconds = std::abs(a_begin_s - b_begin_s);
  const double both_s = std::min(a_end_s, b_end_s) - std::max(a_begin_s, b_begin_s);
  result.overlap_fraction = std::max(both_s, 0.0) / (b_end_s - b_begin_s);
  if (both_s > 0) return;
  add(rows[1], traces().start, fmt::format("the two trainings of a run {:.6g} s apart", -both_s),
      "trainings at the same time",
      result.outcome.ok() ? "the run is invalid" : "the run failed anyway");
  if (!result.outcome.ok()) return;
  result.outcome = {record::Outcome::Status::invalid, "no_overlap",
                    "the two trainings were never made at the same time",
                    "Look up when they were made where the run was made."};
}

const record::PowerTrace* ImportedRuns::trace(const std::string& name, std::uint32_t row,
                                              std::string& why_not) {
  if (name != read_name_ || (!read_ && read_problem_.empty())) {
    read_name_ = name;
    read_.reset();
    read_problem_.clear();
    const fs::path file = folder_ / name;
    std::error_code code;
    if (name.empty()) {
      read_problem_ = "the source names no trace of this run";
    } else if (name.find('\n') != std::string::npos) {
      read_problem_ = "the two rows of the run name different traces";
    } else if (!stays_within(name)) {
      read_problem_ = "the trace's name leads out of the folder of traces";
    } else if (!fs::exists(file, code)) {
      read_problem_ = "the trace " + core::in_quotes(name) + " isn't there";
    } else if (!fs::is_regular_file(file, code) || !really_within(folder_, file)) {
      read_problem_ = "the trace " + core::in_quotes(name) + " is no file in the folder of traces";
    } else {
      std::ifstream in(file, std::ios::binary);
      if (!in) throw core::SystemError("can't read " + core::in_quotes(file.string()), errno);
      read_ = read_power_trace(in, file.string(), traces(), problems_);
      read_problem_ = read_->unusable;
    }
  }
  if (read_problem_.empty()) return &*read_;
  why_not = read_problem_;
  if (!read_) {
    add(row, traces().file, core::in_quotes(name),
        "the name of a file in " + core::in_quotes(folder_.string()) + ": " + read_problem_,
        "the run has no energy");
  }
  return nullptr;
}

std::optional<TraceSlice> ImportedRuns::fill_in_trace(RunResult& result,
                                                      const std::vector<std::uint32_t>& rows,
                                                      const std::optional<Times>& times) {
  const std::string name = trace_named_by(rows);
  const std::uint32_t row = rows.back() != 0 ? rows.back() : rows.front();
  std::string why_not;
  const record::PowerTrace* const read = trace(name, row, why_not);
  if (read != nullptr && read->t_s.empty()) why_not = "the trace has no sample";
  const bool counts_from_start = traces().time_format.kind == record::TimeFormat::Kind::run_s;
  if (why_not.empty() && traces().has_window() && !times) {
    why_not = "the source doesn't say when the run began and ended";
  }
  if (const auto other = shared_.find(result.run_id); why_not.empty() && other != shared_.end()) {
    why_not =
        fmt::format("another run, {}, was made at the same time by the same trace", other->second);
    add(row, traces().file,
        core::in_quotes(name) + " for a time that " + other->second + " has too",
        "times of its own: the trace's power can't be told apart", "neither run has an energy");
  }
  result.imported->trace = name;
  const auto [first_use, is_new] =
      used_.try_emplace(fs::path(name).lexically_normal().string(), result.imported->source);
  if (!why_not.empty()) {
    forget_energy(result, why_not);
    return std::nullopt;
  }
  if (!is_new && (counts_from_start || !traces().has_window())) {
    add(row, traces().file, core::in_quotes(name),
        fmt::format("a trace of its own: {} has this one", first_use->second), "both runs stay");
  }
  measure::Window window{read->t_s.front(), read->t_s.back()};
  if (times && counts_from_start) {
    window = {0, times->end_s - times->begin_s};
  } else if (times) {
    window = {times->begin_s, times->end_s};
  } else {
    const double length_s = window.duration_s();
    if (!result.makespan_seconds && length_s > 0) result.makespan_seconds = length_s;
    if (!result.spec.concurrent() && !result.participants[0].duration_seconds && length_s > 0) {
      result.participants[0].duration_seconds = length_s;
    }
    if (result.makespan_seconds) judge_duration(result, *result.makespan_seconds, length_s);
    const double ratio = result.makespan_seconds.value_or(length_s) / length_s;
    if (ratio > another_unit || ratio < 1 / another_unit) {
      add(row, table_.map.duration->column,
          fmt::format("{:.6g} s, while the trace is {:.6g} s long", *result.makespan_seconds,
                      length_s),
          "about the same: are both in the units that the mapping says?", "the figures stay");
    }
  }
  Reading total = 0.0;
  result.gpu_energy_total_joules = imported(Reading::missing("no trace of the GPU's power"), "");
  result.cpu_energy_total_joules = imported(Reading::missing("no trace of the CPU's power"), "");
  for (size_t i = 0; i < traces().signals.size(); ++i) {
    const MappedSignal& signal = traces().signals[i];
    const measure::TraceIntegral integral =
        measure::integrate_trace({read->t_s, read->values[i]}, window, traces().longest_gap_s);
    result.imported->signals.push_back(
        {name_of(signal.kind), integral.samples, integral.seen_s, integral.held_s,
         integral.missing_s, integral.largest_gap_s,
         signal.is_power() ? Reading(integral.seen) : Reading::missing("not a power")});
    if (!integral.whole) {
      problems_.add({(folder_ / name).string(), 0, signal.quantity.column, integral.whole.reason(),
                     fmt::format("a sample every {:g} s", traces().longest_gap_s),
                     "the figure is missing for " + result.imported->source});
    }
    const Reading mean = core::ratio(integral.whole, window.duration_s());
    switch (signal.kind) {
      case MappedSignal::Kind::gpu_power:
        result.gpu_energy_total_joules = imported(integral.whole, traces().measured_by);
        result.gpu_power_avg_watts = mean;
        break;
      case MappedSignal::Kind::cpu_power:
        result.cpu_energy_total_joules = imported(integral.whole, traces().measured_by);
        break;
      case MappedSignal::Kind::gpu_utilisation:
        result.gpu_util_avg_percent = mean;
        break;
      case MappedSignal::Kind::gpu_memory:
        result.gpu_memory_peak_mib = integral.peak;
        break;
    }
    if (signal.is_power()) total = core::both(total, integral.whole, std::plus<>());
  }
  result.total_energy_joules = imported(total, total_model(traces()));
  return slice_of(*read, window);
}

void ImportedRuns::judge_duration(RunResult& result, double stated_s, double length_s) {
  const double difference_percent = (stated_s - length_s) / length_s * 100;
  if (!(length_s > 0) || std::abs(difference_percent) <= largest_difference_percent) return;
  constexpr auto name = "imported_duration_differs";
  const std::string message = fmt::format(
      "the source states a duration of {:.6g} s, {:+.1f} % against the {:.6g} s of {}", stated_s,
      difference_percent, length_s, traces().has_window() ? "its start and end" : "its trace");
  // Of a pair both trainings may differ.
  const auto known = std::ranges::find(result.cautions, name, &core::Caution::name);
  if (known == result.cautions.end()) {
    result.cautions.push_back({name, message});
  } else {
    known->message += "; " + message;
  }
}

void ImportedRuns::judge_difference(RunResult& result, std::uint32_t row) {
  const Reading& difference = result.imported->energy_difference_percent;
  if (!difference || std::abs(*difference) <= largest_difference_percent) return;
  const std::string message =
      fmt::format("the trace gives {}, {:+.1f} % against the {} that the source states",
                  core::format_energy(*result.total_energy_joules.joules), *difference,
                  core::format_energy(*result.imported->stated_energy_joules));
  result.cautions.push_back({"imported_energy_differs", message});
  const double ratio = *result.imported->stated_energy_joules / *result.total_energy_joules.joules;
  if (ratio < another_unit && ratio > 1 / another_unit) return;
  add(row, table_.map.energy->column, core::format_energy(*result.imported->stated_energy_joules),
      fmt::format("about the {} of its trace: is the unit of one of them right?",
                  core::format_energy(*result.total_energy_joules.joules)),
      "the figures stay");
}

void ImportedRuns::list_unused(const std::vector<std::string>& files) {
  std::vector<std::string> unused;
  std::ranges::copy_if(files, std::back_inserter(unused),
                       [&](const std::string& name) { return !used_.contains(name); });
  if (unused.empty()) return;
  problems_.add({folder_.string(), 0, "",
                 fmt::format("{} traces that no run uses, such as {}", unused.size(),
                             core::in_quotes(unused.front())),
                 "a run for each", "they are not looked at"});
}

std::vector<std::string> trace_files(const fs::path& folder, const fs::path& table) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(
           folder, fs::directory_options::skip_permission_denied, code)) {
    std::error_code none;
    if (entry.path().extension() != ".csv" || fs::equivalent(entry.path(), table, none)) continue;
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::ranges::sort(names);
  return names;
}

void write_samples(const fs::path& file, const TraceSlice& slice, const record::TraceMap& map) {
  std::vector<measure::Signal> signals;
  for (const MappedSignal& signal : map.signals) {
    signals.push_back({signal_name(signal.kind), "", measure::Behaviour::gauge, "imported"});
  }
  measure::SamplesWriter writer(file, signals);
  std::vector<double> values(signals.size());
  for (size_t tick = 0; tick < slice.t_s.size(); ++tick) {
    for (size_t i = 0; i < values.size(); ++i) values[i] = slice.values[i][tick];
    writer.append(slice.t_s[tick], values);
  }
  if (writer.error() != 0) {
    throw core::SystemError(fmt::format("can't write '{}'", file.string()), writer.error());
  }
}

}  // namespace tandem::cli

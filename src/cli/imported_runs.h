#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/import_problem.h"
#include "record/imported_study.h"
#include "record/power_trace.h"
#include "record/run_table.h"

namespace tandem::cli {

/// A run's part of its trace: seconds since the run's start.
using TraceSlice = record::PowerTrace;

/// Completes the runs of a table by what their traces say. Each run's own figures stay beside those
/// of its trace.
class ImportedRuns {
 public:
  /// Refers to all of them. `place_of` names a row of the table; `folder` has the traces, if there
  /// are any.
  ImportedRuns(const record::RunTable& table, const std::map<std::uint32_t, record::RowTrace>& rows,
               std::function<std::string(std::uint32_t)> place_of, std::filesystem::path folder,
               record::ImportProblems& problems);

  /// The results in an order in which each trace is read once. Finds out which of them were made at
  /// the same time by the same trace: its joules are those of both, so neither gets any.
  std::vector<size_t> order(const std::vector<record::RunResult>& results);
  /// Fills in where the run comes from, its times and what its trace says; gives the trace's part
  /// that lies within the run. Throws core::UserError for a trace that is no CSV or lacks a column.
  std::optional<TraceSlice> complete(record::RunResult& result);
  /// Lists those of the folder's traces that no completed run names.
  void list_unused(const std::vector<std::string>& files);

 private:
  /// When a run and its trainings began and ended, in seconds since 1970.
  struct Times {
    std::vector<std::pair<double, double>> trainings;
    double begin_s = 0;
    double end_s = 0;
  };

  const record::TraceMap& traces() const { return *table_.map.traces; }
  std::string source_of(const record::RunResult& result) const;
  std::vector<std::uint32_t> rows_by_participant(const record::RunResult& result) const;
  std::string trace_named_by(const std::vector<std::uint32_t>& rows) const;
  void find_shared_windows(const std::vector<record::RunResult>& results,
                           const std::vector<size_t>& by_trace);
  /// When the trainings of these rows were made; nothing where a row doesn't say it.
  std::optional<Times> times_in(const std::vector<std::uint32_t>& rows) const;
  /// The same, and what is missing is listed.
  std::optional<Times> times_of(const record::RunResult& result,
                                const std::vector<std::uint32_t>& rows);
  void fill_in_times(record::RunResult& result, const std::vector<std::uint32_t>& rows,
                     const Times& times);
  std::optional<TraceSlice> fill_in_trace(record::RunResult& result,
                                          const std::vector<std::uint32_t>& rows,
                                          const std::optional<Times>& times);
  /// The trace of that name; nullptr with `why_not` filled in, and the problem listed.
  const record::PowerTrace* trace(const std::string& name, std::uint32_t row, std::string& why_not);
  void judge_duration(record::RunResult& result, double stated_s, double length_s);
  void judge_difference(record::RunResult& result, std::uint32_t row);
  void add(std::uint32_t row, const std::string& column, std::string found, std::string expected,
           std::string consequence);

  const record::RunTable& table_;
  const std::map<std::uint32_t, record::RowTrace>& rows_;
  std::map<std::uint32_t, const record::TableRow*> table_rows_;
  std::function<std::string(std::uint32_t)> place_of_;
  std::filesystem::path folder_;
  record::ImportProblems& problems_;
  std::string read_name_;  ///< of the trace that was read last
  std::optional<record::PowerTrace> read_;
  std::string read_problem_;
  std::map<std::string, std::string> used_;    ///< trace to the run that named it first
  std::map<std::string, std::string> shared_;  ///< run to the source of another in its window
};

/// The CSV files below the folder but the table itself, by their names within it.
std::vector<std::string> trace_files(const std::filesystem::path& folder,
                                     const std::filesystem::path& table);

/// Writes a part of a trace as a recorded run's samples, under names that say imported.
void write_samples(const std::filesystem::path& file, const TraceSlice& slice,
                   const record::TraceMap& map);

}  // namespace tandem::cli

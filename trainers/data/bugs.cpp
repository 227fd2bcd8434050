#include "data/bugs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "data/bug_reports.h"
#include "data/delimited_text.h"
#include "errors.h"

namespace tandem::trainers {
namespace fs = std::filesystem;
namespace {

/// The pairs of one report, in the order of the table.
struct ReportRows {
  std::vector<std::array<float, bug_features>> features;
  std::vector<std::uint8_t> is_right;
};

/// The table of the original's feature_extraction.py.
BugPairs read_feature_table(const fs::path& file, std::int64_t limit) {
  DelimitedText table(file, ',', bugs_source);
  const std::size_t id = table.column("report_id"), match = table.column("match");
  std::array<std::size_t, bug_features> columns{};
  std::ranges::transform(std::array{"rVSM_similarity", "collab_filter", "classname_similarity",
                                    "bug_recency", "bug_frequency"},
                         columns.begin(), [&](const char* name) { return table.column(name); });
  constexpr double largest = 1e6;

  std::unordered_map<std::string, std::size_t> places;
  std::vector<ReportRows> reports;
  while (table.next()) {
    const double matches = table.number(match, 0, 1);
    if (matches != 0 && matches != 1) {
      table.fail(fmt::format("column 'match': found {}, expected 0 or 1", matches));
    }
    // The original leaves three features empty where it found none of a report's right files; then
    // it has no right pair either, and there is nothing to be learned.
    const auto is_empty = [&](std::size_t column) { return table.field(column).empty(); };
    if (matches == 0 && std::ranges::any_of(columns, is_empty)) continue;
    std::array<float, bug_features> features{};
    std::ranges::transform(columns, features.begin(), [&](std::size_t column) {
      return static_cast<float>(table.number(column, -largest, largest));
    });
    const std::size_t place = places.emplace(table.field(id), reports.size()).first->second;
    if (place == reports.size()) reports.emplace_back();
    reports[place].features.push_back(features);
    reports[place].is_right.push_back(matches == 1 ? 1 : 0);
  }

  BugPairs pairs;
  for (const ReportRows& report : reports) {
    if (pairs.report_count() == limit) break;
    const auto right = std::ranges::count(report.is_right, 1);
    if (right == 0 || right == std::ssize(report.is_right)) continue;
    const auto number = static_cast<std::int32_t>(pairs.report_count());
    pairs.reports.insert(pairs.reports.end(), report.features.size(), number);
    pairs.features.insert(pairs.features.end(), report.features.begin(), report.features.end());
    pairs.is_right.insert(pairs.is_right.end(), report.is_right.begin(), report.is_right.end());
  }
  if (pairs.size() == 0) {
    throw TrainingError(ExitCode::bad_data,
                        file.string() +
                            ": found no report that has both a right file (match 1) "
                            "and a wrong one (match 0)");
  }
  return pairs;
}

/// The one table of reports in a folder.
fs::path find_reports(const fs::path& folder) {
  std::vector<std::string> tables;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".txt" || extension == ".tsv") tables.push_back(entry.path().filename());
  }
  if (code) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("{}: cannot be read: {}, expected {}", folder.string(),
                                    code.message(), bugs_source));
  }
  if (tables.size() != 1) {
    std::ranges::sort(tables);
    throw TrainingError(
        ExitCode::bad_data,
        fmt::format("{}: found {}, expected {}", folder.string(),
                    tables.empty()
                        ? "neither features.csv nor a table of reports (.txt, .tsv)"
                        : fmt::format("{} tables ({})", tables.size(), fmt::join(tables, ", ")),
                    bugs_source));
  }
  return folder / tables.front();
}

}  // namespace

BugPairs read_bugs(const fs::path& folder, std::int64_t limit) {
  std::error_code ignored;
  if (fs::exists(folder / "features.csv", ignored)) {
    return read_feature_table(folder / "features.csv", limit);
  }
  const fs::path reports = find_reports(folder);
  const std::vector<JavaSource> sources = read_java_sources(folder / "sources");
  BugPairs pairs = pair_with_sources(read_bug_reports(reports), sources, limit);
  if (pairs.size() == 0) {
    throw TrainingError(
        ExitCode::bad_data,
        fmt::format("{}: found no report that was fixed in one of the {} sources "
                    "below {}, expected some",
                    reports.string(), sources.size(), (folder / "sources").string()));
  }
  return pairs;
}

}  // namespace tandem::trainers

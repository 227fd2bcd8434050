#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace tandem::trainers {

inline constexpr const char* bugs_source =
    "bug reports and where they were fixed: features.csv as bug-localization-by-dnn-and-rvsm "
    "writes it; or one table of reports (.txt or .tsv, columns summary, description, report_time "
    "and files between tabs, as in the data of Ye, Bunescu and Liu, figshare 951967) and the Java "
    "sources below the folder sources";

inline constexpr std::int64_t bug_features = 5;

/// Pairs of a bug report and a file in which it may have been fixed. The pairs of a report stand
/// together, one of them at least is right and one wrong.
struct BugPairs {
  /// rVSM similarity, collaborative filtering score, class name similarity, bug-fixing recency,
  /// bug-fixing frequency (Lam, Nguyen, Nguyen and Nguyen 2017, "Bug Localization with Combination
  /// of Deep Learning and Information Retrieval").
  std::vector<std::array<float, bug_features>> features;
  std::vector<std::int32_t> reports;   ///< of each pair: 0, 1, …
  std::vector<std::uint8_t> is_right;  ///< of each pair: whether the bug was fixed in the file
  bool synthetic = false;

  std::int64_t size() const { return std::ssize(reports); }
  std::int64_t report_count() const { return reports.empty() ? 0 : reports.back() + 1; }
};

/// Eclipse Platform UI's reports in the original.
inline constexpr std::int64_t eclipse_ui_reports = 6'495;
/// Files beside the right ones that the original draws for each report, and how many of them it
/// keeps, those with the highest rVSM similarity.
inline constexpr std::int64_t wrong_files_drawn = 100, wrong_files_kept = 50;

/// Reads a folder with `features.csv`, or else one with reports and sources; the first `limit`
/// reports that can be learned from. Throws TrainingError (bad_data) that names the file, what was
/// found and what was expected.
BugPairs read_bugs(const std::filesystem::path& folder, std::int64_t limit);

/// Pairs of made-up reports, the same at each call.
BugPairs make_up_bugs(std::int64_t reports);

}  // namespace tandem::trainers

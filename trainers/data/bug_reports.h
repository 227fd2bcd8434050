#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/bugs.h"

namespace tandem::trainers {

struct BugReport {
  std::string text;                ///< summary and description
  std::string time;                ///< 2012-07-03 03:39:25
  std::vector<std::string> files;  ///< paths of the Java files that its fix changed

  /// Months since the year 0.
  int month() const;
};

/// Reads a table of reports between tabs; columns summary, description, report_time, files (paths
/// with a blank after each) and any others. Throws TrainingError (bad_data).
std::vector<BugReport> read_bug_reports(const std::filesystem::path& file);

struct JavaSource {
  std::string path;  ///< below the folder, with slashes
  std::string text;
};

/// Reads every file *.java below a folder, in the order of their paths. Throws TrainingError
/// (bad_data).
std::vector<JavaSource> read_java_sources(const std::filesystem::path& folder);

/// The names of the classes, interfaces, enumerations and records that a source declares, a blank
/// after each; not what only stands in comments or quotation marks.
std::string declared_classes(std::string_view java);

/// Computes the five features of the first `limit` reports that were fixed in a file of `sources`,
/// each paired with those files and with the wrong ones (see wrong_files_kept). A path of a report
/// names the source that it ends with, so that both may be told from different folders.
BugPairs pair_with_sources(const std::vector<BugReport>& reports,
                           const std::vector<JavaSource>& sources, std::int64_t limit);

}  // namespace tandem::trainers

#include "data/bug_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <sstream>

#include "data/delimited_text.h"
#include "data/terms.h"
#include "errors.h"

namespace tandem::trainers {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t drawing_seed = 20'251'111;

/// 2012-07-03 03:39:25
bool is_time(const std::string& text) {
  constexpr std::string_view form = "0000-00-00 00:00:00";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !is_digit : text[i] != form[i]) return false;
  }
  const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/// The Java files of a list of paths with blanks between them. A path may hold blanks itself
/// ("Eclipse UI"), so one ends only where a file's name does.
std::vector<std::string> java_files(const std::string& list) {
  std::vector<std::string> files;
  std::istringstream words(list);
  std::string path;
  for (std::string word; words >> word;) {
    if (!path.empty()) path += ' ';
    path += word;
    if (path.ends_with(".java")) {
      files.push_back(std::move(path));
      path.clear();
    } else if (word.find('.', word.rfind('/') + 1) != word.npos) {
      path.clear();  // a file of another kind
    }
  }
  return files;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

/// Walks over the words of Java code, passing over comments, strings and characters.
class JavaWords {
 public:
  explicit JavaWords(std::string_view code) : rest_(code) {}

  /// The next word, or an empty one at the end.
  std::string_view next() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        skip_to("\n", 2);
      } else if (rest_.starts_with("/*")) {
        skip_to("*/", 2);
      } else if (rest_.starts_with("\"\"\"")) {
        skip_to("\"\"\"", 3);
      } else if (rest_.front() == '"' || rest_.front() == '\'') {
        skip_quoted(rest_.front());
      } else if (is_name_character(rest_.front())) {
        const auto end = std::ranges::find_if_not(rest_, is_name_character);
        const std::string_view word =
            rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(word.size());
        return word;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return {};
  }

 private:
  void skip_to(std::string_view end, std::size_t from) {
    const std::size_t place = rest_.find(end, from);
    rest_.remove_prefix(place == rest_.npos ? rest_.size() : place + end.size());
  }

  void skip_quoted(char quote) {
    std::size_t i = 1;
    while (i < rest_.size() && rest_[i] != quote && rest_[i] != '\n') {
      i += rest_[i] == '\\' ? 2 : 1;
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
  }

  std::string_view rest_;
};

/// What is known of a source, first of its text and then, report by report, of its history.
struct Source {
  TermVector text;
  TermVector classes;
  double size_factor = 0;  ///< g(#terms) of rVSM
  TermCounts earlier_reports;
  int fixes = 0;
  int last_fix_month = 0;
};

/// g(#terms) = 1 / (1 + e^−N), N being the number of terms, scaled so that the smallest source has
/// 0 and the largest 1 (Zhou, Zhang and Lo 2012, section III-B).
std::vector<double> size_factors(const std::vector<TermCounts>& texts) {
  std::vector<double> sizes;
  for (const TermCounts& text : texts) sizes.push_back(static_cast<double>(text.total()));
  const auto [smallest, largest] = std::ranges::minmax(sizes);
  const double range = largest > smallest ? largest - smallest : 1;
  for (double& size : sizes) size = 1 / (1 + std::exp(-(size - smallest) / range));
  return sizes;
}

/// Sources by their paths.
class SourcesByPath {
 public:
  explicit SourcesByPath(const std::vector<JavaSource>& sources) {
    for (std::size_t i = 0; i < sources.size(); ++i) places_.emplace(sources[i].path, i);
  }

  /// The places of the sources that a report's paths name, each once, in ascending order.
  std::vector<std::size_t> find(const std::vector<std::string>& paths) const {
    std::vector<std::size_t> found;
    for (const std::string& path : paths) {
      std::string_view end = path;
      auto place = places_.find(end);
      while (place == places_.end() && end.find('/') != end.npos) {
        end.remove_prefix(end.find('/') + 1);
        place = places_.find(end);
      }
      if (place != places_.end()) found.push_back(place->second);
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
  }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// Some of the sources that are not among `right`, drawn by the report's number alone.
std::vector<std::size_t> draw_wrong_files(std::size_t sources,
                                          const std::vector<std::size_t>& right,
                                          std::size_t report) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < sources; ++i) {
    if (!std::ranges::binary_search(right, i)) wrong.push_back(i);
  }
  std::mt19937_64 random(drawing_seed + report);
  const auto wanted = std::min(wrong.size(), static_cast<std::size_t>(wrong_files_drawn));
  for (std::size_t i = 0; i < wanted; ++i) {
    std::swap(wrong[i], wrong[i + random() % (wrong.size() - i)]);
  }
  wrong.resize(wanted);
  return wrong;
}

std::vector<TermCounts> terms_of(const std::vector<BugReport>& reports, TermReader& reader) {
  std::vector<TermCounts> terms;
  for (const BugReport& report : reports) terms.push_back(reader.read(report.text));
  return terms;
}

std::vector<TermCounts> terms_of(const std::vector<JavaSource>& sources, TermReader& reader) {
  std::vector<TermCounts> terms;
  for (const JavaSource& source : sources) terms.push_back(reader.read(source.text));
  return terms;
}

/// Computes features, report by report in the order of time, for a report may know only the past.
class Pairing {
 public:
  Pairing(const std::vector<BugReport>& reports, const std::vector<JavaSource>& sources)
      : reports_(reports),
        by_path_(sources),
        report_terms_(terms_of(reports, reader_)),
        source_terms_(terms_of(sources, reader_)),
        report_weights_(report_terms_),
        source_weights_(source_terms_),
        sources_(sources.size()) {
    const std::vector<double> factors = size_factors(source_terms_);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      sources_[i].text = source_weights_.vector(source_terms_[i]);
      sources_[i].classes = source_weights_.vector(reader_.read(declared_classes(sources[i].text)));
      sources_[i].size_factor = factors[i];
    }
  }

  BugPairs pairs(std::int64_t limit) {
    std::vector<std::size_t> order(reports_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return reports_[i].time; });
    BugPairs pairs;
    std::size_t known = 0;
    for (const std::size_t i : order) {
      while (reports_[order[known]].time < reports_[i].time) remember(order[known++]);
      const std::vector<std::size_t> right = by_path_.find(reports_[i].files);
      if (right.empty() || right.size() == sources_.size()) continue;
      if (pairs.report_count() == limit) break;
      add(i, right, pairs);
    }
    return pairs;
  }

 private:
  /// A report becomes a part of the history of the sources in which it was fixed.
  void remember(std::size_t report) {
    for (const std::size_t place : by_path_.find(reports_[report].files)) {
      Source& source = sources_[place];
      source.earlier_reports.add(report_terms_[report]);
      source.last_fix_month = reports_[report].month();
      ++source.fixes;
    }
  }

  /// Pairs a report with its right sources and with wrong ones.
  void add(std::size_t report, const std::vector<std::size_t>& right, BugPairs& pairs) const {
    // What a term says of a source is another thing than what it says of a report.
    const TermVector among_sources = source_weights_.vector(report_terms_[report]);
    const TermVector among_reports = report_weights_.vector(report_terms_[report]);
    const auto number = static_cast<std::int32_t>(pairs.report_count());
    const auto add_pair = [&](std::size_t place, bool is_right) {
      const Source& source = sources_[place];
      const int months = reports_[report].month() - source.last_fix_month;
      pairs.features.push_back({static_cast<float>(rvsm(among_sources, place)),
                                static_cast<float>(cosine(
                                    among_reports, report_weights_.vector(source.earlier_reports))),
                                static_cast<float>(cosine(among_sources, source.classes)),
                                source.fixes == 0 ? 0.0F : 1.0F / static_cast<float>(months + 1),
                                static_cast<float>(source.fixes)});
      pairs.reports.push_back(number);
      pairs.is_right.push_back(is_right ? 1 : 0);
    };
    for (const std::size_t place : right) add_pair(place, true);
    for (const std::size_t place : most_similar_wrong(report, right, among_sources)) {
      add_pair(place, false);
    }
  }

  std::vector<std::size_t> most_similar_wrong(std::size_t report,
                                              const std::vector<std::size_t>& right,
                                              const TermVector& text) const {
    std::vector<std::size_t> wrong = draw_wrong_files(sources_.size(), right, report);
    std::ranges::sort(wrong);
    std::ranges::stable_sort(wrong, std::greater{},
                             [&](std::size_t place) { return rvsm(text, place); });
    if (std::ssize(wrong) > wrong_files_kept) wrong.resize(wrong_files_kept);
    return wrong;
  }

  double rvsm(const TermVector& report, std::size_t place) const {
    return sources_[place].size_factor * cosine(report, sources_[place].text);
  }

  TermReader reader_;
  const std::vector<BugReport>& reports_;
  SourcesByPath by_path_;
  std::vector<TermCounts> report_terms_;
  std::vector<TermCounts> source_terms_;
  TermWeights report_weights_;
  TermWeights source_weights_;
  std::vector<Source> sources_;
};

}  // namespace

int BugReport::month() const {
  return std::stoi(time.substr(0, 4)) * 12 + std::stoi(time.substr(5, 2));
}

std::vector<BugReport> read_bug_reports(const fs::path& file) {
  DelimitedText table(file, '\t', "a table of bug reports");
  const std::size_t summary = table.column("summary"), description = table.column("description"),
                    time = table.column("report_time"), files = table.column("files");
  std::vector<BugReport> reports;
  while (table.next()) {
    if (!is_time(table.field(time))) {
      table.fail(
          fmt::format("column 'report_time': found '{}', expected a time such as "
                      "2012-07-03 03:39:25",
                      table.field(time).substr(0, 40)));
    }
    reports.push_back({table.field(summary) + " " + table.field(description), table.field(time),
                       java_files(table.field(files))});
  }
  return reports;
}

std::vector<JavaSource> read_java_sources(const fs::path& folder) {
  std::vector<JavaSource> sources;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".java") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      std::string text(std::istreambuf_iterator<char>(stream), {});
      if (!stream) {
        throw TrainingError(ExitCode::bad_data, entry.path().string() + ": cannot be read");
      }
      sources.push_back(
          {entry.path().lexically_relative(folder).generic_string(), std::move(text)});
    }
  } catch (const fs::filesystem_error& error) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("{}: cannot be read: {}, expected a folder of Java sources",
                                    folder.string(), error.code().message()));
  }
  if (sources.empty()) {
    throw TrainingError(ExitCode::bad_data,
                        folder.string() + ": found no file *.java, expected Java sources");
  }
  std::ranges::sort(sources, {}, &JavaSource::path);
  return sources;
}

std::string declared_classes(std::string_view java) {
  std::string names;
  JavaWords words(java);
  bool is_declared = false;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    if (is_declared) names += std::string(word) + ' ';
    is_declared = word == "class" || word == "interface" || word == "enum" || word == "record";
  }
  return names;
}

BugPairs pair_with_sources(const std::vector<BugReport>& reports,
                           const std::vector<JavaSource>& sources, std::int64_t limit) {
  return Pairing(reports, sources).pairs(limit);
}

}  // namespace tandem::trainers

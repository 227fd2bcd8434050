#include "data/clone_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "data/delimited_text.h"
#include "data/fixed_random.h"
#include "data/syntax_tree.h"
#include "data/text_file.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t test_every = 5;  // share of the programs that test, where pairs are drawn

[[noreturn]] void fail(const std::string& place, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", place, what));
}

/// What lies in a folder, in alphabetical order.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) fail(folder.string(), "cannot be read: " + error.message());
  std::ranges::sort(paths);
  return paths;
}

fs::path source_folder(const fs::path& folder) {
  for (const fs::path& path : entries(folder)) {
    if (fs::is_directory(path) && path.filename().string().ends_with("_src")) return path;
  }
  return folder;
}

std::optional<fs::path> pair_file(const fs::path& folder, std::string_view split) {
  std::optional<fs::path> found;
  for (const fs::path& path : entries(folder)) {
    if (path.extension() != ".csv" || path.stem().string().find(split) == std::string::npos) {
      continue;
    }
    if (found) {
      fail(folder.string(),
           fmt::format("found {} and {}, expected one CSV file with '{}' in its name",
                       found->filename().string(), path.filename().string(), split));
    }
    found = path;
  }
  return found;
}

/// Programs by problem and file; each is read and parsed when it is first asked for.
class Programs {
 public:
  explicit Programs(fs::path folder) : folder_(std::move(folder)) {}

  /// The place of a program that a row of `table` names.
  std::size_t place(const std::string& problem, const std::string& file,
                    const DelimitedText& table) {
    std::error_code ignored;
    if (problem.find('/') != std::string::npos || file.find('/') != std::string::npos ||
        !fs::is_regular_file(folder_ / problem / file, ignored)) {
      table.fail(
          fmt::format("found no program {}, which it names", (folder_ / problem / file).string()));
    }
    return place(problem, file);
  }

  std::size_t place(const std::string& problem, const std::string& file) {
    const auto [entry, is_new] = places_.try_emplace({problem, file}, trees_.size());
    if (is_new) {
      const fs::path path = folder_ / problem / file;
      trees_.push_back(java_tree(read_text_file(path, max_source_bytes), path.string()));
    }
    return entry->second;
  }

  std::vector<TreeSequences> take() { return std::move(trees_); }

 private:
  fs::path folder_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::vector<TreeSequences> trees_;
};

std::vector<ProgramPair> read_pairs(const fs::path& file, std::size_t limit, Programs& programs) {
  // Columns are known by their places, as in the original, whose files differ in their names.
  DelimitedText table(file, ',', "pairs of programs");
  if (table.columns() < 5) {
    table.fail(fmt::format("found {} columns, expected problem, file, problem, file and label",
                           table.columns()));
  }
  std::vector<ProgramPair> pairs;
  while (pairs.size() < limit && table.next()) {
    const std::string& label = table.field(4);
    if (label != "1" && label != "0" && label != "-1") {
      table.fail(fmt::format("found label '{:.40}', expected 1, 0 or -1", label));
    }
    pairs.push_back({programs.place(table.field(0), table.field(1), table),
                     programs.place(table.field(2), table.field(3), table), label == "1"});
  }
  if (pairs.empty()) fail(file.string(), "found no pair, expected at least one below the header");
  return pairs;
}

ClonePairs draw_from_folders(const fs::path& sources, std::int64_t train_limit,
                             std::int64_t test_limit) {
  Programs programs(sources);
  struct Part {
    std::vector<std::size_t> places;
    std::vector<std::string> problems;
  };
  Part train, test;
  for (const fs::path& problem : entries(sources)) {
    if (!fs::is_directory(problem)) continue;
    std::size_t number = 0;
    for (const fs::path& file : entries(problem)) {
      if (file.extension() != ".java") continue;
      const std::string name = problem.filename().string();
      Part& part = ++number % test_every == 0 ? test : train;
      part.places.push_back(programs.place(name, file.filename().string()));
      part.problems.push_back(name);
    }
  }
  for (const Part& part : {train, test}) {
    const std::set<std::string> problems(part.problems.begin(), part.problems.end());
    if (problems.size() < 2 || problems.size() == part.problems.size()) {
      fail(sources.string(),
           fmt::format("found {} programs of {} problems for one of the splits, and no pair files, "
                       "expected folders PROBLEM/FILE.java with several programs of several "
                       "problems",
                       part.problems.size(), problems.size()));
    }
  }
  ClonePairs pairs;
  pairs.programs = programs.take();
  pairs.train = draw_pairs(train.places, train.problems, train_limit, 1);
  pairs.test = draw_pairs(test.places, test.problems, test_limit, 2);
  return pairs;
}

}  // namespace

std::vector<ProgramPair> draw_pairs(const std::vector<std::size_t>& places,
                                    const std::vector<std::string>& problems, std::int64_t count,
                                    std::uint64_t seed) {
  std::map<std::string, std::vector<std::size_t>> by_problem;
  for (std::size_t i = 0; i < places.size(); ++i) by_problem[problems[i]].push_back(places[i]);
  FixedRandom random(seed);
  std::vector<ProgramPair> pairs;
  while (std::ssize(pairs) < count) {
    const auto first = static_cast<std::size_t>(random.below(std::ssize(places)));
    const auto second = static_cast<std::size_t>(random.below(std::ssize(places)));
    const bool wanted = pairs.size() % 2 == 0;
    if (!wanted) {
      if (problems[first] != problems[second]) {
        pairs.push_back({places[first], places[second], false});
      }
      continue;
    }
    const std::size_t twin = random.pick(by_problem[problems[first]]);
    if (twin != places[first]) pairs.push_back({places[first], twin, true});
  }
  return pairs;
}

ClonePairs load_clone_pairs(const fs::path& folder, std::int64_t train_limit,
                            std::int64_t test_limit) {
  const fs::path sources = source_folder(folder);
  const auto train = pair_file(folder, "train");
  const auto test = pair_file(folder, "test");
  if (!train && !test) return draw_from_folders(sources, train_limit, test_limit);
  if (!train || !test) {
    fail(folder.string(), fmt::format("found {}, expected a pair file with 'train' and one with "
                                      "'test' in its name",
                                      (train ? train : test)->filename().string()));
  }
  Programs programs(sources);
  ClonePairs pairs;
  pairs.train = read_pairs(*train, static_cast<std::size_t>(train_limit), programs);
  pairs.test = read_pairs(*test, static_cast<std::size_t>(test_limit), programs);
  pairs.programs = programs.take();
  return pairs;
}

}  // namespace tandem::trainers

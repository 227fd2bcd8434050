#include "record/run_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <future>
#include <thread>

#include "core/error.h"
#include "core/file.h"

namespace tandem::record {
namespace fs = std::filesystem;
namespace {

/// The number that an attempt's folder is named by, or 0 for any other folder.
int attempt_number(const fs::path& folder) {
  const std::string name = folder.filename();
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(parent, code)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// The folders of a run's attempts, in order of their numbers.
std::vector<fs::path> attempts_in(const fs::path& run_folder) {
  std::vector<fs::path> attempts;
  for (const fs::path& folder : folders_in(run_folder)) {
    if (attempt_number(folder) > 0) attempts.push_back(folder);
  }
  std::sort(attempts.begin(), attempts.end(), [](const fs::path& left, const fs::path& right) {
    return attempt_number(left) < attempt_number(right);
  });
  return attempts;
}

std::vector<RunResult> read_attempts(const fs::path& run_folder,
                                     std::vector<std::string>* problems) {
  std::vector<RunResult> results;
  for (const fs::path& attempt : attempts_in(run_folder)) {
    const fs::path file = attempt / "result.json";
    if (!fs::exists(file)) continue;
    try {
      results.push_back(from_document(core::Json::parse(core::read_file(file))));
    } catch (const std::exception& error) {
      if (problems != nullptr) problems->push_back(file.string() + ": " + error.what());
    }
  }
  return results;
}

std::string text_of(const RunResult& result) {
  return to_document(result).dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n";
}

core::SystemError cannot_read(const std::string& problem) {
  return core::SystemError("can't read a result: " + problem +
                           " (move the file away to have the run made again)");
}

}  // namespace

fs::path RunStore::attempt_folder(const std::string& run_id, int attempt) const {
  return runs_folder() / run_id / std::to_string(attempt);
}

fs::path RunStore::result_file(const std::string& run_id, int attempt) const {
  return attempt_folder(run_id, attempt) / "result.json";
}

int RunStore::next_attempt(const std::string& run_id) const {
  const std::vector<fs::path> attempts = attempts_in(runs_folder() / run_id);
  return attempts.empty() ? 1 : attempt_number(attempts.back()) + 1;
}

int RunStore::begin_attempt(const std::string& run_id) const {
  const int attempt = next_attempt(run_id);
  if (claim_attempt(run_id, attempt)) return attempt;
  throw core::SystemError(
      fmt::format("can't make the folder '{}'", attempt_folder(run_id, attempt).string()), EEXIST);
}

bool RunStore::claim_attempt(const std::string& run_id, int attempt) const {
  core::make_folders(runs_folder() / run_id);
  const fs::path folder = attempt_folder(run_id, attempt);
  std::error_code code;
  const bool is_made = fs::create_directory(folder, code);
  if (code) {
    throw core::SystemError(fmt::format("can't make the folder '{}'", folder.string()),
                            code.value());
  }
  return is_made;
}

void RunStore::finish_attempt(const RunResult& result) const {
  core::write_file_atomically(result_file(result.run_id, result.attempt), text_of(result));
}

bool RunStore::finish_if_unfinished(const RunResult& result) const {
  return core::write_new_file_atomically(result_file(result.run_id, result.attempt),
                                         text_of(result));
}

bool RunStore::has_result(const std::string& run_id, int attempt) const {
  std::error_code code;
  return fs::exists(result_file(run_id, attempt), code);
}

std::vector<int> RunStore::attempts(const std::string& run_id) const {
  std::vector<int> numbers;
  for (const fs::path& attempt : attempts_in(runs_folder() / run_id)) {
    numbers.push_back(attempt_number(attempt));
  }
  return numbers;
}

std::vector<int> RunStore::finished_attempts(const std::string& run_id) const {
  std::vector<int> finished;
  for (const fs::path& attempt : attempts_in(runs_folder() / run_id)) {
    const int number = attempt_number(attempt);
    if (has_result(run_id, number)) finished.push_back(number);
  }
  return finished;
}

RunResult RunStore::read_attempt(const std::string& run_id, int attempt) const {
  const fs::path file = result_file(run_id, attempt);
  try {
    return from_document(core::Json::parse(core::read_file(file)));
  } catch (const std::exception& error) {
    throw cannot_read(file.string() + ": " + error.what());
  }
}

std::optional<RunResult> RunStore::try_read_attempt(const std::string& run_id, int attempt) const {
  try {
    return read_attempt(run_id, attempt);
  } catch (const core::SystemError&) {
    return std::nullopt;
  }
}

std::vector<std::pair<std::string, int>> RunStore::finished() const {
  std::vector<std::pair<std::string, int>> all;
  for (const fs::path& run_folder : folders_in(runs_folder())) {
    const std::string run_id = run_folder.filename();
    for (const int attempt : finished_attempts(run_id)) all.emplace_back(run_id, attempt);
  }
  return all;
}

void RunStore::for_each_result(const std::function<void(RunResult)>& use,
                               std::vector<std::string>* problems) const {
  struct Piece {
    std::vector<RunResult> results;
    std::vector<std::string> problems;
  };
  const std::vector<fs::path> folders = folders_in(runs_folder());
  constexpr size_t runs_at_once = 64;
  const size_t readers = std::max(1U, std::thread::hardware_concurrency());
  std::deque<std::future<Piece>> pieces;
  size_t begun = 0;
  const auto begin_next = [&] {
    const size_t first = begun;
    begun = std::min(begun + runs_at_once, folders.size());
    pieces.push_back(std::async(std::launch::async, [&folders, first, last = begun] {
      Piece piece;
      for (size_t i = first; i < last; ++i) {
        std::vector<RunResult> results = read_attempts(folders[i], &piece.problems);
        std::move(results.begin(), results.end(), std::back_inserter(piece.results));
      }
      return piece;
    }));
  };
  while (begun < folders.size() || !pieces.empty()) {
    while (begun < folders.size() && pieces.size() <= readers) begin_next();
    Piece piece = pieces.front().get();
    pieces.pop_front();
    for (RunResult& result : piece.results) use(std::move(result));
    if (problems == nullptr) continue;
    std::move(piece.problems.begin(), piece.problems.end(), std::back_inserter(*problems));
  }
}

std::vector<RunResult> RunStore::read_all(std::vector<std::string>* problems) const {
  std::vector<RunResult> all;
  for_each_result([&](RunResult result) { all.push_back(std::move(result)); }, problems);
  return all;
}

std::vector<RunResult> RunStore::read_run(const std::string& run_id) const {
  std::vector<std::string> problems;
  std::vector<RunResult> results = read_attempts(runs_folder() / run_id, &problems);
  if (!problems.empty()) throw cannot_read(problems.front());
  return results;
}

std::optional<RunResult> RunStore::read_deciding(const std::string& run_id) const {
  const std::vector<RunResult> results = read_run(run_id);
  std::vector<const RunResult*> attempts;
  for (const RunResult& result : results) attempts.push_back(&result);
  const RunResult* deciding = deciding_attempt(attempts);
  if (deciding == nullptr) return std::nullopt;
  return *deciding;
}

std::vector<fs::path> RunStore::unfinished_attempts() const {
  std::vector<fs::path> unfinished;
  for (const fs::path& run_folder : folders_in(runs_folder())) {
    for (const fs::path& attempt : attempts_in(run_folder)) {
      if (!fs::exists(attempt / "result.json")) unfinished.push_back(attempt);
    }
  }
  return unfinished;
}

bool counts_instead(const Outcome& later, const Outcome* before) {
  if (before == nullptr) return true;
  if (before->ok()) return false;
  return later.status != Outcome::Status::interrupted;
}

const RunResult* deciding_attempt(const std::vector<const RunResult*>& attempts) {
  const RunResult* deciding = nullptr;
  for (const RunResult* attempt : attempts) {
    const Outcome* before = deciding == nullptr ? nullptr : &deciding->outcome;
    if (counts_instead(attempt->outcome, before)) deciding = attempt;
  }
  return deciding;
}

}  // namespace tandem::record

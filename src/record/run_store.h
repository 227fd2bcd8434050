#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/run_result.h"

namespace tandem::record {

/// The folders of a study's runs: `runs/<run id>/<attempt>/`. They are the truth; everything else
/// can be rebuilt from them.
class RunStore {
 public:
  /// `folder` is the study's; nothing is made until a run begins.
  explicit RunStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path runs_folder() const { return folder_ / "runs"; }
  std::filesystem::path attempt_folder(const std::string& run_id, int attempt) const;

  /// Makes the folder of the next attempt and gives its number, counting from 1. An attempt that is
  /// there is never used again. Throws core::SystemError.
  int begin_attempt(const std::string& run_id) const;
  /// The number of the attempt that begin_attempt would make.
  int next_attempt(const std::string& run_id) const;
  /// Makes the folder of this attempt. False where it is there already: of several that try, on
  /// whatever machines, exactly one makes it (mkdir(2)). Throws core::SystemError.
  bool claim_attempt(const std::string& run_id, int attempt) const;
  /// Writes `result.json`, the last act of an attempt: a folder without it did not happen.
  void finish_attempt(const RunResult& result) const;
  /// The same where somebody else may just do it too: false, and nothing written, if one is there.
  bool finish_if_unfinished(const RunResult& result) const;

  bool has_result(const std::string& run_id, int attempt) const;
  /// The numbers of a run's attempts, rising, and of those that have a result.
  std::vector<int> attempts(const std::string& run_id) const;
  std::vector<int> finished_attempts(const std::string& run_id) const;
  /// One attempt's result. Throws core::SystemError for one that can't be read.
  RunResult read_attempt(const std::string& run_id, int attempt) const;
  /// Nothing for one that can't be read.
  std::optional<RunResult> try_read_attempt(const std::string& run_id, int attempt) const;

  /// The attempts that have a result, by run id and number.
  std::vector<std::pair<std::string, int>> finished() const;

  /// Calls `use` with every result of every attempt, ordered by run id and attempt, in this thread;
  /// others read ahead, so that no more than some hundred are held at a time. Unreadable ones are
  /// listed in `problems`, if given, and left out.
  void for_each_result(const std::function<void(RunResult)>& use,
                       std::vector<std::string>* problems = nullptr) const;
  /// Every result of every attempt, ordered by run id and attempt. Unreadable ones are listed in
  /// `problems`, if given, and left out.
  std::vector<RunResult> read_all(std::vector<std::string>* problems = nullptr) const;
  /// The results of one run, by attempt. Throws core::SystemError for one that can't be read.
  std::vector<RunResult> read_run(const std::string& run_id) const;
  /// The attempt that counts, nothing if none has a result. Throws core::SystemError for a result
  /// that can't be read: to take it for missing would repeat the run without a word.
  std::optional<RunResult> read_deciding(const std::string& run_id) const;
  /// Attempts that have no result: they were cut off.
  std::vector<std::filesystem::path> unfinished_attempts() const;

 private:
  std::filesystem::path result_file(const std::string& run_id, int attempt) const;

  std::filesystem::path folder_;
};

/// Whether a later attempt counts in the place of the one that counted before it (nullptr: none).
bool counts_instead(const Outcome& later, const Outcome* before);

/// Of several attempts at one run the one that counts: the first one that is ok, else the last one
/// that failed, else the first interrupted one.
const RunResult* deciding_attempt(const std::vector<const RunResult*>& attempts);

}  // namespace tandem::record

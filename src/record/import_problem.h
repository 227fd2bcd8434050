#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/json.h"

namespace tandem::record {

/// Something in an older study that can't be meant, with its place: reported, never mended.
struct ImportProblem {
  std::string file;  ///< the table, a description, a trace
  size_t row = 0;    ///< from 1, the header is 1; 0 where it is about the file
  std::string column;
  std::string found;
  std::string expected;
  std::string consequence;  ///< what became of it: `the row is left out`; empty: nothing

  /// Safe for a terminal: `runs.csv: row 3, column "kj": found "x", expected a number (the row is
  /// left out)`.
  std::string text() const;
};
void to_json(core::Json& json, const ImportProblem& problem);

/// The first problems, and the number of all.
class ImportProblems {
 public:
  static constexpr size_t most_kept = 1000;

  void add(ImportProblem problem) {
    ++count_;
    if (list_.size() < most_kept) list_.push_back(std::move(problem));
  }
  /// Those that were not kept count too.
  void add_uncounted(size_t count) { count_ += count; }
  const std::vector<ImportProblem>& list() const { return list_; }
  size_t count() const { return count_; }

 private:
  std::vector<ImportProblem> list_;
  size_t count_ = 0;
};

}  // namespace tandem::record

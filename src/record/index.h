#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "record/run_result.h"
#include "record/run_store.h"

namespace SQLite {
class Database;
}

namespace tandem::record {

/// A SQLite database of a study's results, for people who ask questions in SQL. It holds nothing
/// that the run folders don't hold and can be thrown away at any time. Tables: `runs` (one row an
/// attempt; `study_device`: which of several devices made it, `imported_from`: where an imported
/// one stands in its source), `trainings` (one row a participant), `epochs`. Columns carry the
/// study's metric names; a missing reading is NULL.
class Index {
 public:
  /// Opens or makes the database; one with the tables of another version is emptied (`add_missing`
  /// fills it). Throws core::SystemError naming the file.
  explicit Index(const std::filesystem::path& file);
  ~Index();

  /// Adds one attempt; one that is there already is replaced. Throws core::SystemError.
  void add(const RunResult& result);
  /// Adds the attempts that have a result in the store and no row here; those whose result can't be
  /// read are left out. Throws core::SystemError.
  void add_missing(const RunStore& store);
  /// Number of attempts in the index.
  int size() const;

  /// Builds the index anew from the run folders, beside the old one, and puts it in its place.
  /// Returns the number of attempts; unreadable results are listed in `problems`.
  static int rebuild(const RunStore& store, std::vector<std::string>& problems);
  static std::filesystem::path file_of(const RunStore& store) {
    return store.folder() / "index.sqlite";
  }

 private:
  struct Insertions;

  bool holds(const std::string& run_id, int attempt) const;
  /// Within a transaction.
  void insert(const RunResult& result);

  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<Insertions> insertions_;
};

}  // namespace tandem::record

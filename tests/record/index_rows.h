#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

namespace tandem::test {

/// Every row of an index, a line each, ordered by its key. Throws SQLite::Exception.
inline std::string index_rows(const std::filesystem::path& file) {
  SQLite::Database database(file.string());
  std::string text;
  for (const char* table : {"runs", "trainings", "epochs"}) {
    SQLite::Statement rows(database, std::string("SELECT * FROM ") + table + " ORDER BY 1,2,3,4");
    while (rows.executeStep()) {
      text += table;
      for (int column = 0; column < rows.getColumnCount(); ++column) {
        text += '|';
        text += rows.getColumn(column).isNull() ? "NULL" : rows.getColumn(column).getString();
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace tandem::test

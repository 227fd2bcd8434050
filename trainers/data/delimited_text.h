#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tandem::trainers {

/// A table in a text file: rows of fields between commas or tabs, the first row naming the columns.
/// A field may stand in quotation marks (RFC 4180), and then hold the delimiter, line ends, and
/// quotation marks written twice.
class DelimitedText {
 public:
  /// Opens the file and reads the names. `expected` says what the file should be, in the messages
  /// about one that isn't there. Throws TrainingError (bad_data), as all functions do, naming file
  /// and line.
  DelimitedText(std::filesystem::path file, char delimiter, const std::string& expected);

  /// Reads the next row; false at the end of the file. Rows without any text are passed over.
  bool next();

  /// How many columns there are: as many as each row has fields.
  std::size_t columns() const { return names_.size(); }
  /// The place of a column.
  std::size_t column(const std::string& name) const;
  /// A field of the current row.
  const std::string& field(std::size_t column) const { return fields_[column]; }
  /// The same as a number from `least` to `most`.
  double number(std::size_t column, double least, double most) const;

  /// Ends the reading of a row that is wrong.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  bool read_row(std::vector<std::string>& fields);

  std::filesystem::path file_;
  char delimiter_;
  std::ifstream stream_;
  std::int64_t next_line_ = 1;
  std::int64_t row_line_ = 1;  ///< where the current row begins
  std::vector<std::string> names_;
  std::vector<std::string> fields_;
};

}  // namespace tandem::trainers

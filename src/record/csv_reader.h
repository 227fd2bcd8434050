#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::record {

/// Reads a table of comma-separated values (RFC 4180) row by row, however long it is: quoted fields
/// with separators, line breaks and doubled quotes in them, rows that end in LF or CRLF, a UTF-8
/// byte order mark before the first. Empty lines are passed over, but count as rows.
class CsvReader {
 public:
  /// `source` names the file in messages; `in` must outlive the reader.
  CsvReader(std::istream& in, std::string source, char separator = ',');

  /// The fields of the next row, valid until the next call; false at the end. Throws
  /// core::UserError, with the row, for a quote that is never closed, text behind a closing quote,
  /// a byte 0 (the text is no UTF-8) and a row of more than 1 MiB.
  bool next(std::vector<std::string_view>& fields);

  /// Of the row read last, counting from 1 as a spreadsheet does; the header is the first.
  size_t row() const { return row_; }

 private:
  enum class State { field_start, bare, quoted, quote_in_quoted };

  /// Makes room for more of the file behind what is kept, and reads it. False at its end.
  bool fill();
  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const;

  std::istream& in_;
  std::string source_;
  char separator_;
  std::string buffer_;
  size_t begin_ = 0;  ///< of the row that is being read
  size_t end_ = 0;    ///< of what was read
  size_t row_ = 0;
  /// Of the row's fields, from its begin on: the buffer may move while they are read.
  struct Extent {
    size_t begin;
    size_t end;
  };
  std::vector<Extent> extents_;
};

}  // namespace tandem::record

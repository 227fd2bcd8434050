#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "fuzz.h"
#include "record/csv_reader.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text, char separator) {
  std::istringstream in(text);
  tandem::record::CsvReader reader(in, "table.csv", separator);
  Rows rows;
  std::vector<std::string_view> fields;
  std::size_t last_row = 0;
  while (reader.next(fields)) {
    require(reader.row() > last_row, "rows count up");
    require(!fields.empty(), "a row has a field");
    last_row = reader.row();
    rows.emplace_back(fields.begin(), fields.end());
  }
  return rows;
}

/// Every field in quotes, as RFC 4180 has it.
std::string written(const Rows& rows, char separator) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += separator;
      text += '"';
      for (const char c : row[i]) {
        text += c;
        if (c == '"') text += c;
      }
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text(data, size));
  for (const char separator : {',', ';', '\t'}) {
    try {
      const Rows rows = rows_of(text, separator);
      require(rows_of(written(rows, separator), separator) == rows, "reads back");
    } catch (const tandem::core::UserError&) {
    }
  }
  return 0;
}

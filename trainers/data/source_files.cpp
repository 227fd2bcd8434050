#include "data/source_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "errors.h"

namespace tandem::trainers {
namespace {

[[noreturn]] void fail(const std::string& origin, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", origin, what));
}

/// Reads one CSV text from its start; every function leaves `place_` behind what it has read.
class CsvReader {
 public:
  CsvReader(const std::string& text, const std::string& origin) : text_(text), origin_(origin) {}

  bool at_end() const { return place_ == text_.size(); }

  std::vector<std::string> read_row() {
    std::vector<std::string> row;
    do {
      row.push_back(read_field());
    } while (take(','));
    take('\r');
    if (!take('\n') && !at_end()) {
      fail(at_line(), "found text behind a closing quote, expected a comma or the end of the line");
    }
    ++line_;
    return row;
  }

 private:
  std::string read_field() {
    if (!take('"')) {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", place_), text_.size());
      return text_.substr(std::exchange(place_, end), end - place_);
    }
    const std::string opened = at_line();
    std::string field;
    for (;;) {
      const std::size_t quote = text_.find('"', place_);
      if (quote == std::string::npos) {
        fail(opened, "found a quoted field without its end, expected a closing quote");
      }
      const std::size_t begin = std::exchange(place_, quote + 1);
      line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                          text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n');
      field.append(text_, begin, quote - begin);
      if (!take('"')) return field;
      field += '"';
    }
  }

  bool take(char c) {
    if (at_end() || text_[place_] != c) return false;
    ++place_;
    return true;
  }

  std::string at_line() const { return fmt::format("{}, line {}", origin_, line_); }

  const std::string& text_;
  const std::string& origin_;
  std::size_t place_ = 0;
  std::ptrdiff_t line_ = 1;
};

}  // namespace

std::string read_text_file(const std::filesystem::path& file, std::size_t max_bytes) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) fail(file.string(), "cannot be read: " + error.message());
  if (size > max_bytes) {
    fail(file.string(), fmt::format("found {} bytes, expected at most {}", size, max_bytes));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(size, '\0');
  if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(size))) {
    fail(file.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return text;
}

std::vector<std::vector<std::string>> parse_csv(const std::string& text,
                                                const std::string& origin) {
  std::vector<std::vector<std::string>> rows;
  CsvReader reader(text, origin);
  while (!reader.at_end()) {
    std::vector<std::string> row = reader.read_row();
    if (row.size() > 1 || !row.front().empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::size_t csv_column(const std::vector<std::string>& header, const std::string& name,
                       const std::string& origin) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) {
    fail(origin, fmt::format("found the columns {:.200}, expected one called {}",
                             fmt::format("{}", fmt::join(header, ", ")), name));
  }
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace tandem::trainers

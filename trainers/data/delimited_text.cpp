#include "data/delimited_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include "errors.h"

namespace tandem::trainers {

DelimitedText::DelimitedText(std::filesystem::path file, char delimiter,
                             const std::string& expected)
    : file_(std::move(file)), delimiter_(delimiter), stream_(file_, std::ios::binary) {
  const auto fail_to_open = [&](const std::string& what) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("{}: {}, expected {}", file_.string(), what, expected));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file_, ignored)) fail_to_open("found a folder");
  if (!stream_) fail_to_open(fmt::format("cannot be opened: {}", std::strerror(errno)));
  if (!read_row(names_)) fail_to_open("found an empty file");
}

bool DelimitedText::next() {
  do {
    if (!read_row(fields_)) return false;
  } while (fields_.size() == 1 && fields_.front().empty());
  if (fields_.size() != names_.size()) {
    fail(fmt::format("found {} fields, expected {} as in the first row", fields_.size(),
                     names_.size()));
  }
  return true;
}

std::size_t DelimitedText::column(const std::string& name) const {
  const auto place = std::ranges::find(names_, name);
  if (place == names_.end()) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("{}: line 1: found no column '{}' among '{}'", file_.string(),
                                    name, fmt::join(names_, "', '")));
  }
  return static_cast<std::size_t>(place - names_.begin());
}

double DelimitedText::number(std::size_t column, double least, double most) const {
  const std::string& text = fields_[column];
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  // Written so that a value that is no number is refused too.
  if (error != std::errc() || rest != end || !(value >= least && value <= most)) {
    fail(fmt::format("column '{}': found '{}', expected a number from {} to {}", names_[column],
                     text.substr(0, 40), least, most));
  }
  return value;
}

void DelimitedText::fail(const std::string& what) const {
  throw TrainingError(ExitCode::bad_data,
                      fmt::format("{}: line {}: {}", file_.string(), row_line_, what));
}

bool DelimitedText::read_row(std::vector<std::string>& fields) {
  fields.assign(1, "");
  row_line_ = next_line_;
  bool quoted = false, at_start_of_field = true, any = false;
  for (int c = stream_.get(); c != std::ifstream::traits_type::eof(); c = stream_.get()) {
    any = true;
    if (c == '\0') fail("found a zero byte, expected a text");
    if (c == '\n') ++next_line_;
    if (quoted) {
      if (c == '"' && stream_.peek() == '"') {
        fields.back() += static_cast<char>(stream_.get());
      } else if (c == '"') {
        quoted = false;
      } else {
        fields.back() += static_cast<char>(c);
      }
      continue;
    }
    if (c == '\n') return true;
    if (c == '\r' && stream_.peek() == '\n') continue;
    if (c == '"' && at_start_of_field) {
      quoted = true;
      at_start_of_field = false;
    } else if (c == delimiter_) {
      fields.emplace_back();
      at_start_of_field = true;
    } else {
      fields.back() += static_cast<char>(c);
      at_start_of_field = false;
    }
  }
  if (stream_.bad()) fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  if (quoted) fail("found the end of the file within quotation marks");
  return any;
}

}  // namespace tandem::trainers

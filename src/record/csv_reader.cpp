#include "record/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/text.h"

namespace tandem::record {
namespace {

constexpr size_t chunk = size_t{1} << 18;
constexpr size_t longest_row = size_t{1} << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string source, char separator)
    : in_(in), source_(std::move(source)), separator_(separator), buffer_(chunk, '\0') {
  fill();
  if (std::string_view(buffer_.data(), end_).starts_with(byte_order_mark)) {
    begin_ = byte_order_mark.size();
  }
}

bool CsvReader::fill() {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > longest_row) {
    refuse("a row of more than 1 MiB", "shorter rows; a quote that is never closed looks so too");
  }
  if (buffer_.size() - end_ < chunk / 2) buffer_.resize(buffer_.size() + chunk);
  in_.read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
  const auto count = static_cast<size_t>(in_.gcount());
  if (std::find(buffer_.data() + end_, buffer_.data() + end_ + count, '\0') !=
      buffer_.data() + end_ + count) {
    ++row_;
    refuse("a byte 0 in or behind this row",
           "text in UTF-8 (a spreadsheet may have written UTF-16)");
  }
  end_ += count;
  return count > 0;
}

void CsvReader::refuse(const std::string& found, const std::string& expected) const {
  throw core::UserError(source_, {{fmt::format("row {}", row_), found, expected}});
}

bool CsvReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  extents_.clear();
  ++row_;
  State state = State::field_start;
  size_t at = 0;     // from begin_
  size_t kept = 0;   // where the next kept byte of a quoted field goes
  size_t field = 0;  // where the field begins
  const auto end_field = [&](size_t end) { extents_.push_back({field, end}); };
  for (;; ++at) {
    if (begin_ + at == end_ && !fill()) {
      if (state == State::quoted) refuse("a quote that is never closed", "a closing quote");
      if (at == 0) return false;
      const bool lone_cr = state == State::bare && buffer_[begin_ + at - 1] == '\r';
      end_field(state == State::quote_in_quoted ? kept : at - lone_cr);
      begin_ = end_;
      break;
    }
    char* const row = buffer_.data() + begin_;
    const char c = row[at];
    if (state == State::quoted) {
      if (c == '"') {
        state = State::quote_in_quoted;
      } else {
        row[kept++] = c;
      }
      continue;
    }
    if (state == State::quote_in_quoted && c == '"') {
      row[kept++] = c;
      state = State::quoted;
      continue;
    }
    const size_t field_end = state == State::quote_in_quoted ? kept : at;
    if (c == separator_) {
      end_field(field_end);
      field = at + 1;
      state = State::field_start;
    } else if (c == '\n') {
      const bool is_crlf = state != State::quote_in_quoted && at > field && row[at - 1] == '\r';
      if (extents_.empty() && field_end - is_crlf == field && state != State::quote_in_quoted) {
        begin_ += at + 1;  // an empty line
        ++row_;
        at = static_cast<size_t>(-1);
        field = 0;
        state = State::field_start;
        continue;
      }
      end_field(field_end - is_crlf);
      begin_ += at + 1;
      // The fields lie before begin_ now.
      for (const Extent& extent : extents_) {
        fields.emplace_back(row + extent.begin, extent.end - extent.begin);
      }
      return true;
    } else if (state == State::quote_in_quoted) {
      // CRLF behind a closing quote; anything else has no meaning.
      const bool last = begin_ + at + 1 == end_ && !fill();
      const char following = last ? '\n' : buffer_[begin_ + at + 1];
      if (c != '\r' || following != '\n') {
        refuse(fmt::format("{} behind a closing quote", core::in_quotes(std::string(1, c))),
               "the separator or the end of the row; a quote within a field is written twice");
      }
    } else if (c == '"' && state == State::field_start) {
      state = State::quoted;
      field = kept = at + 1;
    } else {
      state = State::bare;
      // Most of a table are plain cells: on to the end of this one.
      const char* const end = buffer_.data() + end_;
      const char* next = row + at + 1;
      while (next != end && *next != separator_ && *next != '\n') ++next;
      at = static_cast<size_t>(next - row) - 1;
    }
  }
  // The last row has no line break; begin_ is at its end.
  for (const Extent& extent : extents_) {
    const char* const row = buffer_.data() + end_ - at;
    fields.emplace_back(row + extent.begin, extent.end - extent.begin);
  }
  return true;
}

}  // namespace tandem::record

#include "measure/process_stat.h"

#include <array>
#include <charconv>

namespace tandem::measure {
namespace {

// proc(5) numbers the fields from 1; the numeric ones begin with the parent.
constexpr size_t first_field = 4;
constexpr size_t last_field = 24;
constexpr size_t at(size_t field) {
  return field - first_field;
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) noexcept {
  // The name stands in parentheses and may itself hold spaces and parentheses; nothing after it
  // does.
  const size_t name_end = text.rfind(')');
  constexpr std::string_view state = ") S ";
  if (name_end == text.npos || text.size() < name_end + state.size()) return std::nullopt;
  const char* next = text.data() + name_end + state.size();
  const char* const end = text.data() + text.size();

  std::array<long long, last_field - first_field + 1> fields{};
  for (long long& field : fields) {
    while (next != end && *next == ' ') ++next;
    const auto [rest, error] = std::from_chars(next, end, field);
    if (error != std::errc()) return std::nullopt;
    next = rest;
  }
  const long long cpu_ticks = fields[at(14)] + fields[at(15)] + fields[at(16)] + fields[at(17)];
  return ProcessStat{static_cast<pid_t>(fields[at(4)]), cpu_ticks, fields[at(22)], fields[at(24)]};
}

}  // namespace tandem::measure

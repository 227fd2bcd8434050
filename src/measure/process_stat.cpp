#include "measure/process_stat.h"

#include <array>
#include <charconv>
#include <utility>

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
  ProcessStat stat{0, 0, fields[at(22)], fields[at(24)]};
  for (const size_t time : {14, 15, 16, 17}) {
    const long long ticks = fields[at(time)];
    if (ticks < 0 || __builtin_add_overflow(stat.cpu_ticks, ticks, &stat.cpu_ticks)) {
      return std::nullopt;
    }
  }
  const long long parent = fields[at(4)];
  if (!std::in_range<pid_t>(parent) || parent < 0 || stat.start_ticks < 0 || stat.rss_pages < 0) {
    return std::nullopt;
  }
  stat.parent = static_cast<pid_t>(parent);
  return stat;
}

}  // namespace tandem::measure

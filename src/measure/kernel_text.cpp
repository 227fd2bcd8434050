#include "measure/kernel_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace tandem::measure {
namespace {

/// As many as a kernel can be built for (CONFIG_NR_CPUS): a list that names more is none.
constexpr int most_cpus = 8192;

/// Cuts off what stands before `separator`, or all there is.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// The whole text as a number.
template <typename Number, typename... Format>
std::optional<Number> whole(std::string_view text, Format... format) noexcept {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, format...);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  // Not through stream iterators: libstdc++ throws out of them when reading fails, as it does for a
  // process that ends meanwhile or for a counter that the kernel won't tell.
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  return whole<std::uint64_t>(without_line_end(text));
}

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  text = without_line_end(text);
  if (text.empty() || text.ends_with(',')) return std::nullopt;
  std::vector<int> cpus;
  while (!text.empty()) {
    std::string_view range = take_until(text, ',');
    const bool is_range = range.find('-') != range.npos;
    const auto first = whole<int>(take_until(range, '-'));
    const auto last = is_range ? whole<int>(range) : first;
    const int least = cpus.empty() ? 0 : cpus.back() + 1;
    if (!first || !last || *first < least || *last < *first || *last >= most_cpus) {
      return std::nullopt;
    }
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::vector<KernelField> parse_fields(std::string_view text) {
  std::vector<KernelField> fields;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (line.find(':') == line.npos) continue;
    const std::string_view name = trimmed(take_until(line, ':'));
    fields.push_back({std::string(name), std::string(trimmed(line))});
  }
  return fields;
}

std::string value_of(const std::vector<KernelField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &KernelField::name);
  return found == fields.end() ? "" : found->value;
}

std::optional<std::uint64_t> parse_perf_event(std::string_view text) noexcept {
  constexpr std::string_view begin = "event=0x";
  text = without_line_end(text);
  if (!text.starts_with(begin)) return std::nullopt;
  return whole<std::uint64_t>(text.substr(begin.size()), 16);
}

std::optional<double> parse_perf_scale(std::string_view text) noexcept {
  const auto scale = whole<double>(without_line_end(text));
  if (!scale || !std::isfinite(*scale) || *scale <= 0) return std::nullopt;
  return scale;
}

}  // namespace tandem::measure

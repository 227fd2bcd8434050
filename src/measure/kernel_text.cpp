#include "measure/kernel_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>

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

/// mountinfo writes blanks, line ends and backslashes in names as `\040`.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(std::min(i + 1, text.size()), 3);
    const auto byte =
        text[i] == '\\' && digits.size() == 3 ? whole<unsigned>(digits, 8) : std::nullopt;
    plain += byte && *byte < 256 ? static_cast<char>(*byte) : text[i];
    if (byte && *byte < 256) i += 3;
  }
  return plain;
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
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

std::optional<CgroupMount> parse_cgroup_mount(std::string_view mountinfo) {
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    // 36 35 98:0 /root /folder options... - type source options: the number of options varies.
    const size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    std::string_view rest = line.substr(dash + 3);
    if (take_until(rest, ' ') != "cgroup2") continue;
    for (int i = 0; i < 3; ++i) take_until(line, ' ');
    CgroupMount mount;
    mount.group = unescaped(take_until(line, ' '));
    mount.folder = unescaped(take_until(line, ' '));
    if (mount.group.starts_with('/') && mount.folder.starts_with('/')) return mount;
  }
  return std::nullopt;
}

std::optional<std::string> parse_own_cgroup(std::string_view cgroup) {
  while (!cgroup.empty()) {
    const std::string_view line = take_until(cgroup, '\n');
    if (line.starts_with("0::/")) return std::string(line.substr(3));
  }
  return std::nullopt;
}

}  // namespace tandem::measure

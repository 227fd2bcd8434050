#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Readers of the small texts in proc and sys. The parsers look at the text alone, take whatever it
// is, and give nothing when it isn't what it should be: a half-understood number is never used.
namespace tandem::measure {

/// The whole file; empty when it can't be read.
std::string read_text(const std::filesystem::path& path);

/// Without the blanks and line ends around it.
std::string_view trimmed(std::string_view text);

/// A file that holds one decimal number and a line end, such as `energy_uj`.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// CPUs as the kernel lists them, `0,18` or `0-3,8`, in ascending order.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

/// A `name : value` line of cpuinfo or meminfo, without the blanks.
struct KernelField {
  std::string name;
  std::string value;
};
std::vector<KernelField> parse_fields(std::string_view text);
/// The value of the first field of this name, empty without one.
std::string value_of(const std::vector<KernelField>& fields, std::string_view name);

/// The configuration of a perf event that is described by its number alone: `event=0x02`. (Terms
/// in sysfs are hexadecimal: Documentation/ABI/testing/sysfs-bus-event_source-devices-events.)
std::optional<std::uint64_t> parse_perf_event(std::string_view text) noexcept;
/// By what a perf event's count is multiplied, `2.3283064365386962890625e-10`: finite and above 0.
std::optional<double> parse_perf_scale(std::string_view text) noexcept;

}  // namespace tandem::measure

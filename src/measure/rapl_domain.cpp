#include "measure/rapl_domain.h"

#include <fmt/format.h>

#include <charconv>

#include "measure/kernel_text.h"

namespace tandem::measure {
namespace {

/// Takes `word` and the number after it from the front of the text.
std::optional<int> take_number_after(std::string_view word, std::string_view& text) noexcept {
  if (!text.starts_with(word)) return std::nullopt;
  text.remove_prefix(word.size());
  int number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(rest - text.data()));
  return number;
}

}  // namespace

Signal RaplDomain::signal(std::string_view meter) const {
  const bool is_dram = part == Part::dram;
  const std::string die_of_name = die ? fmt::format("_die_{}", *die) : "";
  const std::string die_of_text = die ? fmt::format(", die {}", *die) : "";
  return {fmt::format("rapl_{}_{}{}_j", is_dram ? "dram" : "package", package, die_of_name), "J",
          Behaviour::counter,
          fmt::format("energy of {}CPU package {}{} (RAPL through {})",
                      is_dram ? "the memory of " : "", package, die_of_text, meter)};
}

std::optional<RaplDomain> parse_package_zone(std::string_view name) noexcept {
  const auto package = take_number_after("package-", name);
  if (!package) return std::nullopt;
  if (name.empty()) return RaplDomain{*package};
  const auto die = take_number_after("-die-", name);
  if (!die || !name.empty()) return std::nullopt;
  return RaplDomain{*package, *die};
}

bool dies_share_one_counter(const std::filesystem::path& root) {
  const std::string vendor = value_of(parse_fields(read_text(root / "proc/cpuinfo")), "vendor_id");
  return vendor == "AuthenticAMD" || vendor == "HygonGenuine";
}

}  // namespace tandem::measure

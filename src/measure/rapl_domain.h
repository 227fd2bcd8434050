#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "measure/signal.h"

namespace tandem::measure {

/// What one energy counter of RAPL covers, in the order in which signals are listed. The other
/// domains are not: core and uncore are within the package, psys is around all of it, so that
/// adding one of them would count joules twice.
struct RaplDomain {
  enum class Part { package, dram };

  int package = 0;
  std::optional<int> die = std::nullopt;  ///< where each die of a package has a counter of its own
  Part part = Part::package;

  friend auto operator<=>(const RaplDomain&, const RaplDomain&) = default;

  /// `rapl_package_0_j`, `rapl_dram_0_die_1_j`; the description names `meter`.
  Signal signal(std::string_view meter) const;
};

/// The package of a powercap zone's name: `package-0`, or `package-0-die-1` where packages have
/// several dies; nothing for any other zone.
std::optional<RaplDomain> parse_package_zone(std::string_view name) noexcept;

/// True on AMD and Hygon CPUs, whose counter is the whole package's: kernels that list it once for
/// each die (before 6.12, and on the first Zen) show one counter several times.
bool dies_share_one_counter(const std::filesystem::path& root);

}  // namespace tandem::measure

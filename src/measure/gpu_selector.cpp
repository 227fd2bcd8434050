#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "core/text.h"
#include "measure/gpu.h"

namespace tandem::measure {
namespace {

// Shorter parts are slips of the keyboard rather than names.
constexpr size_t shortest_part = 4;

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_plain_number(const std::string& selector) {
  return !selector.empty() &&
         std::ranges::all_of(selector, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// What a device is called by, in small letters.
std::vector<std::string> names_of(const Gpu& gpu) {
  std::vector<std::string> names = gpu.mig_slices();
  names.push_back(gpu.description().uuid);
  names.push_back(gpu.description().pci_bus_id);
  std::ranges::transform(names, names.begin(), lower_case);
  return names;
}

std::string list_of(const std::vector<Gpu>& devices) {
  std::string list;
  for (const Gpu& gpu : devices) {
    const core::GpuDescription& description = gpu.description();
    list += fmt::format("\n      {}  {}  {}", description.uuid, description.pci_bus_id,
                        description.name);
  }
  return list;
}

}  // namespace

const Gpu& GpuDriver::device(const std::string& selector, const std::string& asked_by) const {
  const auto refuse = [&](const std::string& expected) -> core::UserError {
    return {"choice of the GPU",
            {{asked_by, core::in_quotes(selector), expected + list_of(devices_)}}};
  };
  if (is_plain_number(selector)) {
    throw refuse(
        "a UUID or PCI address, for a plain number means one device to CUDA and another to the "
        "driver; there are:");
  }
  const std::string wanted = lower_case(selector);
  std::vector<const Gpu*> matches;
  for (const Gpu& gpu : devices_) {
    const std::vector<std::string> names = names_of(gpu);
    if (std::ranges::find(names, wanted) != names.end()) return gpu;
    const bool part =
        wanted.size() >= shortest_part && std::ranges::any_of(names, [&](const std::string& name) {
          return name.find(wanted) != name.npos;
        });
    if (part) matches.push_back(&gpu);
  }
  if (matches.size() == 1) return *matches.front();
  if (matches.empty()) {
    throw refuse(
        "the UUID or PCI address of a GPU, or a part of at least 4 characters; there are:");
  }
  throw refuse(fmt::format(
      "more of the UUID or PCI address, for {} GPUs have this part; there are:", matches.size()));
}

}  // namespace tandem::measure

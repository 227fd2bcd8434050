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

/// How well a name fits what is wanted (in small letters).
enum class Fit { no, in_part, whole };

Fit fit_of(const std::string& name, const std::string& wanted) {
  const std::string small = lower_case(name);
  if (small == wanted) return Fit::whole;
  return wanted.size() >= shortest_part && small.find(wanted) != small.npos ? Fit::in_part
                                                                            : Fit::no;
}

/// Of the board's own names.
Fit fit_of_board(const Gpu& gpu, const std::string& wanted) {
  return std::max(fit_of(gpu.description().uuid, wanted),
                  fit_of(gpu.description().pci_bus_id, wanted));
}

Fit fit_of_any_name(const Gpu& gpu, const std::string& wanted) {
  Fit fit = fit_of_board(gpu, wanted);
  for (const std::string& slice : gpu.mig_slices()) fit = std::max(fit, fit_of(slice, wanted));
  return fit;
}

std::string list_of(const std::vector<Gpu>& devices) {
  std::string list;
  for (const Gpu& gpu : devices) {
    const core::GpuDescription& description = gpu.description();
    list += fmt::format("\n      {}  {}  {}", description.uuid, description.pci_bus_id,
                        description.name);
    for (const std::string& slice : gpu.mig_slices()) list += "\n        " + slice;
  }
  return list;
}

core::UserError refusal(const std::string& selector, const std::string& asked_by,
                        const std::vector<Gpu>& devices, const std::string& expected) {
  return {"choice of the GPU",
          {{asked_by, core::in_quotes(selector), expected + list_of(devices)}}};
}

}  // namespace

const Gpu& GpuDriver::device(const std::string& selector, const std::string& asked_by) const {
  const auto refuse = [&](const std::string& expected) {
    return refusal(selector, asked_by, devices_, expected);
  };
  if (is_plain_number(selector)) {
    throw refuse(
        "a UUID or PCI address, for a plain number means one device to CUDA and another to the "
        "driver; there are:");
  }
  const std::string wanted = lower_case(selector);
  std::vector<const Gpu*> matches;
  for (const Gpu& gpu : devices_) {
    const Fit fit = fit_of_any_name(gpu, wanted);
    if (fit == Fit::whole) return gpu;
    if (fit == Fit::in_part) matches.push_back(&gpu);
  }
  if (matches.size() == 1) return *matches.front();
  if (matches.empty()) {
    throw refuse(
        "the UUID or PCI address of a GPU, or a part of at least 4 characters; there are:");
  }
  throw refuse(fmt::format(
      "more of the UUID or PCI address, for {} GPUs have this part; there are:", matches.size()));
}

const std::string& GpuDriver::cuda_name(const std::string& selector,
                                        const std::string& asked_by) const {
  const Gpu& gpu = device(selector, asked_by);
  const std::string wanted = lower_case(selector);
  std::vector<const std::string*> slices;
  for (const std::string& slice : gpu.mig_slices()) {
    const Fit fit = fit_of(slice, wanted);
    if (fit == Fit::whole) return slice;
    if (fit == Fit::in_part) slices.push_back(&slice);
  }
  if (slices.empty() || fit_of_board(gpu, wanted) != Fit::no) return gpu.description().uuid;
  if (slices.size() == 1) return *slices.front();
  throw refusal(selector, asked_by, devices_,
                fmt::format("more of the slice's UUID, for {} slices have this part; there are:",
                            slices.size()));
}

}  // namespace tandem::measure

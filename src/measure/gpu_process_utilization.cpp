#include "measure/gpu_process_utilization.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tandem::measure {
namespace {

// Of two seconds on a device that is full.
constexpr size_t most_uses = 2 * GpuProcessUtilization::most_samples;

}  // namespace

GpuProcessUtilization::GpuProcessUtilization(std::shared_ptr<const NvmlLibrary> library,
                                             nvml::Device device)
    : library_(std::move(library)), device_(device), buffer_(most_samples) {
  uses_.reserve(most_uses);
  refresh();
  uses_.clear();
}

nvml::Return GpuProcessUtilization::refresh() noexcept {
  const core::Time now = core::Clock::now();
  std::erase_if(uses_,
                [&](const Use& use) { return core::seconds_between(use.at, now) > lasts_s; });
  unsigned count = most_samples;
  const nvml::Return code =
      library_->process_utilization(device_, buffer_.data(), &count, last_seen_us_);
  if (code != nvml::Return::success) {
    if (code != nvml::Return::not_found) uses_.clear();
    return code;
  }
  const unsigned long long seen_before_us = last_seen_us_;
  for (const nvml::ProcessSample& sample :
       std::span(buffer_).first(std::min(count, most_samples))) {
    // Drivers have been seen to fill up with samples of no process, of the time before, and of
    // impossible values (nvtop, issue 110).
    if (sample.pid == 0 || sample.timestamp_us <= seen_before_us || sample.sm_percent > 100) {
      continue;
    }
    last_seen_us_ = std::max(last_seen_us_, sample.timestamp_us);
    add(sample, now);
  }
  return code;
}

void GpuProcessUtilization::add(const nvml::ProcessSample& sample, core::Time now) noexcept {
  const auto process = static_cast<pid_t>(sample.pid);
  const auto percent = static_cast<double>(sample.sm_percent);
  const auto use = std::ranges::find(uses_, process, &Use::process);
  if (use == uses_.end()) {
    if (uses_.size() < most_uses) uses_.push_back({process, percent, 1, now});
  } else if (use->at != now) {
    *use = {process, percent, 1, now};
  } else {
    use->sum_percent += percent;
    ++use->samples;
  }
}

std::optional<double> GpuProcessUtilization::sm_percent(pid_t process) const noexcept {
  const auto use = std::ranges::find(uses_, process, &Use::process);
  if (use == uses_.end()) return std::nullopt;
  return use->sum_percent / use->samples;
}

}  // namespace tandem::measure

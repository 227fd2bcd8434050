#include "measure/gpu_process_utilization.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tandem::measure {

GpuProcessUtilization::GpuProcessUtilization(std::shared_ptr<const NvmlLibrary> library,
                                             nvml::Device device)
    : library_(std::move(library)), device_(device), buffer_(most_samples) {
  now_.reserve(most_samples);
  before_.reserve(most_samples);
  refresh();
  now_.clear();
}

nvml::Return GpuProcessUtilization::refresh() noexcept {
  std::swap(now_, before_);
  now_.clear();
  unsigned count = most_samples;
  const nvml::Return code =
      library_->process_utilization(device_, buffer_.data(), &count, last_seen_us_);
  if (code != nvml::Return::success) {
    if (code != nvml::Return::not_found) before_.clear();
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
    add(now_, sample);
  }
  return code;
}

void GpuProcessUtilization::add(std::vector<Use>& uses,
                                const nvml::ProcessSample& sample) noexcept {
  const auto process = static_cast<pid_t>(sample.pid);
  const auto use = std::ranges::find(uses, process, &Use::process);
  if (use == uses.end()) {
    uses.push_back({process, static_cast<double>(sample.sm_percent), 1});
  } else {
    use->sum_percent += sample.sm_percent;
    ++use->samples;
  }
}

std::optional<double> GpuProcessUtilization::sm_percent(pid_t process) const noexcept {
  for (const std::vector<Use>* const uses : {&now_, &before_}) {
    const auto use = std::ranges::find(*uses, process, &Use::process);
    if (use != uses->end()) return use->sum_percent / use->samples;
  }
  return std::nullopt;
}

}  // namespace tandem::measure

#include "measure/gpu_readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::measure {

GpuReadings::GpuReadings(std::shared_ptr<const NvmlLibrary> library, nvml::Device device, int index,
                         const std::vector<std::string>& names)
    : library_(std::move(library)), device_(device), name_(fmt::format("gpu_{}", index)) {
  for (const GpuQuery& query : gpu_queries()) {
    Asked asked{&query, {not_wanted, not_wanted}};
    for (size_t i = 0; i < query.quantities.size(); ++i) {
      const GpuQuantity& quantity = query.quantities[i];
      if (std::ranges::find(names, quantity.name) == names.end()) continue;
      asked.signal[i] = static_cast<int>(signals_.size());
      signals_.push_back({fmt::format("{}_{}", name_, quantity.name), std::string(quantity.unit),
                          quantity.behaviour, std::string(quantity.description)});
    }
    if (std::ranges::any_of(asked.signal, [](int signal) { return signal != not_wanted; })) {
      asked_.push_back(asked);
    }
  }
  shown_before_.resize(signals_.size());
  offset_.resize(signals_.size());
}

void GpuReadings::read(std::span<double> values) noexcept {
  std::ranges::fill(values, missing_sample);
  for (const Asked& asked : asked_) {
    if (lost_) return;
    std::array<GpuAnswer, GpuQuery::most_quantities> answers;
    asked.query->ask(*library_, device_, answers);
    for (size_t i = 0; i < asked.query->quantities.size(); ++i) {
      lost_ = lost_ || answers[i].code == nvml::Return::gpu_is_lost;
      if (asked.signal[i] == not_wanted || !answers[i]) continue;
      const auto signal = static_cast<size_t>(asked.signal[i]);
      values[signal] = signals_[signal].behaviour == Behaviour::counter
                           ? growing(signal, answers[i].value)
                           : answers[i].value;
    }
  }
}

double GpuReadings::growing(size_t signal, double shown) noexcept {
  const double before = std::exchange(shown_before_[signal], shown);
  if (shown < before) {
    offset_[signal] += before - shown;
    return missing_sample;
  }
  return offset_[signal] + shown;
}

}  // namespace tandem::measure

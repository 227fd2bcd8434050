#pragma once

#include <memory>
#include <string>
#include <vector>

#include "measure/gpu_quantities.h"

namespace tandem::measure {

/// The quantities of one GPU, as `gpu_<index>_<name>`. A call that fails makes its own samples
/// missing and no others. After the driver has said that the GPU is lost, which is for good, it
/// isn't asked again.
///
/// The energy counter never goes backwards here: a sample in which the driver's does (it starts
/// again at zero when the driver is reloaded) is missing, and the growth after it is added to what
/// was before.
class GpuReadings final : public SignalSource {
 public:
  /// Only the quantities in `names`.
  GpuReadings(std::shared_ptr<const NvmlLibrary> library, nvml::Device device, int index,
              const std::vector<std::string>& names);

  std::string name() const override { return name_; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  static constexpr int not_wanted = -1;
  /// A query, and which of the signals each of its quantities is.
  struct Asked {
    const GpuQuery* query;
    std::array<int, GpuQuery::most_quantities> signal;
  };
  double growing(size_t signal, double shown) noexcept;

  std::shared_ptr<const NvmlLibrary> library_;
  nvml::Device device_;
  std::string name_;
  std::vector<Asked> asked_;
  std::vector<Signal> signals_;
  std::vector<double> shown_before_;  ///< per signal; used of counters
  std::vector<double> offset_;        ///< per signal; used of counters
  bool lost_ = false;
};

}  // namespace tandem::measure

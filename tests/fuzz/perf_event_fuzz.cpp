#include <cmath>
#include <cstdio>

#include "fuzz.h"
#include "measure/kernel_text.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = tandem::measure::parse_perf_event(as_text(data, size));
  if (event) {
    char again[32];
    std::snprintf(again, sizeof again, "event=0x%llx", static_cast<unsigned long long>(*event));
    require(tandem::measure::parse_perf_event(again) == event, "the event reads back");
  }
  const auto scale = tandem::measure::parse_perf_scale(as_text(data, size));
  if (scale) {
    require(std::isfinite(*scale) && *scale > 0, "a scale is finite and above 0");
    char again[64];
    std::snprintf(again, sizeof again, "%.17g", *scale);
    require(tandem::measure::parse_perf_scale(again) == scale, "the scale reads back");
  }
  return 0;
}

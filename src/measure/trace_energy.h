#pragma once

#include "core/reading.h"
#include "measure/energy.h"

namespace tandem::measure {

/// What samples that somebody else took say of a window.
struct TraceIntegral {
  core::Reading whole;       ///< the integral; missing when some of the window wasn't seen
  double seen = 0;           ///< the integral over what was seen
  double seen_s = 0;         ///< seen, held and missing time add up to the window
  double held_s = 0;         ///< before the first sample and after the last, at their values
  double missing_s = 0;      ///< in gaps
  double largest_gap_s = 0;  ///< between two samples, or a sample and the window's edge
  core::Reading peak;        ///< largest sample within the window
  long samples = 0;          ///< within the window, its edges included
};

/// Integral of a gauge over the window: trapezoid over each sample's own time as integrate_power
/// does it, with another rule for gaps. There the sampler is ours and a tenth of the window may lie
/// in gaps of any length; here the person states how long a gap may be bridged, and a longer one is
/// missing time, which is not interpolated and makes the integral missing. A trace that begins
/// after the window's begin or ends before its end by no more than that is held at its first or
/// last value. A window without any sample of its own has no integral either.
TraceIntegral integrate_trace(Series series, Window window, double longest_gap_s);

}  // namespace tandem::measure

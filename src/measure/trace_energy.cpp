#include "measure/trace_energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tandem::measure {
namespace {

/// Adds up a window piece by piece.
class Pieces {
 public:
  Pieces(Window window, double longest_gap_s) : window_(window), longest_gap_s_(longest_gap_s) {}

  /// Between two samples.
  void add_between(double t_s, double value, double next_s, double next) {
    const double begin_s = std::max(t_s, window_.begin_s);
    const double end_s = std::min(next_s, window_.end_s);
    if (begin_s >= end_s) return;
    if (!bridges(t_s, next_s, begin_s, end_s)) return;
    const auto at = [&](double time_s) {
      return std::lerp(value, next, (time_s - t_s) / (next_s - t_s));
    };
    result.seen += (at(begin_s) + at(end_s)) / 2 * (end_s - begin_s);
    result.seen_s += end_s - begin_s;
  }

  /// Between an edge of the window and the first or last of all samples, whose value is held.
  void add_edge(double gap_begin_s, double gap_end_s, double value) {
    const double begin_s = std::max(gap_begin_s, window_.begin_s);
    const double end_s = std::min(gap_end_s, window_.end_s);
    if (begin_s >= end_s || !bridges(gap_begin_s, gap_end_s, begin_s, end_s)) return;
    result.seen += value * (end_s - begin_s);
    result.held_s += end_s - begin_s;
  }

  /// Of a gap, the part within the window.
  bool bridges(double gap_begin_s, double gap_end_s, double begin_s, double end_s) {
    const double gap_s = gap_end_s - gap_begin_s;
    if (gap_s > result.largest_gap_s) {
      result.largest_gap_s = gap_s;
      largest_begins_s_ = begin_s - window_.begin_s;
    }
    if (gap_s <= longest_gap_s_) return true;
    result.missing_s += end_s - begin_s;
    return false;
  }

  void judge() {
    if (result.missing_s == 0) {
      result.whole = result.seen;
      return;
    }
    result.whole = core::Reading::missing(fmt::format(
        "no samples for {:.3g} s of the run's {:.6g} s: the longest gap, {:.3g} s, begins {:.3g} s "
        "after the start, and at most {:g} s are bridged",
        result.missing_s, window_.duration_s(), result.largest_gap_s, largest_begins_s_,
        longest_gap_s_));
  }

  TraceIntegral result;

 private:
  Window window_;
  double longest_gap_s_;
  double largest_begins_s_ = 0;
};

}  // namespace

TraceIntegral integrate_trace(Series series, Window window, double longest_gap_s) {
  Pieces pieces(window, longest_gap_s);
  TraceIntegral& result = pieces.result;
  if (!(window.duration_s() > 0)) {
    result.whole = result.peak = core::Reading::missing("the run ends when it begins, or before");
    return result;
  }
  double t_before_s = NAN, before = NAN;
  double peak = NAN;
  for (size_t i = 0; i < series.t_s.size(); ++i) {
    const double t_s = series.t_s[i];
    const double value = series.values[i];
    if (std::isnan(value)) continue;
    if (std::isnan(t_before_s)) {
      pieces.add_edge(window.begin_s, t_s, value);
    } else {
      pieces.add_between(t_before_s, before, t_s, value);
    }
    if (t_s >= window.begin_s && t_s <= window.end_s) {
      ++result.samples;
      peak = std::fmax(peak, value);
    }
    t_before_s = t_s;
    before = value;
  }
  if (std::isnan(t_before_s)) {
    result.missing_s = result.largest_gap_s = window.duration_s();
    result.whole = result.peak = core::Reading::missing("the trace has no sample");
    return result;
  }
  pieces.add_edge(t_before_s, window.end_s, before);
  pieces.judge();
  if (result.samples == 0 && result.whole) {
    result.whole = core::Reading::missing("no sample within the run");
  }
  result.peak = result.samples == 0    ? core::Reading::missing("no sample within the run")
                : result.missing_s > 0 ? core::Reading::missing(result.whole.reason())
                                       : core::Reading(peak);
  return result;
}

}  // namespace tandem::measure

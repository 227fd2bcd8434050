#pragma once

#include <cstddef>
#include <vector>

namespace tandem::serve {

/// A curve that grows for as long as a run lasts and stays small: the samples of a time are one
/// point with their mean, lowest and highest. When there would be more than `most_points`, points
/// are made of twice as much time, so that no peak is ever lost.
class Trace {
 public:
  static constexpr size_t most_points = 1000;

  struct Point {
    double t_s = 0;  ///< mean of the samples' times
    double low = 0;
    double mean = 0;
    double high = 0;
    double samples = 0;
    double slot = 0;  ///< the time of the point, counted in `width_s`
  };

  /// `width_s`: of the first points.
  explicit Trace(double width_s) : width_s_(width_s) {}

  /// A sample that isn't finite is left out, as is one from before the last point.
  void add(double t_s, double value);
  const std::vector<Point>& points() const { return points_; }
  /// How many of the first points are still what they were when this was asked last.
  size_t unchanged_since_asked();

 private:
  void widen();

  double width_s_;
  std::vector<Point> points_;
  size_t unchanged_ = 0;
};

/// What a counter grows by each second, over at least `least_s`, for its steps may be coarse.
class Rate {
 public:
  explicit Rate(double least_s) : least_s_(least_s) {}
  /// Adds the rate to the trace, in the middle of its time, when that is long enough. A missing
  /// reading (NaN) makes the time longer; a counter that went backwards begins anew.
  void add(double t_s, double counter, Trace& trace);

 private:
  double least_s_;
  bool has_begun_ = false;
  double t_s_ = 0;
  double counter_ = 0;
};

}  // namespace tandem::serve

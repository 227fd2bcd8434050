#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "study/plan.h"

namespace tandem::study {

/// Seconds that the rest of a session takes: the expected times of what is left, corrected by how
/// the runs made so far compared with theirs. Several devices share what is bound to none evenly;
/// that is a lower bound of what they need.
class TimeLeft {
 public:
  TimeLeft() : TimeLeft(1) {}
  explicit TimeLeft(size_t devices) : bound_s_(std::max<size_t>(1, devices), 0) {}

  void add(const study::PlannedRun& run) { of(run.device) += run.expected_s; }
  void run_done(const study::PlannedRun& run, double took_s) {
    of(run.device) -= run.expected_s;
    expected_done_s_ += run.expected_s;
    took_s_ += took_s;
  }
  double seconds() const {
    const double sum_s = std::accumulate(bound_s_.begin(), bound_s_.end(), common_s_);
    const double left_s =
        std::max(std::ranges::max(bound_s_), sum_s / static_cast<double>(bound_s_.size()));
    const double pace = expected_done_s_ > 0 ? took_s_ / expected_done_s_ : 1;
    return std::max(0.0, left_s) * pace;
  }

 private:
  double& of(std::optional<size_t> device) { return device ? bound_s_.at(*device) : common_s_; }

  std::vector<double> bound_s_;  ///< of each device
  double common_s_ = 0;
  double expected_done_s_ = 0;
  double took_s_ = 0;
};

}  // namespace tandem::study

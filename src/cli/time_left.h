#pragma once

#include <algorithm>

namespace tandem::cli {

/// Seconds that the rest of a session takes: the expected times of what is left, corrected by how
/// the runs made so far compared with theirs.
class TimeLeft {
 public:
  explicit TimeLeft(double expected_total_s) : expected_left_s_(expected_total_s) {}
  void run_done(double expected_s, double took_s) {
    expected_left_s_ -= expected_s;
    expected_done_s_ += expected_s;
    took_s_ += took_s;
  }
  double seconds() const {
    const double pace = expected_done_s_ > 0 ? took_s_ / expected_done_s_ : 1;
    return std::max(0.0, expected_left_s_) * pace;
  }

 private:
  double expected_left_s_;
  double expected_done_s_ = 0;
  double took_s_ = 0;
};

}  // namespace tandem::cli

#include "report/run_traces.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "report/downsample.h"

namespace tandem::report {
namespace {

/// Samples of all runs together: with them a page of 132 runs stays below 3 MB (bench/report_page).
constexpr size_t room = 260'000;
constexpr size_t least_per_run = 160;
/// Epochs that are marked on a trace; of more, every second, third, … one is.
constexpr size_t most_epoch_marks = 120;

constexpr double largest_time = 65535;
constexpr double largest_value = 65534;
constexpr std::uint16_t missing_value = 65535;

void append(std::uint16_t number, std::string& bytes) {
  bytes += static_cast<char>(number & 0xFFU);
  bytes += static_cast<char>(number >> 8U);
}

std::uint16_t scaled(double value, double low, double high, double largest) {
  const double share = high > low ? (value - low) / (high - low) : 0;
  return static_cast<std::uint16_t>(std::lround(std::clamp(share, 0.0, 1.0) * largest));
}

/// To a tenth of a millisecond, which no pixel can show.
double rounded(double seconds) {
  return std::round(seconds * 1e4) / 1e4;
}

core::Json epochs_of(const record::RunResult& run) {
  core::Json epochs = core::Json::array();
  for (size_t i = 0; i < run.participants.size(); ++i) {
    const record::ParticipantResult& training = run.participants[i];
    const size_t count = training.epochs.size();
    const size_t every = (count + most_epoch_marks - 1) / most_epoch_marks;
    core::Json ends_s = core::Json::array();
    for (size_t at = every; at <= count && every > 0; at += every) {
      ends_s.push_back(rounded(training.epochs[at - 1].end_s));
    }
    const char* role = !run.spec.concurrent() ? "solo" : i == 0 ? "a" : "b";
    epochs.push_back({{"role", role}, {"every", every}, {"ends_s", ends_s}});
  }
  return epochs;
}

}  // namespace

RunTraces::RunTraces(size_t runs_expected)
    : points_per_run_(std::max(least_per_run, room / std::max<size_t>(runs_expected, 1))) {}

void RunTraces::add(const record::RunResult& run, const std::vector<Trace>& traces) {
  const auto filled =
      std::ranges::count_if(traces, [](const Trace& trace) { return !trace.values.empty(); });
  if (filled == 0) return;
  double begin_s = 0, length_s = 0;
  for (const Trace& trace : traces) {
    if (trace.t_s.empty()) continue;
    begin_s = std::min(begin_s, trace.t_s.front());
    length_s = std::max(length_s, trace.t_s.back());
  }
  core::Json series = core::Json::array();
  for (const Trace& trace : traces) {
    if (trace.values.empty()) continue;
    const std::vector<size_t> kept =
        samples_to_keep(trace.values, points_per_run_ / static_cast<size_t>(filled));
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const double value : trace.values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (low > high) continue;  // every sample is missing
    series.push_back({{"quantity", trace.quantity},
                      {"role", trace.role},
                      {"unit", trace.unit},
                      {"recorded", trace.values.size()},
                      {"kept", kept.size()},
                      {"low", low},
                      {"high", high},
                      {"at", samples_.size() / sizeof(std::uint16_t)}});
    std::uint16_t before = 0;
    for (const size_t index : kept) {
      const std::uint16_t time = scaled(trace.t_s[index], begin_s, length_s, largest_time);
      append(static_cast<std::uint16_t>(time - before), samples_);
      before = time;
    }
    for (const size_t index : kept) {
      const double value = trace.values[index];
      append(std::isfinite(value) ? scaled(value, low, high, largest_value) : missing_value,
             samples_);
    }
  }
  if (series.empty()) return;
  document_.push_back({{"run_id", run.run_id},
                       {"attempt", run.attempt},
                       {"begin_s", begin_s},
                       {"length_s", length_s},
                       {"epochs", epochs_of(run)},
                       {"series", series}});
}

}  // namespace tandem::report

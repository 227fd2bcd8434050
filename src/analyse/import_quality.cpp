#include "analyse/import_quality.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyse/statistics/descriptive.h"
#include "core/text.h"

namespace tandem::analyse {
namespace {

using fmt::arg;

std::string signed_percent(double percent) {
  return fmt::format("{:+.1f}", percent);
}

}  // namespace

void ImportFacts::add(const record::RunResult& run) {
  if (!run.imported) return;
  ++imported_;
  simulated_ += run.imported->simulated ? 1 : 0;
  has_traces_ = has_traces_ || !run.imported->trace.empty();
  const core::Reading& difference = run.imported->energy_difference_percent;
  if (difference) difference_percent_.push_back(*difference);
  if (!run.imported->measured_by.empty()) {
    meters_.insert(core::printable(run.imported->measured_by));
  }
}

void ImportFacts::add_to(DataQuality& quality, const core::Texts& texts) const {
  if (imported_ == 0) return;
  quality.scale = "not stated";
  std::vector<std::string> sentences;
  if (simulated_ > 0) sentences.push_back(texts("quality.imported.simulated"));
  sentences.push_back(texts("quality.imported.elsewhere", arg("n", imported_)));
  if (!has_traces_ && !meters_.empty()) {
    sentences.push_back(
        texts("quality.imported.energy", arg("by", texts.list({meters_.begin(), meters_.end()}))));
  }
  if (!difference_percent_.empty()) {
    const auto [least, most] = std::ranges::minmax(difference_percent_);
    sentences.push_back(texts("quality.imported.traces",
                              arg("median", signed_percent(median(difference_percent_).value())),
                              arg("n", difference_percent_.size()),
                              arg("least", signed_percent(least)),
                              arg("most", signed_percent(most))));
  }
  quality.cautions.insert(quality.cautions.begin(), sentences.begin(), sentences.end());
}

}  // namespace tandem::analyse

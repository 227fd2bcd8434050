#pragma once

#include <string>
#include <vector>

#include "serve/study_view.h"

namespace tandem::serve {

/// What a metric is, for `/metrics` and its documentation. All are gauges: what they say is read
/// from a study's folder and may go down when the study is extended or a run made again.
struct MetricFamily {
  std::string name;
  std::string help;
};

/// Of all that `/metrics` may say.
const std::vector<MetricFamily>& metric_families();

/// The text for Prometheus: OpenMetrics 1.0 that is also right in Prometheus's older text format.
/// What isn't known has no sample. `streams`: pages that follow, `dropped`: those that were too
/// slow.
std::string metrics_text(const StudyView& view, size_t streams, size_t dropped);

inline constexpr const char* metrics_content_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

}  // namespace tandem::serve

#include "serve/metrics.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace tandem::serve {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// As OpenMetrics wants the value of a label; bytes that are no UTF-8 are replaced.
std::string escaped(const std::string& text) {
  // Through JSON, which mends broken UTF-8 as everywhere else.
  const std::string mended =
      core::Json::parse(core::Json(text).dump(-1, ' ', false, core::Json::error_handler_t::replace))
          .get<std::string>();
  std::string safe;
  for (const char c : mended) {
    if (c == '\\' || c == '"') {
      safe += '\\';
      safe += c;
    } else if (c == '\n') {
      safe += "\\n";
    } else {
      safe += c;
    }
  }
  return safe;
}

/// The samples of each family, in the order of the families.
class Samples {
 public:
  explicit Samples(std::string study) : study_(escaped(study)) {}

  void add(const std::string& family, double value, const Labels& labels = {}) {
    std::string text = fmt::format("{}{{study=\"{}\"", family, study_);
    for (const auto& [name, of] : labels) text += fmt::format(",{}=\"{}\"", name, escaped(of));
    samples_[family] += text + fmt::format("}} {}\n", value);
  }

  std::string text() const {
    std::string text;
    for (const MetricFamily& family : metric_families()) {
      text += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", family.name, family.help);
      const auto samples = samples_.find(family.name);
      if (samples != samples_.end()) text += samples->second;
    }
    return text + "# EOF\n";
  }

 private:
  std::string study_;
  std::map<std::string, std::string> samples_;
};

void add_run(Samples& samples, const StudyView::Shown& shown) {
  const std::string& device = shown.run.device;
  samples.add("tandem_run_info", 1,
              {{"device", device},
               {"run_id", shown.run.run_id},
               {"attempt", std::to_string(shown.run.attempt)},
               {"activity", shown.run.activity.substr(0, shown.run.activity.find(':'))}});
  const std::vector<std::string>& roles = shown.view->roles();
  for (size_t i = 0; i < roles.size(); ++i) {
    const Labels labels = {
        {"device", device}, {"role", roles[i]}, {"workload", shown.workloads.at(i)}};
    samples.add("tandem_run_epochs_done", shown.view->epochs_done().at(i), labels);
    samples.add("tandem_run_epochs_planned", shown.epochs.at(i), labels);
  }
  for (const RunView::Curve& curve : shown.view->curves()) {
    if (curve.trace.points().empty()) continue;
    const double value = curve.trace.points().back().mean;
    Labels labels = {{"device", device}, {"of", curve.name}};
    if (curve.figure == "power") {
      labels.emplace_back("estimated", curve.estimated ? "true" : "false");
      samples.add("tandem_power_watts", value, labels);
    } else if (curve.figure == "utilisation") {
      constexpr double percent = 100;
      samples.add("tandem_utilisation_ratio", value / percent, labels);
    }
  }
  for (size_t i = 0; i < roles.size(); ++i) {
    Labels labels = {{"device", device}, {"role", roles[i]}, {"workload", shown.workloads.at(i)}};
    const auto& view = *shown.view;
    if (const auto loss = view.latest("loss_" + roles[i], "train_loss")) {
      samples.add("tandem_train_loss", *loss, labels);
    }
    const std::string& metric = shown.performance_metrics.at(i);
    if (const auto value = view.latest("metric_" + roles[i], metric)) {
      labels.emplace_back("metric", metric);
      samples.add("tandem_performance", *value, labels);
    }
  }
}

}  // namespace

const std::vector<MetricFamily>& metric_families() {
  static const std::vector<MetricFamily> families = {
      {"tandem_runs_planned", "Runs of the study's plan."},
      {"tandem_runs", "Runs by state: ok, failed (also invalid) or left."},
      {"tandem_failed_attempts",
       "Attempts that failed or were invalid, by outcome; those that were made again count too."},
      {"tandem_time_left_seconds",
       "Expected time of what is left, corrected by what the runs so far took."},
      {"tandem_energy_joules",
       "Energy of the runs that are ok so far, by source; estimated is an estimate."},
      {"tandem_session_running", "1 while a session works on the study, else 0."},
      {"tandem_run_info", "A run in flight, in its labels; always 1."},
      {"tandem_run_epochs_done", "Epochs that a training in flight has done."},
      {"tandem_run_epochs_planned", "Epochs that a training in flight is to do."},
      {"tandem_power_watts", "Power of what the label 'of' names, during the run in flight."},
      {"tandem_utilisation_ratio",
       "Of a GPU the part of the time in which any kernel ran; of a CPU busy cores, 1 being one."},
      {"tandem_train_loss", "Training loss of the last epoch of a training in flight."},
      {"tandem_performance", "Performance metric after the last epoch of a training in flight."},
      {"tandem_page_streams", "Pages that follow the study now."},
      {"tandem_page_streams_dropped", "Pages that were let go because they didn't keep up."},
  };
  return families;
}

std::string metrics_text(const StudyView& view, size_t streams, size_t dropped) {
  Samples samples(view.study().name);
  const record::StudyProgress& progress = view.progress();
  const auto number = [](size_t count) { return static_cast<double>(count); };
  samples.add("tandem_runs_planned", number(progress.planned()));
  samples.add("tandem_runs", number(progress.ok()), {{"state", "ok"}});
  samples.add("tandem_runs", number(progress.failed()), {{"state", "failed"}});
  samples.add("tandem_runs", number(progress.left()), {{"state", "left"}});
  for (const auto& [outcome, count] : progress.failed_attempts()) {
    samples.add("tandem_failed_attempts", number(count), {{"outcome", outcome}});
  }
  samples.add("tandem_time_left_seconds", progress.left_s());
  for (const auto& [source, joules] : progress.energy_j()) {
    samples.add("tandem_energy_joules", joules, {{"source", source}});
  }
  samples.add("tandem_session_running", view.session() ? 1 : 0);
  for (const StudyView::Shown& shown : view.runs()) {
    if (shown.is_in_flight) add_run(samples, shown);
  }
  samples.add("tandem_page_streams", number(streams));
  samples.add("tandem_page_streams_dropped", number(dropped));
  return samples.text();
}

}  // namespace tandem::serve

#include "report/mlflow_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <set>

#include "analyse/training_metrics.h"
#include "core/json.h"
#include "core/text.h"
#include "record/trace_map.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;
using core::Reading;
using record::RunResult;

// As MLflow's enums number them (RunStatus, SourceType).
constexpr int finished = 3, failed = 4, killed = 5;
constexpr int source_local = 4;
constexpr size_t longest_name = 250;
constexpr size_t longest_tag = 5000;

/// Text from outside without bytes that are no UTF-8.
std::string valid_utf8(const std::string& text) {
  const std::string dumped =
      core::Json(text).dump(-1, ' ', false, core::Json::error_handler_t::replace);
  return core::Json::parse(dumped).get<std::string>();
}

/// Cut between two characters.
std::string cut(const std::string& text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes - std::string_view("…").size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string digest(const std::string& text) {
  boost::uuids::name_generator_sha1 hash(boost::uuids::ns::oid());
  std::string hex = boost::uuids::to_string(hash(text));
  std::erase(hex, '-');
  return hex;
}

/// Eighteen digits, as MLflow gives its experiments.
std::string experiment_id_of(const std::string& study) {
  const std::uint64_t number =
      std::stoull(digest("experiment " + study).substr(0, 15), nullptr, 16);
  return fmt::format("{:018d}", number % 900'000'000'000'000'000 + 100'000'000'000'000'000);
}

/// Milliseconds since 1970 of a label, 0 for one that names no time.
std::int64_t milliseconds_of(const std::string& label) {
  const auto t_s = record::seconds_in(label, {record::TimeFormat::Kind::iso8601, {}}, '.');
  return t_s && *t_s >= 0 ? std::llround(*t_s * 1000) : 0;
}

int status_of(const record::Outcome& outcome) {
  if (outcome.ok()) return finished;
  return outcome.status == record::Outcome::Status::interrupted ? killed : failed;
}

/// `file:///a%20b/c`.
std::string file_address(const fs::path& path) {
  std::string address = "file://";
  for (const unsigned char c : path.string()) {
    const bool is_plain =
        std::isalnum(c) != 0 || std::string_view("/-_.~").find(c) != std::string_view::npos;
    address += is_plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return address;
}

/// One MLflow run while its files are made.
class StoredRun {
 public:
  StoredRun(std::string experiment, std::string id, std::int64_t start_ms, std::int64_t end_ms)
      : experiment_(std::move(experiment)),
        id_(std::move(id)),
        start_ms_(start_ms),
        end_ms_(std::max(start_ms, end_ms)) {}

  const std::string& id() const { return id_; }

  void param(const std::string& name, const std::string& value) {
    add("params", name, cut(valid_utf8(value), longest_tag));
  }
  void tag(const std::string& name, const std::string& value) {
    add("tags", name, cut(valid_utf8(value), longest_tag));
  }
  /// A missing one becomes a tag with the reason.
  void metric(const std::string& name, const Reading& value) {
    if (value) {
      add("metrics", name, line(end_ms_, *value, 0));
    } else {
      tag("tandem.missing." + name, value.reason());
    }
  }
  void history(const std::string& name, const std::string& lines) {
    if (!lines.empty()) add("metrics", name, lines);
  }
  std::string line_at(double since_start_s, double value, int step) const {
    return line(start_ms_ + std::llround(std::max(since_start_s, 0.0) * 1000), value, step);
  }

  void finish(const std::string& name, const record::Outcome& outcome, const fs::path& mlruns,
              std::vector<StoredFile>& files) {
    tag("mlflow.runName", name);
    tag("tandem.status", record::name_of(outcome.status));
    tag("tandem.outcome", outcome.name);
    if (!outcome.message.empty()) tag("tandem.message", outcome.message);
    if (start_ms_ == 0) tag("tandem.start_time", "not known; the 0 stands for that");
    const fs::path folder = fs::path(experiment_) / id_;
    const auto text = [](const std::string& value) { return yaml_quoted(value); };
    std::string meta;
    const auto member = [&](const char* key, const std::string& value) {
      meta += fmt::format("{}: {}\n", key, value);
    };
    member("artifact_uri", text(file_address(mlruns / folder / "artifacts")));
    member("end_time", std::to_string(end_ms_));
    member("entry_point_name", "''");
    member("experiment_id", text(experiment_));
    member("lifecycle_stage", "active");
    member("run_id", text(id_));
    member("run_name", text(name));
    member("run_uuid", text(id_));
    member("source_name", "''");
    member("source_type", std::to_string(source_local));
    member("source_version", "''");
    member("start_time", std::to_string(start_ms_));
    member("status", std::to_string(status_of(outcome)));
    member("tags", "[]");
    member("user_id", "tandem");
    files.push_back({folder / "meta.yaml", std::move(meta)});
    for (StoredFile& file : files_) {
      files.push_back({folder / file.path, std::move(file.content)});
    }
  }

  void artifact(const std::string& name, std::string content) {
    files_.push_back({fs::path("artifacts") / name, std::move(content)});
  }

 private:
  static std::string line(std::int64_t time_ms, double value, int step) {
    return fmt::format("{} {} {}\n", time_ms, value, step);
  }

  void add(const std::string& kind, const std::string& name, std::string content,
           bool keeps_original = true) {
    const std::string plain = mlflow_name(name);
    std::string unique = plain;
    for (int copy = 2; !names_.insert(kind + "/" + unique).second; ++copy) {
      const std::string suffix = fmt::format("_{}", copy);
      unique = plain.substr(0, longest_name - suffix.size()) + suffix;
    }
    files_.push_back({fs::path(kind) / unique, std::move(content)});
    if (unique == name || !keeps_original) return;
    add("tags", fmt::format("tandem.name.{}.{}", kind, unique), cut(valid_utf8(name), longest_tag),
        false);
  }

  std::string experiment_;
  std::string id_;
  std::int64_t start_ms_;
  std::int64_t end_ms_;
  std::set<std::string> names_;
  std::vector<StoredFile> files_;
};

/// Makes the runs of one study.
class StoreBuilder {
 public:
  StoreBuilder(const std::string& study, const fs::path& mlruns)
      : study_(study), mlruns_(mlruns), experiment_(experiment_id_of(study)) {}

  void add(const RunResult& run) {
    const std::int64_t start_ms = milliseconds_of(run.started_at);
    const std::int64_t end_ms = milliseconds_of(run.ended_at);
    first_ms_ = std::min(first_ms_, start_ms);
    StoredRun whole(experiment_, id_of(run, "run"), start_ms, end_ms);
    add_tags(run, whole);
    whole.metric("makespan_seconds", run.makespan_seconds);
    const std::vector<analyse::TrainingMetrics> metrics = analyse::training_metrics(run);
    const bool concurrent = run.spec.concurrent();
    if (concurrent) {
      add_of_pair(run, whole);
      for (size_t i = 0; i < metrics.size(); ++i) {
        StoredRun training(experiment_, id_of(run, metrics[i].role), start_ms, end_ms);
        add_tags(run, training);
        training.tag("mlflow.parentRunId", whole.id());
        add_training(run.participants[i], metrics[i], run.imported.has_value(), training);
        training.finish(run.run_id + " " + metrics[i].role, metrics[i].outcome, mlruns_, files_);
      }
    } else {
      add_training(run.participants[0], metrics[0], run.imported.has_value(), whole);
    }
    whole.artifact(
        "result.json",
        exported_document(run).dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n");
    whole.finish(run.run_id, run.outcome, mlruns_, files_);
  }

  std::vector<StoredFile> finish() && {
    const std::int64_t made_ms = first_ms_ == no_time ? 0 : first_ms_;
    files_.push_back({fs::path(experiment_) / "meta.yaml",
                      fmt::format("artifact_location: {}\ncreation_time: {}\nexperiment_id: {}\n"
                                  "last_update_time: {}\nlifecycle_stage: active\nname: {}\n",
                                  yaml_quoted(file_address(mlruns_ / experiment_)), made_ms,
                                  yaml_quoted(experiment_), made_ms,
                                  yaml_quoted(cut(valid_utf8(study_), 500)))});
    return std::move(files_);
  }

 private:
  static constexpr std::int64_t no_time = INT64_MAX;

  std::string id_of(const RunResult& run, const std::string& part) const {
    return digest(fmt::format("run {} {} {} {}", study_, run.run_id, run.attempt, part));
  }

  static void add_tags(const RunResult& run, StoredRun& stored) {
    stored.tag("tandem.run_id", run.run_id);
    stored.tag("tandem.attempt", std::to_string(run.attempt));
    stored.tag("tandem.mode", run.spec.concurrent() ? "concurrent" : "solo");
    stored.tag("tandem.scale", run.imported ? "not stated" : study::name_of(run.spec.scale));
    stored.tag("tandem.repetition", std::to_string(run.spec.repetition));
    stored.tag("tandem.machine", run.machine.machine_class());
    stored.tag("tandem.energy_source", core::name_of(run.total_energy_joules.source));
    if (!run.total_energy_joules.model.empty()) {
      stored.tag("tandem.energy_model", run.total_energy_joules.model);
    }
    for (const core::Caution& caution : run.cautions) {
      stored.tag("tandem.caution." + caution.name, caution.message);
    }
    if (!run.imported) return;
    stored.tag("tandem.imported_from", run.imported->source);
    if (run.imported->simulated) stored.tag("tandem.simulated", "true");
  }

  static void add_of_pair(const RunResult& run, StoredRun& stored) {
    stored.metric("gpu_energy_total_joules", run.gpu_energy_total_joules.joules);
    stored.metric("cpu_energy_total_joules", run.cpu_energy_total_joules.joules);
    stored.metric("total_energy_joules", run.total_energy_joules.joules);
    stored.metric("start_skew_seconds", run.start_skew_seconds);
    stored.metric("overlap_fraction", run.overlap_fraction);
    stored.metric("gpu_util_avg_percent", run.gpu_util_avg_percent);
    stored.metric("gpu_power_avg_watts", run.gpu_power_avg_watts);
    stored.metric("gpu_memory_peak", run.gpu_memory_peak_mib);
    for (size_t i = 0; i < run.participants.size(); ++i) {
      const study::ParticipantSpec& training = run.participants[i].spec;
      const std::string role = i == 0 ? "a." : "b.";
      stored.tag("tandem.workload_" + role.substr(0, 1), training.workload);
      for (const auto& [name, value] : training.hyperparameters) {
        stored.param(role + name, core::format_number(value));
      }
    }
  }

  static void add_training(const record::ParticipantResult& training,
                           const analyse::TrainingMetrics& metrics, bool is_imported,
                           StoredRun& stored) {
    stored.tag("tandem.role", metrics.role);
    stored.tag("tandem.workload", metrics.workload);
    if (!metrics.partner.empty()) stored.tag("tandem.partner", metrics.partner);
    stored.tag("tandem.performance_metric", metrics.performance_metric);
    stored.tag("tandem.higher_is_better", metrics.higher_is_better ? "true" : "false");
    stored.tag("tandem.training_success", metrics.training_success ? "true" : "false");
    stored.tag("tandem.data", metrics.data.empty() ? "not stated" : metrics.data);
    for (const auto& [name, value] : metrics.hyperparameters) {
      stored.param(name, core::format_number(value));
    }
    if (!is_imported) stored.param("seed", std::to_string(training.spec.seed));
    for (const analyse::MetricColumn& column : analyse::metric_columns()) {
      stored.metric(column.name, metrics.*column.value);
    }
    for (const auto& [name, value] : training.metrics) {
      if (name == training.performance_metric) continue;
      stored.metric("final." + name, std::isfinite(value)
                                         ? Reading(value)
                                         : Reading::missing("the training told no finite number"));
    }
    std::map<std::string, std::string> histories;
    for (const record::EpochRecord& epoch : training.epochs) {
      if (epoch.train_loss) {
        histories["train_loss"] += stored.line_at(epoch.end_s, *epoch.train_loss, epoch.epoch);
      }
      for (const auto& [name, value] : epoch.metrics) {
        if (!std::isfinite(value)) continue;
        // The loss that the training told of itself is another thing than a metric of that name.
        const std::string key = name == "train_loss" ? "metric.train_loss" : name;
        histories[key] += stored.line_at(epoch.end_s, value, epoch.epoch);
      }
    }
    for (const auto& [name, lines] : histories) stored.history(name, lines);
  }

  const std::string& study_;
  const fs::path& mlruns_;
  std::string experiment_;
  std::int64_t first_ms_ = no_time;
  std::vector<StoredFile> files_;
};

}  // namespace

core::Json exported_document(const RunResult& run) {
  core::Json document = record::to_document(run);
  if (!run.imported) return document;
  for (const char* member : {"scale", "device"}) document["spec"][member] = "not stated";
  for (core::Json* participants : {&document["spec"]["participants"], &document["participants"]}) {
    for (core::Json& participant : *participants) participant["seed"] = "not stated";
  }
  return document;
}

std::string mlflow_name(const std::string& name) {
  std::string plain;
  for (const unsigned char c : name) {
    // Of a character of several bytes one `_` stays.
    if ((c & 0xC0U) == 0x80U) continue;
    const bool is_taken =
        c < 0x80U && (std::isalnum(c) != 0 || std::string_view("_-. ").find(static_cast<char>(c)) !=
                                                  std::string_view::npos);
    plain += is_taken ? static_cast<char>(c) : '_';
  }
  if (plain.empty() || plain == "." || plain.starts_with("..")) plain.insert(0, "_");
  return plain.substr(0, longest_name);
}

std::string yaml_quoted(const std::string& text) {
  std::string quoted = "\"";
  const std::string valid = valid_utf8(text);
  for (size_t i = 0; i < valid.size();) {
    const auto first = static_cast<unsigned char>(valid[i]);
    const size_t length = first < 0x80U ? 1 : first < 0xE0U ? 2 : first < 0xF0U ? 3 : 4;
    std::uint32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (size_t byte = 1; byte < length; ++byte) {
      point = point << 6U | (static_cast<unsigned char>(valid[i + byte]) & 0x3FU);
    }
    // Control characters, line breaks of Unicode and what is no character can't stand in YAML.
    const bool is_hidden = point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 ||
                           point == 0x2029 || point == 0xFEFF || point == 0xFFFE || point == 0xFFFF;
    if (is_hidden) {
      quoted += fmt::format("\\u{:04X}", point);
    } else if (point == '"' || point == '\\') {
      quoted += {'\\', static_cast<char>(point)};
    } else {
      quoted += valid.substr(i, length);
    }
    i += length;
  }
  return quoted + '"';
}

std::vector<StoredFile> mlflow_store(const std::string& study, const std::vector<RunResult>& runs,
                                     const fs::path& mlruns) {
  StoreBuilder store(study, mlruns);
  for (const RunResult& run : runs) store.add(run);
  return std::move(store).finish();
}

}  // namespace tandem::report

#pragma once

#include <array>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/power_model.h"
#include "serve/text_tail.h"
#include "serve/trace.h"
#include "study/run_spec.h"

namespace tandem::serve {

/// What is shown of one attempt at a run, from the files in its folder as they grow: power,
/// utilisation, loss and metric over the time since its start, and the end of its logs. Only reads;
/// its memory is bounded whatever the files hold.
class RunView {
 public:
  /// Of each curve: which figure it belongs to (`power`, `utilisation`, `loss_A`, `metric_B`), its
  /// name there, and whether it is estimated.
  struct Curve {
    std::string figure;
    std::string name;
    bool estimated = false;
    Trace trace;
  };
  struct LogLine {
    std::string from;  ///< `A`, `B` or `solo`, and the stream where it has its own log: `A stderr`
    std::string text;
  };
  static constexpr size_t most_log_lines = 200;
  static constexpr size_t longest_log_line_bytes = 2000;
  static constexpr size_t most_curves = 40;

  /// `performance_metrics`: of each of the run's participants. `power_model`: for a CPU without a
  /// meter.
  RunView(const std::filesystem::path& folder, const study::RunSpec& spec,
          std::vector<std::string> performance_metrics, core::PowerModel power_model);

  /// Reads what has come since, at most some MiB of it.
  void refresh();

  const std::deque<Curve>& curves() const { return curves_; }
  /// The last lines; the first of them is number first_log_line(), counted from 0.
  const std::deque<LogLine>& log() const { return log_; }
  size_t first_log_line() const { return log_lines_ - log_.size(); }
  const std::vector<std::string>& roles() const { return roles_; }
  /// The last epoch that each training has told of, 0 before the first.
  const std::vector<int>& epochs_done() const { return epochs_done_; }
  /// The newest value of a curve; nothing while it has none.
  std::optional<double> latest(const std::string& figure, const std::string& name) const;

  /// The events (server-sent) that tell a page all of this, or only what has changed since the last
  /// call of changes(). `key` names the run there.
  std::string everything(const std::string& key) const;
  std::string changes(const std::string& key);
  /// The curves, each with its points [s, lowest, mean, highest], and the log.
  core::Json document() const;

 private:
  /// A column of a file of samples, and what becomes of it.
  struct Column {
    size_t cell = 0;
    std::optional<size_t> curve;  ///< of a gauge
    bool is_cpu_time = false;
    bool is_cpu_energy = false;
    std::optional<Rate> rate;  ///< of a counter that is a curve of its own
    double factor = 1;
  };
  struct SamplesFile {
    TextTail tail;
    std::vector<Column> columns = {};
    bool has_names = false;
    std::optional<size_t> power_curve = std::nullopt;  ///< of the CPU, from all of its columns
    Rate power_rate{least_rate_s};
  };
  struct Log {
    std::string from;
    TextTail tail;
  };
  static constexpr double least_rate_s = 1;

  std::optional<size_t> curve(const std::string& figure, const std::string& name, double width_s,
                              bool estimated = false);
  void read_names(SamplesFile& file, const std::string& line);
  void read_tick(SamplesFile& file, const std::string& line);
  void read_event(const std::string& line);
  void read_logs();
  static core::Json points_from(const Curve& curve, size_t from);
  core::Json log_from(size_t from) const;
  std::string curve_event(const std::string& key, const Curve& curve, size_t from) const;
  std::string log_event(const std::string& key, size_t from) const;

  std::vector<std::string> roles_;  ///< `solo`, or `A` and `B`
  std::vector<int> epochs_done_;    ///< of each
  std::vector<std::string> performance_metrics_;
  core::PowerModel power_model_;
  std::vector<SamplesFile> samples_;
  TextTail events_;
  std::vector<Log> logs_;
  std::deque<Curve> curves_;
  std::deque<LogLine> log_;
  size_t log_lines_ = 0;       ///< all that there were
  size_t log_lines_told_ = 0;  ///< of them by changes()
};

/// A server-sent event: its name and a document on one line. Bytes that are no UTF-8 are replaced.
std::string event_text(const std::string& name, const core::Json& data);

}  // namespace tandem::serve

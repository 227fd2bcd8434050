#include "serve/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace tandem::serve {
namespace {

constexpr size_t most_sample_bytes = 4 << 20;
constexpr size_t most_event_bytes = 1 << 20;
constexpr size_t most_log_bytes = 128 * 1024;
constexpr double sample_width_s = 1;
/// Of loss and metric: a point for each epoch, unless they are shorter than this.
constexpr double epoch_width_s = 0.05;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const size_t end = line.find(',');
    cells.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

double number_in(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size() ? value : missing;
}

/// The files of a run's samples that hold what is shown: the host's, and those of up to so many
/// GPUs (a run uses one; a study's folder may come from a machine that sampled all of its).
constexpr int most_gpus = 8;

std::string upper(std::string_view role) {
  return role == "a" ? "A" : "B";
}

}  // namespace

std::string event_text(const std::string& name, const core::Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name,
                     data.dump(-1, ' ', false, core::Json::error_handler_t::replace));
}

RunView::RunView(const std::filesystem::path& folder, const study::RunSpec& spec,
                 std::vector<std::string> performance_metrics, core::PowerModel power_model)
    : roles_(spec.concurrent() ? std::vector<std::string>{"A", "B"}
                               : std::vector<std::string>{"solo"}),
      epochs_done_(roles_.size(), 0),
      performance_metrics_(std::move(performance_metrics)),
      power_model_(std::move(power_model)),
      events_(folder / "events.jsonl") {
  samples_.push_back({TextTail(folder / "samples.csv")});
  for (int gpu = 0; gpu < most_gpus; ++gpu) {
    samples_.push_back({TextTail(folder / fmt::format("samples_gpu_{}.csv", gpu))});
  }
  for (const std::string& role : roles_) {
    // A script that is read by its log has one, a trainer one for each stream.
    logs_.push_back({role, TextTail(folder / (role + ".log"))});
    for (const char* stream : {"stdout", "stderr"}) {
      logs_.push_back({role + " " + stream, TextTail(folder / (role + "." + stream + ".log"))});
    }
  }
}

void RunView::refresh() {
  for (SamplesFile& file : samples_) {
    for (const std::string& line : file.tail.next_lines(most_sample_bytes)) {
      if (!file.has_names) {
        read_names(file, line);
      } else {
        read_tick(file, line);
      }
    }
  }
  for (const std::string& line : events_.next_lines(most_event_bytes)) read_event(line);
  read_logs();
}

std::optional<size_t> RunView::curve(const std::string& figure, const std::string& name,
                                     double width_s, bool estimated) {
  for (size_t i = 0; i < curves_.size(); ++i) {
    if (curves_[i].figure == figure && curves_[i].name == name) return i;
  }
  if (curves_.size() >= most_curves) return std::nullopt;
  curves_.push_back({figure, name, estimated, Trace(width_s)});
  return curves_.size() - 1;
}

void RunView::read_names(SamplesFile& file, const std::string& line) {
  file.has_names = true;
  const std::vector<std::string_view> names = cells_of(line);
  bool has_meter = false;
  bool has_cpu_time = false;
  const bool has_instant_power = std::ranges::any_of(
      names, [](std::string_view name) { return name.ends_with("_power_instant_w"); });
  for (size_t cell = 1; cell < names.size(); ++cell) {
    const std::string_view name = names[cell];
    Column column;
    column.cell = cell;
    const bool is_gpu = name.starts_with("gpu_") && name.size() > 6 && name[5] == '_';
    const std::string gpu = is_gpu ? fmt::format("GPU {}", name[4]) : "";
    const std::string_view quantity = is_gpu ? name.substr(6) : name;
    if (name.starts_with("cpu_time_") && name.size() == 12) {
      const std::string role = roles_.size() == 1 ? "CPU" : "CPU of " + upper(name.substr(9, 1));
      column.curve = curve("utilisation", role, sample_width_s);
      column.rate = Rate(least_rate_s);
      column.factor = 100;  // seconds of CPU time a second, as a percentage of one core
      column.is_cpu_time = has_cpu_time = true;
    } else if (name.starts_with("rapl_package_")) {
      column.is_cpu_energy = has_meter = true;
    } else if (is_gpu && quantity == "power_instant_w") {
      column.curve = curve("power", gpu, sample_width_s);
    } else if (is_gpu && quantity == "power_average_w" && !has_instant_power) {
      column.curve = curve("power", gpu + " (average of a second)", sample_width_s);
    } else if (is_gpu && quantity == "util_percent") {
      column.curve = curve("utilisation", gpu, sample_width_s);
    } else {
      continue;
    }
    file.columns.push_back(column);
  }
  if (has_meter) {
    file.power_curve = curve("power", "CPU", sample_width_s);
  } else if (has_cpu_time) {
    file.power_curve = curve("power", "CPU", sample_width_s, /*estimated=*/true);
  }
}

void RunView::read_tick(SamplesFile& file, const std::string& line) {
  const std::vector<std::string_view> cells = cells_of(line);
  const double t_s = number_in(cells.front());
  const bool is_metered =
      std::ranges::any_of(file.columns, [](const Column& column) { return column.is_cpu_energy; });
  double cpu = 0;  // joules where there is a meter, else seconds of CPU time
  for (Column& column : file.columns) {
    if (column.cell >= cells.size()) return;  // not a line that tandem wrote
    const double value = number_in(cells[column.cell]);
    if (column.is_cpu_energy || (!is_metered && column.is_cpu_time)) cpu += value;
    if (!column.curve) continue;
    Trace& trace = curves_[*column.curve].trace;
    if (column.rate) {
      column.rate->add(t_s, value * column.factor, trace);
    } else {
      trace.add(t_s, value * column.factor);
    }
  }
  if (!file.power_curve) return;
  // The model is linear in the CPU time: its energy is a counter as the meter's is.
  const double energy_j =
      is_metered ? cpu : power_model_.idle_w * t_s + power_model_.busy_core_w * cpu;
  file.power_rate.add(t_s, energy_j, curves_[*file.power_curve].trace);
}

void RunView::read_event(const std::string& line) {
  const core::Json entry = core::Json::parse(line, nullptr, /*allow_exceptions=*/false);
  // The trainers' lines are kept as they were said: nothing is to be expected of them.
  const auto member = [](const core::Json& object, const char* name) {
    return object.is_object() ? object.value(name, core::Json()) : core::Json();
  };
  const core::Json event = member(entry, "event");
  const core::Json time = member(entry, "t_s");
  const core::Json from = member(entry, "from");
  if (!event.is_object() || !time.is_number() || !from.is_string()) return;
  const auto role = std::ranges::find(roles_, from.get<std::string>());
  if (role == roles_.end()) return;
  if (member(event, "type") != "epoch") return;
  const auto add = [&](const std::string& figure, const std::string& name,
                       const core::Json& value) {
    if (!value.is_number()) return;
    if (const auto at = curve(figure, name, epoch_width_s)) {
      curves_[*at].trace.add(time.get<double>(), value.get<double>());
    }
  };
  add("loss_" + *role, "train_loss", member(event, "train_loss"));
  const auto index = static_cast<size_t>(role - roles_.begin());
  const core::Json epoch = member(event, "epoch");
  if (epoch.is_number_integer()) epochs_done_.at(index) = epoch.get<int>();
  const std::string& name = performance_metrics_.at(index);
  add("metric_" + *role, name, member(member(event, "metrics"), name.c_str()));
}

void RunView::read_logs() {
  for (Log& log : logs_) {
    const bool has_skipped = log.tail.skip_to_last(most_log_bytes);
    std::vector<std::string> lines = log.tail.next_lines(2 * most_log_bytes);
    if (has_skipped) lines.insert(lines.begin(), "…");
    const size_t surplus = lines.size() - std::min(lines.size(), most_log_lines);
    log_lines_ += surplus;
    for (size_t i = surplus; i < lines.size(); ++i) {
      std::string& text = lines[i];
      if (text.size() > longest_log_line_bytes) text = text.substr(0, longest_log_line_bytes) + "…";
      log_.push_back({log.from, std::move(text)});
      ++log_lines_;
    }
  }
  while (log_.size() > most_log_lines) log_.pop_front();
}

std::optional<double> RunView::latest(const std::string& figure, const std::string& name) const {
  for (const Curve& curve : curves_) {
    if (curve.figure != figure || curve.name != name || curve.trace.points().empty()) continue;
    return curve.trace.points().back().mean;
  }
  return std::nullopt;
}

core::Json RunView::points_from(const Curve& curve, size_t from) {
  core::Json points = core::Json::array();
  const auto& all = curve.trace.points();
  for (size_t i = from; i < all.size(); ++i) {
    points.push_back({all[i].t_s, all[i].low, all[i].mean, all[i].high});
  }
  return points;
}

core::Json RunView::log_from(size_t from) const {
  core::Json lines = core::Json::array();
  for (size_t i = from - first_log_line(); i < log_.size(); ++i) {
    lines.push_back({log_[i].from, log_[i].text});
  }
  return lines;
}

std::string RunView::curve_event(const std::string& key, const Curve& curve, size_t from) const {
  return event_text("points", {{"run", key},
                               {"figure", curve.figure},
                               {"name", curve.name},
                               {"estimated", curve.estimated},
                               {"from", from},
                               {"points", points_from(curve, from)}});
}

std::string RunView::log_event(const std::string& key, size_t from) const {
  return event_text("log", {{"run", key}, {"from", from}, {"lines", log_from(from)}});
}

core::Json RunView::document() const {
  core::Json curves = core::Json::array();
  for (const Curve& curve : curves_) {
    curves.push_back({{"figure", curve.figure},
                      {"name", curve.name},
                      {"estimated", curve.estimated},
                      {"points", points_from(curve, 0)}});
  }
  return {{"curves", std::move(curves)}, {"log", log_from(first_log_line())}};
}

std::string RunView::everything(const std::string& key) const {
  std::string text;
  for (const Curve& curve : curves_) text += curve_event(key, curve, 0);
  return text + log_event(key, first_log_line());
}

std::string RunView::changes(const std::string& key) {
  std::string text;
  for (Curve& curve : curves_) {
    const size_t from = curve.trace.unchanged_since_asked();
    if (from < curve.trace.points().size()) text += curve_event(key, curve, from);
  }
  if (log_lines_told_ < log_lines_)
    text += log_event(key, std::max(log_lines_told_, first_log_line()));
  log_lines_told_ = log_lines_;
  return text;
}

}  // namespace tandem::serve

#include "execute/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/text.h"

namespace tandem::execute {
namespace {

using study::LogPattern;

/// The end of the escape sequence that begins at `begin` (ECMA-48: CSI and OSC; else two bytes).
size_t end_of_escape(std::string_view line, size_t begin) {
  if (begin + 1 >= line.size()) return line.size();
  const char kind = line[begin + 1];
  if (kind == '[') {
    size_t at = begin + 2;
    while (at < line.size() && (line[at] < 0x40 || line[at] > 0x7E)) ++at;
    return std::min(at + 1, line.size());
  }
  if (kind == ']') {
    const size_t end = line.find_first_of("\a\x1b", begin + 2);
    if (end == line.npos) return line.size();
    return line[end] == '\a' ? end + 1 : std::min(end + 2, line.size());
  }
  return begin + 2;
}

std::string cleaned(std::string_view line) {
  std::string clean;
  for (size_t at = 0; at < line.size();) {
    const auto byte = static_cast<unsigned char>(line[at]);
    if (byte == 0x1b) {
      at = end_of_escape(line, at);
      continue;
    }
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    if (!control) clean += line[at];
    ++at;
  }
  return clean;
}

/// A number as programs print it, `nan` and `inf` too; nothing for another text.
std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return HUGE_VAL;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

ViolationEvent mismatch(const std::string& complaint, const std::string& line) {
  return {complaint + " in: " + core::printable(line, 120), "log_mismatch"};
}

/// The numbers of a match; the name of a group that holds none goes into `wrong`.
std::map<std::string, core::Reading> readings_of(
    const std::map<std::string, std::string_view>& values, std::optional<std::string>& wrong) {
  std::map<std::string, core::Reading> readings;
  for (const auto& [name, text] : values) {
    const std::optional<double> number = number_in(text);
    if (!number) {
      wrong =
          fmt::format("the group {} holds {}, which is no number,", name, core::in_quotes(text));
    } else if (std::isfinite(*number)) {
      readings[name] = *number;
    } else {
      readings[name] = core::Reading::missing("not a finite number");
    }
  }
  return readings;
}

void keep_finite(const std::map<std::string, core::Reading>& readings,
                 std::map<std::string, double>& metrics) {
  for (const auto& [name, reading] : readings) {
    if (reading) {
      metrics[name] = *reading;
    } else {
      metrics.erase(name);
    }
  }
}

}  // namespace

std::vector<std::string> LogLines::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const size_t end = bytes.find_first_of("\r\n");
    partial_.append(bytes.substr(0, end).substr(0, longest_line_bytes - partial_.size()));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    for (std::string& line : rest()) lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> LogLines::rest() {
  std::string line = cleaned(std::exchange(partial_, {}));
  if (line.empty()) return {};
  return {std::move(line)};
}

LogReader::LogReader(study::LogPatterns patterns) : patterns_(std::move(patterns)) {}

std::optional<LogReader::Heard> LogReader::read(const std::string& line) {
  if (patterns_.success.must_appear && !succeeded_)
    succeeded_ = patterns_.success.must_appear->matches(line);
  if (patterns_.success.must_not_appear && !failed_ &&
      patterns_.success.must_not_appear->matches(line)) {
    failed_ = line;
  }
  if (patterns_.started && !started_ && patterns_.started->matches(line)) {
    started_ = true;
    return Heard{StartedEvent{}, line};
  }
  for (const LogPattern& pattern : patterns_.final) {
    const auto values = pattern.find(line);
    if (!values) continue;
    std::optional<std::string> wrong;
    for (auto& [name, reading] : readings_of(*values, wrong)) final_metrics_[name] = reading;
    if (wrong) return Heard{mismatch(*wrong, line), line};
  }
  if (auto event = read_epoch(line)) return Heard{*std::move(event), line};
  return std::nullopt;
}

std::optional<TrainerEvent> LogReader::read_epoch(const std::string& line) {
  bool ends = false;
  std::optional<int> number;
  std::map<std::string, core::Reading> heard;
  for (const LogPattern& pattern : patterns_.epoch) {
    const auto values = pattern.find(line);
    if (!values) continue;
    if (patterns_.started && !started_) {
      return mismatch("an epoch before the line of \"started\"", line);
    }
    std::optional<std::string> wrong;
    for (auto& [name, reading] : readings_of(*values, wrong)) heard[name] = reading;
    if (wrong) return mismatch(*wrong, line);
    ends = &pattern == &patterns_.epoch.back();
  }
  if (const auto epoch = heard.find("epoch"); epoch != heard.end()) {
    const double value = epoch->second.value_or(-1);
    if (value != std::floor(value) || value < 0 || value > 1e9) {
      return mismatch("an epoch's number that is no count", line);
    }
    number = static_cast<int>(value) - patterns_.first_epoch + 1;
    heard.erase(epoch);
  }
  // A progress bar draws its last state twice, and some programs sum an epoch up once more.
  if (number && epochs_done_ > 0 && *number == epochs_done_) return std::nullopt;
  if (number) {
    if (auto complaint = misnumbered(*number, line)) return complaint;
  }
  for (auto& [name, reading] : heard) {
    if (name == "train_loss") {
      train_loss_ = reading;
    } else {
      metrics_[name] = reading;
    }
  }
  if (!ends) return std::nullopt;
  return end_epoch();
}

std::optional<TrainerEvent> LogReader::misnumbered(int number, const std::string& line) const {
  if (number == epochs_done_ + 1) return std::nullopt;
  const int first = patterns_.first_epoch;
  return mismatch(fmt::format("epoch {} where {} was expected (first_epoch is {})",
                              number + first - 1, epochs_done_ + first, first),
                  line);
}

EpochEvent LogReader::end_epoch() {
  EpochEvent event;
  event.epoch = ++epochs_done_;
  event.train_loss = train_loss_.value_or(core::Reading::missing("the log doesn't tell it"));
  event.loss_is_not_finite = train_loss_ && !*train_loss_;
  keep_finite(metrics_, event.metrics);
  event.train_seconds = event.eval_seconds = event.tensor_memory_peak_mib =
      core::Reading::missing("the log doesn't tell it");
  last_metrics_ = event.metrics;
  train_loss_.reset();
  metrics_.clear();
  return event;
}

bool LogReader::accepts(const ProcessEnd& end) const {
  return end.kind == ProcessEnd::Kind::exited &&
         std::ranges::find(patterns_.success.exit_codes, end.number) !=
             patterns_.success.exit_codes.end();
}

LogReader::Heard LogReader::end(const ProcessEnd& end) const {
  const auto unsuccessful = [](std::string complaint) {
    return Heard{ViolationEvent{std::move(complaint), "success_rule"}, ""};
  };
  if (patterns_.started && !started_) {
    return {ViolationEvent{fmt::format("{}, and no line matched \"started\": {}", end.describe(),
                                       core::printable(patterns_.started->text())),
                           "log_mismatch"},
            ""};
  }
  if (failed_) {
    return unsuccessful("a line that must not appear: " + core::printable(*failed_, 120));
  }
  if (patterns_.success.must_appear && !succeeded_) {
    return unsuccessful("no line matched " +
                        core::in_quotes(patterns_.success.must_appear->text()) +
                        ", which must appear");
  }
  FinalEvent final;
  if (!patterns_.epoch.empty()) final.epochs = epochs_done_;
  final.metrics = last_metrics_;
  // Metrics told after the last epoch's line, and those with patterns of their own, are the later.
  keep_finite(metrics_, final.metrics);
  keep_finite(final_metrics_, final.metrics);
  return {std::move(final), ""};
}

std::vector<std::string> LogReader::recognised(const std::string& line) const {
  std::vector<std::string> found;
  const auto add = [&](const std::string& name, const LogPattern& pattern) {
    const auto values = pattern.find(line);
    if (!values) return;
    std::string text = name;
    for (const auto& [group, value] : *values) {
      text += fmt::format(" {}={}", group, core::printable(value, 40));
    }
    found.push_back(std::move(text));
  };
  const auto add_all = [&](const std::string& name, const std::vector<LogPattern>& patterns) {
    for (size_t i = 0; i < patterns.size(); ++i) {
      add(patterns.size() == 1 ? name : fmt::format("{}[{}]", name, i), patterns[i]);
    }
  };
  if (patterns_.started) add("started", *patterns_.started);
  add_all("epoch", patterns_.epoch);
  add_all("final", patterns_.final);
  if (patterns_.success.must_appear) add("must_appear", *patterns_.success.must_appear);
  if (patterns_.success.must_not_appear) add("must_not_appear", *patterns_.success.must_not_appear);
  return found;
}

}  // namespace tandem::execute

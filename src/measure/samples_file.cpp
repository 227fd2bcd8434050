#include "measure/samples_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::measure {
namespace {

/// The longest number that fmt writes in its shortest form, `-2.2250738585072014e-308`, and a
/// comma.
constexpr size_t longest_cell = 25;

constexpr std::string_view time_column = "t_s";

/// Takes the text before the next `end` off the front of `rest`; all of it when there is none.
std::string_view take_until(std::string_view& rest, char end) {
  const size_t size = std::min(rest.find(end), rest.size());
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return taken;
}

size_t number_of_cells(std::string_view line) {
  return static_cast<size_t>(std::ranges::count(line, ',')) + 1;
}

/// A whole cell as a finite number; nothing when it isn't one.
std::optional<double> number_in(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  Samples read() {
    const bool has_end = rest_.find('\n') != rest_.npos;
    read_names(next_line());
    if (!has_end) fail("no end of the line", "the names of all signals");
    while (!rest_.empty()) {
      if (rest_.find('\n') == rest_.npos) break;
      read_tick(next_line());
    }
    return std::move(samples_);
  }

 private:
  [[noreturn]] void fail(const std::string& found, const std::string& expected) const {
    throw core::SystemError(
        fmt::format("'{}', line {}: {}, expected {}", file_, line_, found, expected));
  }

  std::string_view next_line() {
    ++line_;
    return take_until(rest_, '\n');
  }

  void read_names(std::string_view line) {
    const size_t signals = number_of_cells(line) - 1;
    if (take_until(line, ',') != time_column) fail("not a file of samples", "the column t_s first");
    for (size_t i = 0; i < signals; ++i) {
      const std::string_view name = take_until(line, ',');
      if (name.empty()) fail("a column without a name", "the name of a signal");
      samples_.names.emplace_back(name);
    }
    samples_.values.resize(signals);
  }

  void read_tick(std::string_view line) {
    if (number_of_cells(line) != samples_.names.size() + 1) {
      fail(fmt::format("{} cells", number_of_cells(line)),
           fmt::format("{} as in the first line", samples_.names.size() + 1));
    }
    const std::string_view time = take_until(line, ',');
    const std::optional<double> t_s = number_in(time);
    if (!t_s) fail(core::in_quotes(time), "seconds");
    if (!samples_.t_s.empty() && *t_s < samples_.t_s.back()) {
      fail(fmt::format("{} s after {} s", *t_s, samples_.t_s.back()), "times in their order");
    }
    samples_.t_s.push_back(*t_s);
    for (std::vector<double>& column : samples_.values) {
      const std::string_view cell = take_until(line, ',');
      const std::optional<double> value = number_in(cell);
      if (!cell.empty() && !value) fail(core::in_quotes(cell), "a number or an empty cell");
      column.push_back(value.value_or(missing_sample));
    }
  }

  std::string_view rest_;
  const std::string& file_;
  size_t line_ = 0;
  Samples samples_;
};

}  // namespace

SamplesWriter::SamplesWriter(const std::filesystem::path& path, std::span<const Signal> signals)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (!file_.is_open()) {
    throw core::SystemError(fmt::format("can't make '{}'", path.string()), errno);
  }
  line_.resize(longest_cell * (signals.size() + 1));
  std::string names(time_column);
  for (const Signal& signal : signals) names += "," + signal.name;
  write(names + "\n");
}

void SamplesWriter::append(double t_s, std::span<const double> values) noexcept {
  char* end = fmt::format_to(line_.data(), "{}", t_s);
  for (const double value : values) {
    *end++ = ',';
    if (std::isfinite(value)) end = fmt::format_to(end, "{}", value);
  }
  *end++ = '\n';
  write({line_.data(), static_cast<size_t>(end - line_.data())});
}

void SamplesWriter::write(std::string_view text) noexcept {
  while (!text.empty() && error_ == 0) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
}

const std::vector<double>* Samples::find(std::string_view signal_name) const {
  const auto name = std::ranges::find(names, signal_name);
  return name == names.end() ? nullptr : &values[static_cast<size_t>(name - names.begin())];
}

Samples parse_samples(std::string_view text, const std::string& file) {
  return Reader(text, file).read();
}

Samples read_samples(const std::filesystem::path& path) {
  return parse_samples(core::read_file(path), path.string());
}

}  // namespace tandem::measure

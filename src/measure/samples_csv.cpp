#include "measure/samples_csv.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <iterator>

#include "core/error.h"

namespace tandem::measure {
namespace {

constexpr double flush_every_s = 0.5;
constexpr size_t pending_bytes = 64 * 1024;

}  // namespace

SamplesCsv::SamplesCsv(const std::filesystem::path& path, std::span<const Signal> signals)
    : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) throw core::SystemError(fmt::format("can't make '{}'", path.string()), errno);
  pending_.reserve(pending_bytes);
  fmt::format_to(std::back_inserter(pending_), "t_s");
  for (const Signal& signal : signals) {
    fmt::format_to(std::back_inserter(pending_), ",{}", signal.name);
  }
  pending_.push_back('\n');
}

SamplesCsv::~SamplesCsv() {
  flush();
  ::close(fd_);
}

void SamplesCsv::append(double t_s, std::span<const double> values) {
  fmt::format_to(std::back_inserter(pending_), "{}", t_s);
  for (const double value : values) {
    pending_.push_back(',');
    if (!std::isnan(value)) fmt::format_to(std::back_inserter(pending_), "{}", value);
  }
  pending_.push_back('\n');
  if (t_s - flushed_at_s_ < flush_every_s && pending_.size() < pending_bytes) return;
  flush();
  flushed_at_s_ = t_s;
}

void SamplesCsv::finish() {
  flush();
  if (error_ != 0) throw core::SystemError(fmt::format("can't write '{}'", path_.string()), error_);
}

void SamplesCsv::flush() {
  const char* next = pending_.data();
  const char* const end = next + pending_.size();
  while (next != end && error_ == 0) {
    const ssize_t written = ::write(fd_, next, static_cast<size_t>(end - next));
    if (written >= 0) {
      next += written;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  pending_.clear();
}

}  // namespace tandem::measure

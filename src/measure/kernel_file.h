#pragma once

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace tandem::measure {

/// A path below proc or sys, formatted without allocating. One that is too long is cut off, and
/// then isn't found.
class KernelPath {
 public:
  template <typename... Arguments>
  explicit KernelPath(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    *fmt::format_to_n(text_.data(), text_.size() - 1, format, std::forward<Arguments>(arguments)...)
         .out = '\0';
  }
  const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 1024> text_;
};

/// What was read from a small file of the kernel.
struct FileText {
  std::string_view text;  ///< points into the buffer that was given
  int error = 0;          ///< errno of what failed; 0 when it was read
};

/// Reads a file of proc or sys into `buffer`, cut off at its size, without allocating: for the
/// sampling loop.
FileText read_kernel_file(const char* path, std::span<char> buffer) noexcept;

/// True for the errors by which the kernel says that a process has ended.
bool means_process_ended(int error) noexcept;

}  // namespace tandem::measure

#include "serve/text_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/file_descriptor.h"

namespace tandem::serve {

std::vector<std::string> TextTail::next_lines(size_t most_bytes) {
  // Not to wait for the other end of something that is no file.
  const core::FileDescriptor file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  is_there_ = file.is_open();
  std::vector<std::string> lines;
  std::string piece(std::min<size_t>(most_bytes, 64 * 1024), '\0');
  for (size_t taken = 0; is_there_ && taken < most_bytes;) {
    const size_t wanted = std::min(piece.size(), most_bytes - taken);
    const ssize_t count = ::pread(file.get(), piece.data(), wanted, static_cast<off_t>(offset_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    offset_ += static_cast<std::uintmax_t>(count);
    taken += static_cast<size_t>(count);
    std::string_view rest(piece.data(), static_cast<size_t>(count));
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      const std::string_view part = rest.substr(0, end);
      if (!dropping_) partial_.append(part.substr(0, longest_line_bytes - partial_.size()));
      const bool is_whole = end != std::string_view::npos;
      if (is_whole) {
        lines.push_back(std::exchange(partial_, {}));
        if (std::exchange(dropping_, false)) lines.pop_back();
      }
      rest.remove_prefix(is_whole ? end + 1 : rest.size());
    }
  }
  return lines;
}

bool TextTail::skip_to_last(size_t bytes) {
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(file_, code);
  if (code || size <= offset_ + bytes) return false;
  offset_ = size - bytes;
  partial_.clear();
  dropping_ = true;
  return true;
}

}  // namespace tandem::serve

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::serve {

/// Follows a text file that another process writes: gives its lines as they become whole. Opens the
/// file for each look only, and holds no more than one line of `longest_line_bytes` between two
/// looks; of a longer line the rest is dropped.
class TextTail {
 public:
  static constexpr size_t longest_line_bytes = 64 * 1024;

  /// The file need not be there yet.
  explicit TextTail(std::filesystem::path file) : file_(std::move(file)) {}

  /// The lines that have become whole, without their ends. Reads `most_bytes` at most; what is
  /// behind them comes next time.
  std::vector<std::string> next_lines(size_t most_bytes);
  /// Leaves out all but the last so many bytes of what has not been read, and the line that is cut
  /// by that. True when something was left out.
  bool skip_to_last(size_t bytes);
  bool is_there() const { return is_there_; }

 private:
  std::filesystem::path file_;
  std::uintmax_t offset_ = 0;
  std::string partial_;
  bool dropping_ = false;  ///< the rest of a line
  bool is_there_ = false;
};

}  // namespace tandem::serve

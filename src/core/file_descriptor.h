#pragma once

#include <string_view>

namespace tandem::core {

/// An open file descriptor, closed with its owner.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release();
  void reset();
  /// Writes all of it, however often the system interrupts or takes only a part. Throws
  /// SystemError.
  void write_all(std::string_view content) const;

 private:
  int fd_ = -1;
};

}  // namespace tandem::core

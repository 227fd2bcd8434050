#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::trainers::test {

/// A folder that is gone when the test is over.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& file, const std::string& bytes);
void write_gzip(const std::filesystem::path& file, const std::string& bytes);
std::string read_file(const std::filesystem::path& file);

/// The bytes of an IDX file of unsigned bytes; `sizes` may lie about `values`.
std::string idx_bytes(const std::vector<std::uint32_t>& sizes, const std::string& values);

/// MNIST's four files with small made-up data that a network can learn: noise, and a bright block
/// whose place is the label's. The labels are 0 to 9 in turn.
void write_mnist(const std::filesystem::path& folder, int train_samples, int test_samples);

}  // namespace tandem::trainers::test

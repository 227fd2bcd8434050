#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tandem::core {

/// The whole file as bytes. Throws SystemError naming the file.
std::string read_file(const std::filesystem::path& path);

/// The last bytes of a file, at most so many; empty when it can't be read.
std::string read_end_of_file(const std::filesystem::path& path, size_t most_bytes);

/// Writes a file so that a reader, or a machine that loses power, sees the old file, no file or
/// the whole new one: temporary name, fsync, rename, fsync of the folder.
/// Throws SystemError; the temporary file is removed then.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The same for a file that must not replace another: false, and nothing written, where one of that
/// name is there, whoever made it and on whatever machine (link(2)). Throws SystemError.
bool write_new_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Makes the folder and its parents. Throws SystemError naming the folder.
void make_folders(const std::filesystem::path& path);

/// A new folder for files that nobody needs later, removed with everything in it.
class TemporaryFolder {
 public:
  /// In the system's folder for such things (TMPDIR); `name` begins its name. Throws SystemError.
  explicit TemporaryFolder(const std::string& name);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The folder that holds the running program.
std::filesystem::path program_folder();

/// A file that came with tandem (`relative` such as `workloads`): looked for in the folder that
/// `TANDEM_HOME` names, beside the installed program (`../share/tandem`) and in the source tree the
/// program was built from. Throws SystemError listing the places when it is in none of them.
std::filesystem::path shipped_file(const std::filesystem::path& relative);

}  // namespace tandem::core

#pragma once

#include <filesystem>
#include <string_view>

namespace tandem::core {

/// A folder that appears with everything in it or not at all: it is filled beside its place and
/// put there by keep(); what was not kept is removed.
class NewFolder {
 public:
  /// Throws UserError when there is something at `place` already, SystemError when the folder
  /// beside it can't be made.
  explicit NewFolder(std::filesystem::path place);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where to write until it is kept.
  const std::filesystem::path& path() const { return path_; }
  /// Writes a file into it, with the folders on its way; keep() brings it to the disk. Throws
  /// SystemError.
  void write(const std::filesystem::path& relative, std::string_view content) const;
  /// Everything is on the disk before it appears. Throws UserError when its place was taken
  /// meanwhile, SystemError.
  void keep();

 private:
  std::filesystem::path place_;
  std::filesystem::path path_;
};

/// Renames a folder to `place`, which must not be there, on file systems that can't refuse to
/// replace something by themselves (NFS, FUSE). Throws UserError where it is taken, SystemError.
void rename_onto_empty(const std::filesystem::path& from, const std::filesystem::path& place);

}  // namespace tandem::core

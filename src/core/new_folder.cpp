#include "core/new_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/error.h"
#include "core/file.h"
#include "core/file_descriptor.h"
#include "core/text.h"

namespace tandem::core {
namespace fs = std::filesystem;
namespace {

void refuse_if_taken(const fs::path& place) {
  std::error_code code;
  if (fs::symlink_status(place, code).type() == fs::file_type::not_found) return;
  throw UserError(fmt::format("{} is there already: nothing is overwritten, name a new folder",
                              in_quotes(place.string())));
}

[[noreturn]] void fail_to_place(const fs::path& place, int error) {
  throw SystemError("can't put the folder " + in_quotes(place.string()) + " in its place", error);
}

void sync(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) {
    throw SystemError("can't sync " + in_quotes(path.string()), errno);
  }
}

}  // namespace

void rename_onto_empty(const fs::path& from, const fs::path& place) {
  if (::mkdir(place.c_str(), 0777) != 0) {
    const int error = errno;
    if (error == EEXIST) refuse_if_taken(place);
    fail_to_place(place, error);
  }
  if (::rename(from.c_str(), place.c_str()) == 0) return;
  const int error = errno;
  ::rmdir(place.c_str());  // Stays where somebody has put something into it.
  refuse_if_taken(place);
  fail_to_place(place, error);
}

NewFolder::NewFolder(fs::path place) : place_(fs::absolute(place).lexically_normal()) {
  if (!place_.has_filename()) place_ = place_.parent_path();
  refuse_if_taken(place_);
  make_folders(place_.parent_path());
  // Not mkdtemp, whose folders are private: this one becomes a folder like any other.
  for (int number = 1;; ++number) {
    const fs::path free = place_.parent_path() /
                          fmt::format(".{}-{}-{}", place_.filename().string(), ::getpid(), number);
    if (::mkdir(free.c_str(), 0777) == 0) {
      path_ = free;
      return;
    }
    if (errno != EEXIST) {
      throw SystemError("can't make a folder " + in_quotes(free.string()), errno);
    }
  }
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void NewFolder::write(const fs::path& relative, std::string_view content) const {
  const fs::path path = path_ / relative;
  make_folders(path.parent_path());
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open()) throw SystemError(fmt::format("can't write '{}'", path.string()), errno);
  file.write_all(content);
}

void NewFolder::keep() {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
    if (!entry.is_symlink()) sync(entry.path());
  }
  sync(path_);
  // The kernel refuses to replace what has come there meanwhile, where the file system can.
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE) != 0) {
    const int error = errno;
    if (error == EEXIST) refuse_if_taken(place_);
    if (error != EINVAL) fail_to_place(place_, error);
    rename_onto_empty(path_, place_);
  }
  path_.clear();
  sync(place_.parent_path());
}

}  // namespace tandem::core

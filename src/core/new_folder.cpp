#include "core/new_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>

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

}  // namespace

NewFolder::NewFolder(fs::path place) : place_(fs::absolute(place).lexically_normal()) {
  if (!place_.has_filename()) place_ = place_.parent_path();
  refuse_if_taken(place_);
  make_folders(place_.parent_path());
  std::string pattern =
      (place_.parent_path() / fmt::format(".{}-XXXXXX", place_.filename().string())).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw SystemError(fmt::format("can't make a folder '{}'", pattern), errno);
  }
  path_ = pattern;
  // mkdtemp makes it private; it becomes a folder like any other.
  fs::permissions(path_, fs::perms(0755));
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
  // The kernel refuses to replace what has come there meanwhile.
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE) != 0) {
    const int error = errno;
    if (error == EEXIST) refuse_if_taken(place_);
    throw SystemError(fmt::format("can't put the folder '{}' in its place", place_.string()),
                      error);
  }
  path_.clear();
}

}  // namespace tandem::core

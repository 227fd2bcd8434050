#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <random>
#include <vector>

#include "core/error.h"
#include "core/file_descriptor.h"

namespace tandem::core {
namespace fs = std::filesystem;
namespace {

void sync_folder(const fs::path& folder) {
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) throw SystemError("open", errno);
  if (::fsync(directory.get()) != 0) throw SystemError("fsync", errno);
}

/// A file with the content, forced to the disk, beside the one of the name that it is to get.
fs::path write_beside(const fs::path& path, std::string_view content) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  // A process of that number on another machine may be writing the same file.
  fs::path temporary = folder / fmt::format(".{}.{}-{:08x}", path.filename().string(), ::getpid(),
                                            std::random_device()());
  try {
    const FileDescriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.is_open()) throw SystemError("open", errno);
    file.write_all(content);
    if (::fsync(file.get()) != 0) throw SystemError("fsync", errno);
  } catch (const SystemError&) {
    ::unlink(temporary.c_str());
    throw;
  }
  return temporary;
}

/// Gives a file its name unless that is taken: 0, or an errno.
int link_new(const fs::path& temporary, const fs::path& path) {
  int error = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  // Not every file system has hard links; there the name may be taken between the two steps.
  if (error == EPERM || error == ENOTSUP || error == ENOSYS) {
    if (::access(path.c_str(), F_OK) == 0) return EEXIST;
    return ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  }
  return error;
}

SystemError cannot_write(const fs::path& path, const SystemError& error) {
  return SystemError(fmt::format("can't write '{}': {}", path.string(), error.what()));
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    throw SystemError(fmt::format("can't read '{}': it is a folder", path.string()));
  }
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw SystemError(fmt::format("can't read '{}'", path.string()), errno);
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(fmt::format("can't read '{}'", path.string()), errno);
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(count));
  }
}

std::string read_end_of_file(const fs::path& path, size_t most_bytes) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (size <= 0) return "";
  file.seekg(std::max<std::streamoff>(0, size - static_cast<std::streamoff>(most_bytes)));
  std::string end(most_bytes, '\0');
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  end.resize(static_cast<size_t>(file.gcount()));
  return end;
}

TemporaryFolder::TemporaryFolder(const std::string& name) {
  std::string pattern = (fs::temp_directory_path() / (name + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw SystemError(fmt::format("can't make a folder '{}'", pattern), errno);
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  try {
    const fs::path temporary = write_beside(path, content);
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      const int error = errno;
      ::unlink(temporary.c_str());
      throw SystemError("rename", error);
    }
    sync_folder(temporary.parent_path());
  } catch (const SystemError& error) {
    throw cannot_write(path, error);
  }
}

bool write_new_file_atomically(const fs::path& path, std::string_view content) {
  try {
    const fs::path temporary = write_beside(path, content);
    const int error = link_new(temporary, path);
    ::unlink(temporary.c_str());
    if (error == EEXIST) return false;
    if (error != 0) throw SystemError("link", error);
    sync_folder(temporary.parent_path());
    return true;
  } catch (const SystemError& error) {
    throw cannot_write(path, error);
  }
}

void make_folders(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) {
    throw SystemError(fmt::format("can't make the folder '{}'", path.string()), code.value());
  }
}

fs::path program_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

fs::path shipped_file(const fs::path& relative) {
  std::vector<fs::path> places;
  if (const char* home = std::getenv("TANDEM_HOME")) places.emplace_back(home);
  places.push_back(program_folder().parent_path() / "share" / "tandem");
  places.emplace_back(TANDEM_SOURCE_DIR);
  std::string looked_in;
  for (const fs::path& place : places) {
    if (fs::exists(place / relative)) return place / relative;
    looked_in += "\n  " + (place / relative).string();
  }
  throw SystemError(
      fmt::format("'{}' came with tandem but is in none of these places:{}\nSet "
                  "TANDEM_HOME to the folder that holds it.",
                  relative.string(), looked_in));
}

}  // namespace tandem::core

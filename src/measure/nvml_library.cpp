#include "measure/nvml_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <map>
#include <mutex>
#include <string_view>

namespace tandem::measure {
namespace {
using nvml::Return;

/// For drivers that have no words of their own.
std::string_view our_words(Return code) {
  switch (code) {
    case Return::success:
      return "success";
    case Return::uninitialized:
      return "not initialised";
    case Return::invalid_argument:
      return "invalid argument";
    case Return::not_supported:
      return "not supported";
    case Return::no_permission:
      return "no permission";
    case Return::not_found:
      return "not found";
    case Return::insufficient_size:
      return "too little space";
    case Return::driver_not_loaded:
      return "the kernel driver isn't loaded";
    case Return::timeout:
      return "timed out";
    case Return::irq_issue:
      return "interrupts of the GPU don't arrive";
    case Return::library_not_found:
      return "a library is missing";
    case Return::function_not_found:
      return "no such function";
    case Return::gpu_is_lost:
      return "the GPU is lost";
    case Return::reset_required:
      return "the GPU must be reset";
    case Return::operating_system:
      return "refused by the operating system";
    case Return::version_mismatch:
      return "library and kernel driver are of different versions";
    case Return::no_data:
      return "no data";
    case Return::argument_version_mismatch:
      return "unknown version of a structure";
    case Return::not_ready:
      return "not ready";
    case Return::gpu_not_found:
      return "no GPU found";
    case Return::unknown:
      return "unknown error";
  }
  return "";
}

/// What a person can do about a library that doesn't start.
std::string_view remedy(Return code) {
  switch (code) {
    case Return::driver_not_loaded:
      return " (the kernel's part isn't loaded)";
    case Return::version_mismatch:
      return " (the driver was updated while its old version runs: restart the machine)";
    case Return::no_permission:
    case Return::operating_system:
      return " (see who may read and write /dev/nvidiactl and /dev/nvidia0; a container must be "
             "given the GPU)";
    default:
      return "";
  }
}

MissingSource missing_gpu(std::string reason) {
  return {"gpu", std::move(reason)};
}

}  // namespace

NvmlSymbol find_nvml_symbol(void* library, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (void* const address = ::dlsym(library, name)) return {name, address};
  }
  return {*names.begin(), nullptr};
}

std::variant<std::shared_ptr<const NvmlLibrary>, MissingSource> NvmlLibrary::load(
    const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const NvmlLibrary>> loaded;
  const std::lock_guard lock(mutex);
  if (auto library = loaded[path].lock()) return library;

  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const std::string_view why = ::dlerror();
    if (why.find("cannot open shared object file: No such file") != why.npos &&
        why.starts_with(path)) {
      return missing_gpu(fmt::format("no NVIDIA driver ({} not found)", path));
    }
    return missing_gpu(fmt::format("can't load the NVIDIA driver's library: {}", why));
  }
  const std::shared_ptr<NvmlLibrary> library(new NvmlLibrary(handle));
  const Return code = library->init_();
  if (code == Return::function_not_found) {
    return missing_gpu(
        fmt::format("{} is no NVIDIA management library that tandem can read (it has no {})", path,
                    library->init_.name()));
  }
  if (code != Return::success) {
    MissingSource missing =
        missing_gpu(fmt::format("the NVIDIA driver doesn't start: {}{}",
                                library->reason(library->init_.name(), code), remedy(code)));
    if (code == Return::driver_not_loaded) missing.enable_with = {"sudo modprobe nvidia"};
    return missing;
  }
  library->initialised_ = true;
  loaded[path] = library;
  return library;
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) shutdown_();
}

std::string NvmlLibrary::reason(const char* function, Return code) const {
  if (code == Return::function_not_found) return fmt::format("the driver has no {}", function);
  const void* const error_string = ::dlsym(library_, "nvmlErrorString");
  std::string words;
  if (error_string != nullptr) {
    const char* const text =
        reinterpret_cast<const char* (*)(Return)>(const_cast<void*>(error_string))(code);
    if (text != nullptr) words = text;
  }
  if (words.empty()) words = our_words(code);
  if (words.empty()) words = fmt::format("error {}", static_cast<int>(code));
  return fmt::format("{}: {}", function, words);
}

}  // namespace tandem::measure

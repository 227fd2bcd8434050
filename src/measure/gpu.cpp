#include "measure/gpu.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace tandem::measure {

std::variant<GpuDriver, MissingSource> GpuDriver::load(const std::string& library) {
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return MissingSource{"gpu", fmt::format("no NVIDIA driver ({} not found)", library)};
  }
  ::dlclose(handle);
  return MissingSource{"gpu",
                       fmt::format("{} is there, but this version doesn't read it yet", library)};
}

}  // namespace tandem::measure

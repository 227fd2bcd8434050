#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fake_nvml/fake_nvml.h"
#include "measure/gpu.h"

namespace tandem::measure {

using Json = nlohmann::json;

/// A stand-in for NVIDIA's driver, of a variant of fake_nvml/CMakeLists.txt, with a script of its
/// own and time that only moves by advance() unless the script says otherwise.
class FakeDriver {
 public:
  explicit FakeDriver(const Json& script, const std::string& variant = "current")
      : path_(std::string(TANDEM_FAKE_NVML_FOLDER) + "/" + variant + "/libnvidia-ml.so.1"),
        library_(::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(::dlerror());
    call<decltype(fake_nvml_script)>("fake_nvml_script")(with_stopped_time(script).dump().c_str());
  }
  static Json one_device(Json device = Json::object()) { return devices({std::move(device)}); }
  static Json devices(const std::vector<Json>& all) {
    Json script;
    script["devices"] = all;
    return script;
  }

  const std::string& path() const { return path_; }
  /// The driver as tandem sees it.
  GpuDriver load() const {
    auto found = GpuDriver::load(path_);
    if (auto* const missing = std::get_if<MissingSource>(&found)) {
      throw std::runtime_error(missing->reason);
    }
    return std::get<GpuDriver>(std::move(found));
  }
  std::string reason_not_to_load() const {
    const auto found = GpuDriver::load(path_);
    const auto* const missing = std::get_if<MissingSource>(&found);
    return missing == nullptr ? "it was loaded" : missing->reason;
  }
  void change(const Json& script) const {
    call<decltype(fake_nvml_change)>("fake_nvml_change")(with_stopped_time(script).dump().c_str());
  }
  void advance(double seconds) const {
    call<decltype(fake_nvml_advance)>("fake_nvml_advance")(seconds);
  }
  void observe(fake_nvml_observer observer) const {
    call<decltype(fake_nvml_observe)>("fake_nvml_observe")(observer);
  }
  int calls(const char* function) const {
    return call<decltype(fake_nvml_calls)>("fake_nvml_calls")(function);
  }
  int users() const { return call<decltype(fake_nvml_users)>("fake_nvml_users")(); }

 private:
  static Json with_stopped_time(Json script) {
    if (!script.contains("time")) script["time"] = "stopped";
    return script;
  }
  template <typename Function>
  Function* call(const char* name) const {
    return reinterpret_cast<Function*>(::dlsym(library_, name));
  }

  std::string path_;
  void* library_;
};

/// One tick of a source, by the names of its signals.
class Tick {
 public:
  explicit Tick(SignalSource& source) : source_(source), values_(source.signals().size(), -1) {
    source.read(values_);
  }
  bool has(const std::string& name) const { return index_of(name) < values_.size(); }
  double operator[](const std::string& name) const {
    if (!has(name)) throw std::runtime_error("no signal " + name);
    return values_[index_of(name)];
  }
  const std::vector<double>& values() const { return values_; }

 private:
  size_t index_of(const std::string& name) const {
    const auto signals = source_.signals();
    const auto found = std::ranges::find(signals, name, &Signal::name);
    return static_cast<size_t>(found - signals.begin());
  }

  SignalSource& source_;
  std::vector<double> values_;
};

}  // namespace tandem::measure

#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/nvml_library.h"

namespace tandem::measure {

/// The size of the entries that a driver has written, told from where its writing ends: `buffer`
/// was filled with process_list_poison before the driver wrote `count` entries. Nothing when the
/// end suits none of nvml::process_entry_bytes.
///
/// The sizes have changed under one name between drivers, and a wrong one turns memory sizes into
/// process numbers (nvitop, pull request 226).
std::optional<size_t> process_entry_stride(std::span<const std::byte> buffer, size_t count);
inline constexpr std::byte process_list_poison{0xA5};

/// What a process has on a GPU: a graphics context (a display's), a compute context, or one of MPS.
enum class GpuProcessKind { graphics, compute, mps };

/// The processes on a GPU, of every kind that the driver lists: with a compute context, a graphics
/// context, or as clients of MPS. Keeps its memory; a list of more than `most_processes` of a kind
/// is a problem.
class GpuProcessList {
 public:
  static constexpr unsigned most_processes = 512;

  struct Entry {
    pid_t pid = 0;
    double memory_mib = 0;  ///< missing_sample where the driver doesn't tell
    GpuProcessKind kind = GpuProcessKind::compute;  ///< of several, the last of the enumeration
  };

  GpuProcessList(std::shared_ptr<const NvmlLibrary> library, nvml::Device device);

  /// Asks the driver; false when a list can't be had or read, and then there are no entries.
  bool refresh() noexcept;
  /// By their numbers, each once.
  std::span<const Entry> entries() const { return entries_; }
  /// Why the last refresh failed.
  std::string problem() const;
  /// The driver's code of the last refresh.
  nvml::Return code() const { return code_; }
  /// MPS clients in the last refresh.
  bool any_mps_client() const { return any_mps_client_; }

 private:
  using Versions = NvmlLibrary::ProcessListVersions;
  /// A kind of process and the version of its list that answers.
  struct Kind {
    const Versions* versions;
    const NvmlLibrary::ProcessList* list = nullptr;
    bool may_be_absent;
    GpuProcessKind kind;
  };
  /// The number of processes that were added; nothing after a failure.
  std::optional<size_t> append(Kind& kind) noexcept;
  nvml::Return ask(Kind& kind, unsigned& count) noexcept;

  std::shared_ptr<const NvmlLibrary> library_;
  nvml::Device device_;
  std::array<Kind, 3> kinds_;
  std::vector<std::byte> buffer_;
  std::vector<Entry> entries_;
  nvml::Return code_ = nvml::Return::success;
  const char* failed_function_ = "";
  unsigned unreadable_count_ = 0;  ///< entries of the list whose stride can't be told; 0: none
  bool any_mps_client_ = false;
};

}  // namespace tandem::measure

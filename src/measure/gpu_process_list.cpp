#include "measure/gpu_process_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace tandem::measure {
namespace {
using nvml::Return;

constexpr size_t largest_entry = nvml::process_entry_bytes.back();

GpuProcessList::Entry entry_at(const std::byte* bytes, GpuProcessKind kind) {
  std::uint32_t pid = 0;
  std::uint64_t memory = 0;
  std::memcpy(&pid, bytes + nvml::process_pid_at, sizeof pid);
  std::memcpy(&memory, bytes + nvml::process_memory_at, sizeof memory);
  return {static_cast<pid_t>(pid),
          memory == nvml::value_not_available ? missing_sample
                                              : static_cast<double>(memory) / (1024.0 * 1024.0),
          kind};
}

bool absent(Return code) {
  return code == Return::function_not_found || code == Return::not_supported;
}

}  // namespace

std::optional<size_t> process_entry_stride(std::span<const std::byte> buffer, size_t count) {
  const auto last = std::find_if(buffer.rbegin(), buffer.rend(),
                                 [](std::byte byte) { return byte != process_list_poison; });
  const auto end = static_cast<size_t>(buffer.rend() - last);
  for (const size_t stride : nvml::process_entry_bytes) {
    // The last field of an entry may be one that the driver leaves alone; with one entry that
    // makes two sizes possible, which are then the same to the reader.
    constexpr size_t last_field = 8;
    if (end <= count * stride && end + last_field >= count * stride) return stride;
  }
  return std::nullopt;
}

GpuProcessList::GpuProcessList(std::shared_ptr<const NvmlLibrary> library, nvml::Device device)
    : library_(std::move(library)),
      device_(device),
      kinds_{{{&library_->compute_processes, nullptr, false, GpuProcessKind::compute},
              {&library_->graphics_processes, nullptr, true, GpuProcessKind::graphics},
              {&library_->mps_processes, nullptr, true, GpuProcessKind::mps}}},
      buffer_(most_processes * largest_entry) {
  entries_.reserve(kinds_.size() * most_processes);
}

bool GpuProcessList::refresh() noexcept {
  entries_.clear();
  code_ = Return::success;
  unreadable_count_ = 0;
  for (Kind& kind : kinds_) {
    const std::optional<size_t> added = append(kind);
    if (!added) {
      entries_.clear();
      return false;
    }
    if (kind.versions == &library_->mps_processes) any_mps_client_ = *added > 0;
  }
  // One process may have several contexts; the largest of its figures is kept, the unknown last.
  std::ranges::sort(entries_, [](const Entry& left, const Entry& right) {
    const auto rank = [](const Entry& entry) {
      return std::isnan(entry.memory_mib) ? -1.0 : entry.memory_mib;
    };
    return std::pair(left.pid, -rank(left)) < std::pair(right.pid, -rank(right));
  });
  for (size_t i = entries_.size(); i-- > 1;) {
    if (entries_[i - 1].pid != entries_[i].pid) continue;
    entries_[i - 1].kind = std::max(entries_[i - 1].kind, entries_[i].kind);
  }
  // Not std::ranges::unique: clang 14, which the fuzz build uses, can't read libstdc++'s.
  const auto repeated =
      std::unique(entries_.begin(), entries_.end(),
                  [](const Entry& left, const Entry& right) { return left.pid == right.pid; });
  entries_.erase(repeated, entries_.end());
  return true;
}

std::optional<size_t> GpuProcessList::append(Kind& kind) noexcept {
  unsigned count = most_processes;
  code_ = ask(kind, count);
  if (kind.may_be_absent && absent(code_)) {
    code_ = Return::success;
    return 0;
  }
  if (code_ != Return::success) return std::nullopt;
  if (count == 0) return 0;
  const auto stride = count <= most_processes ? process_entry_stride(buffer_, count) : std::nullopt;
  if (!stride) {
    unreadable_count_ = count;
    return std::nullopt;
  }
  for (size_t i = 0; i < count; ++i) entries_.push_back(entry_at(&buffer_[i * *stride], kind.kind));
  return count;
}

Return GpuProcessList::ask(Kind& kind, unsigned& count) noexcept {
  const auto ask_version = [&](const NvmlLibrary::ProcessList& list) {
    std::ranges::fill(buffer_, process_list_poison);
    count = most_processes;
    failed_function_ = list.name();
    return list(device_, &count, buffer_.data());
  };
  if (kind.list != nullptr) return ask_version(*kind.list);
  // A library may have a version that the driver below it doesn't know.
  Return code = Return::function_not_found;
  for (const NvmlLibrary::ProcessList& list : *kind.versions) {
    code = ask_version(list);
    if (absent(code)) continue;
    if (code == Return::success) kind.list = &list;
    return code;
  }
  return code;
}

std::string GpuProcessList::problem() const {
  if (unreadable_count_ > 0) {
    return fmt::format("{}: the entries are of no size that tandem knows (the driver tells of {})",
                       failed_function_, unreadable_count_);
  }
  if (code_ == Return::insufficient_size) {
    return fmt::format("{}: more than {} processes", failed_function_, most_processes);
  }
  return code_ == Return::success ? "" : library_->reason(failed_function_, code_);
}

}  // namespace tandem::measure

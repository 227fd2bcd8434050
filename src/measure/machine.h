#pragma once

#include <filesystem>

#include "core/measured.h"

namespace tandem::measure {

/// Reads what the record says of the machine from the proc and sys below `root`. What can't be read
/// stays empty or 0. The GPUs are those that the NVIDIA driver lists in proc.
core::Machine describe_machine(const std::filesystem::path& root = "/");

}  // namespace tandem::measure

#include "measure/machine.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <vector>

#include "measure/kernel_text.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

std::string read_line(const fs::path& path) {
  return std::string(trimmed(read_text(path)));
}

/// Each architecture names its CPU in its own way.
std::string cpu_model(const std::vector<KernelField>& cpuinfo) {
  // x86 and some ARM; older ARM boards; MIPS; POWER; RISC-V.
  for (const char* name : {"model name", "Hardware", "cpu model", "cpu", "uarch"}) {
    if (std::string model = value_of(cpuinfo, name); !model.empty()) return model;
  }
  const std::string implementer = value_of(cpuinfo, "CPU implementer");
  if (implementer.empty()) return "";
  return "ARM implementer " + implementer + " part " + value_of(cpuinfo, "CPU part");
}

double mib_of(const std::string& kib) {
  double value = 0;
  std::from_chars(kib.data(), kib.data() + kib.size(), value);
  return value / 1024;
}

std::string hypervisor(const std::vector<KernelField>& cpuinfo, const fs::path& root) {
  const std::string flags = " " + value_of(cpuinfo, "flags") + " ";
  if (flags.find(" hypervisor ") == flags.npos) return "";
  const std::string product = read_line(root / "sys/class/dmi/id/product_name");
  return product.empty() ? "unnamed" : product;
}

/// The models of all GPUs of the NVIDIA driver, in the order of their PCI addresses.
std::string gpus(const fs::path& root) {
  std::set<fs::path> folders;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(root / "proc/driver/nvidia/gpus", code)) {
    folders.insert(entry.path());
  }
  std::string models;
  for (const fs::path& folder : folders) {
    const std::string model = value_of(parse_fields(read_text(folder / "information")), "Model");
    models += (models.empty() ? "" : " + ") + (model.empty() ? "unnamed GPU" : model);
  }
  return models;
}

}  // namespace

core::Machine describe_machine(const fs::path& root) {
  const std::vector<KernelField> cpuinfo = parse_fields(read_text(root / "proc/cpuinfo"));
  core::Machine machine;
  machine.cpu_model = cpu_model(cpuinfo);
  machine.logical_cpus =
      static_cast<int>(std::ranges::count(cpuinfo, "processor", &KernelField::name));
  machine.memory_mib = mib_of(value_of(parse_fields(read_text(root / "proc/meminfo")), "MemTotal"));
  machine.kernel = read_line(root / "proc/sys/kernel/osrelease");
  machine.hostname = read_line(root / "proc/sys/kernel/hostname");
  machine.hypervisor = hypervisor(cpuinfo, root);
  machine.gpu = gpus(root);
  return machine;
}

}  // namespace tandem::measure

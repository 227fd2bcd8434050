#include "measure/machine.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

/// The whole file, empty when it can't be read.
std::string read_or_empty(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string read_line(const fs::path& path) {
  return std::string(trimmed(read_or_empty(path)));
}

struct Field {
  std::string name;
  std::string value;
};

/// The `name : value` lines of cpuinfo and meminfo.
std::vector<Field> read_fields(const fs::path& path) {
  std::vector<Field> fields;
  std::istringstream lines(read_or_empty(path));
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view text = line;
    fields.push_back({std::string(trimmed(text.substr(0, colon))),
                      std::string(trimmed(text.substr(colon + 1)))});
  }
  return fields;
}

std::string value_of(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? "" : found->value;
}

/// Each architecture names its CPU in its own way.
std::string cpu_model(const std::vector<Field>& cpuinfo) {
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

std::string hypervisor(const std::vector<Field>& cpuinfo, const fs::path& root) {
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
    const std::string model = value_of(read_fields(folder / "information"), "Model");
    models += (models.empty() ? "" : " + ") + (model.empty() ? "unnamed GPU" : model);
  }
  return models;
}

}  // namespace

core::Machine describe_machine(const fs::path& root) {
  const std::vector<Field> cpuinfo = read_fields(root / "proc/cpuinfo");
  core::Machine machine;
  machine.cpu_model = cpu_model(cpuinfo);
  machine.logical_cpus = static_cast<int>(std::ranges::count(cpuinfo, "processor", &Field::name));
  machine.memory_mib = mib_of(value_of(read_fields(root / "proc/meminfo"), "MemTotal"));
  machine.kernel = read_line(root / "proc/sys/kernel/osrelease");
  machine.hostname = read_line(root / "proc/sys/kernel/hostname");
  machine.hypervisor = hypervisor(cpuinfo, root);
  machine.gpu = gpus(root);
  return machine;
}

}  // namespace tandem::measure

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include "fake_device.h"

namespace fake_nvml {
namespace {
namespace fs = std::filesystem;

struct RealProcess {
  unsigned pid = 0;
  unsigned parent = 0;
  std::string name;
};

std::vector<RealProcess> real_processes() {
  std::vector<RealProcess> processes;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string folder = entry.path().filename();
    RealProcess process;
    const auto [end, error] =
        std::from_chars(folder.data(), folder.data() + folder.size(), process.pid);
    if (error != std::errc() || end != folder.data() + folder.size()) continue;
    std::ifstream file(entry.path() / "stat");
    // Not through stream iterators, which throw when the process ends before it is read.
    std::string stat;
    std::getline(file, stat, '\0');
    const size_t name_begin = stat.find('(');
    const size_t name_end = stat.rfind(')');
    if (name_end == stat.npos) continue;  // it has just ended
    process.name = stat.substr(name_begin + 1, name_end - name_begin - 1);
    process.parent = static_cast<unsigned>(std::stoul(stat.substr(name_end + 4)));
    processes.push_back(process);
  }
  return processes;
}

unsigned number_of(const nlohmann::json& pid) {
  return pid == "self" ? static_cast<unsigned>(::getpid()) : pid.get<unsigned>();
}

}  // namespace

std::vector<unsigned> pids_of(const nlohmann::json& who) {
  if (who.contains("pid")) return {number_of(who["pid"])};
  std::vector<unsigned> pids;
  const std::vector<RealProcess> all = real_processes();
  if (who.contains("comm")) {
    for (const RealProcess& process : all) {
      if (process.name == who["comm"].get<std::string>()) pids.push_back(process.pid);
    }
    return pids;
  }
  pids = {number_of(who.contains("child_of") ? who["child_of"] : who.at("children_of"))};
  const auto generations = who.contains("child_of") ? 1 : all.size();
  for (size_t i = 0; i < pids.size() && i < generations; ++i) {
    for (const RealProcess& process : all) {
      if (process.parent == pids[i]) pids.push_back(process.pid);
    }
  }
  pids.erase(pids.begin());
  return pids;
}

}  // namespace fake_nvml

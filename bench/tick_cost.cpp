// What one read of each source costs the sampler. The goal for a whole tick is 200 us: 0.2 % of one
// core at ten ticks a second.
//   cmake -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DTANDEM_BUILD_BENCH=ON
//         -DTANDEM_BUILD_TESTS=OFF -DTANDEM_BUILD_TRAINERS=OFF
//   cmake --build build/bench --target tick_cost && build/bench/bin/tick_cost
#include <benchmark/benchmark.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "measure/cgroup.h"
#include "measure/cgroup_accounting.h"
#include "measure/process_memory.h"
#include "measure/process_tree.h"
#include "measure/rapl.h"

namespace tandem::measure {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void sleep_until_killed() {
  for (;;) ::pause();
}

/// A process with sleeping threads, children that have two threads each, and memory in use; ended
/// with its owner.
class Training {
 public:
  Training(int threads, int children, size_t memory_mib) {
    int ready[2];
    if (::pipe(ready) != 0) ::abort();
    pid_ = ::fork();
    if (pid_ == 0) run(threads, children, memory_mib, ready[1]);
    char word = 0;
    if (::read(ready[0], &word, 1) != 1) ::abort();
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Training() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] static void run(int threads, int children, size_t memory_mib, int ready) {
    ::setpgid(0, 0);
    for (int i = 0; i < children; ++i) {
      if (::fork() != 0) continue;
      std::thread(sleep_until_killed).detach();
      sleep_until_killed();
    }
    const std::vector<char> memory(memory_mib << 20, 1);
    for (int i = 1; i < threads; ++i) std::thread(sleep_until_killed).detach();
    ::usleep(100'000);  // until the children have their threads
    if (::write(ready, "x", 1) != 1) ::abort();
    sleep_until_killed();
  }

  pid_t pid_ = 0;
};

/// A folder that looks like the root of a machine.
class FixtureTree {
 public:
  FixtureTree() {
    std::string pattern = (fs::temp_directory_path() / "tick-cost-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) ::abort();
    path_ = pattern;
  }
  ~FixtureTree() { fs::remove_all(path_); }
  FixtureTree(const FixtureTree&) = delete;
  FixtureTree& operator=(const FixtureTree&) = delete;
  const fs::path& path() const { return path_; }
  void write(const fs::path& name, const std::string& content) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
  }

 private:
  fs::path path_;
};

void read_again_and_again(benchmark::State& state, SignalSource& source) {
  std::vector<double> values(source.signals().size());
  source.read(values);
  for (auto _ : state) {
    source.read(values);
    benchmark::DoNotOptimize(values.data());
  }
}

void read_tree(benchmark::State& state, int threads, int children, double search_period_s) {
  const Training training(threads, children, 1);
  ProcessTree tree('a', "/", core::from_seconds(search_period_s));
  tree.watch(training.pid());
  read_again_and_again(state, tree);
}

constexpr double never_s = 1e6;
BENCHMARK_CAPTURE(read_tree, one_process, 1, 0, never_s);
BENCHMARK_CAPTURE(read_tree, one_process_searching, 1, 0, 0.0);
BENCHMARK_CAPTURE(read_tree, thirty_threads_four_children, 30, 4, never_s);
BENCHMARK_CAPTURE(read_tree, thirty_threads_four_children_searching, 30, 4, 0.0);

void read_pss(benchmark::State& state) {
  const Training training(30, 4, static_cast<size_t>(state.range(0)));
  ProcessMemory memory('a', "/");
  memory.watch(training.pid());
  read_again_and_again(state, memory);
}
BENCHMARK(read_pss)->ArgName("mib")->Arg(1)->Arg(1000);

/// The cgroup that this program is in: to read it needs no rights.
void read_cgroup(benchmark::State& state) {
  const auto own = find_own_cgroup();
  if (const auto* missing = std::get_if<MissingSource>(&own)) {
    return state.SkipWithError(missing->reason.c_str());
  }
  CgroupAccounting cgroup('a', std::get<fs::path>(own));
  if (cgroup.signals().empty()) return state.SkipWithError("this cgroup counts nothing");
  read_again_and_again(state, cgroup);
}
BENCHMARK(read_cgroup);

/// Two packages with memory, from files of a disk instead of the kernel's.
void read_powercap(benchmark::State& state) {
  const FixtureTree root;
  const auto zone = [&](const std::string& folder, const std::string& name) {
    root.write("sys/class/powercap/" + folder + "/name", name + "\n");
    root.write("sys/class/powercap/" + folder + "/energy_uj", "123456789\n");
    root.write("sys/class/powercap/" + folder + "/max_energy_range_uj", "262143328850\n");
  };
  zone("intel-rapl:0", "package-0");
  zone("intel-rapl:0:0", "dram");
  zone("intel-rapl:1", "package-1");
  zone("intel-rapl:1:0", "dram");
  const FoundSource rapl = find_rapl(root.path());
  if (rapl.index() != 0) return state.SkipWithError("no powercap in the fixture tree");
  read_again_and_again(state, *std::get<0>(rapl));
}
BENCHMARK(read_powercap);

}  // namespace
}  // namespace tandem::measure

BENCHMARK_MAIN();

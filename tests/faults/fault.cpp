#include "faults/fault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "fake_manifest.h"
#include "faults/campaign_tools.h"
#include "measure/machine.h"
#include "record/index.h"
#include "record/index_rows.h"
#include "record/run_store.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using core::Json;
using record::RunResult;

/// A session that takes longer hangs; generous, for sanitizers on a busy machine.
constexpr double session_limit_s = 180;
constexpr double processes_end_within_s = 30;

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string name_of(const RunResult& result) {
  const std::string& name = result.outcome.name;
  if (name != "partner_ended") return result.outcome.ok() ? "ok" : name;
  for (const record::ParticipantResult& one : result.participants) {
    if (one.outcome.name != name && !one.outcome.ok()) return name + " (" + one.outcome.name + ")";
  }
  return name;
}

}  // namespace

FaultScene::FaultScene(const Fault& fault) : fault_(fault), calls_(fault.calls) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw core::SystemError("prctl", errno);
  std::string pattern = (fs::temp_directory_path() / "tandem-fault-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw core::SystemError("mkdtemp", errno);
  folder_ = pattern;
  if (fault.filesystem_mib > 0) mount_results();
  write_inputs();
}

FaultScene::~FaultScene() {
  if (mounted_) ::umount2(results().c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

void FaultScene::mount_results() {
  core::make_folders(results());
  const std::string size = fmt::format("size={}m", fault_.filesystem_mib);
  mounted_ = ::mount("tmpfs", results().c_str(), "tmpfs", 0, size.c_str()) == 0;
  if (mounted_) {
    filesystem_ = fmt::format("a tmpfs of {} MiB", fault_.filesystem_mib);
  } else {
    filesystem_ = fmt::format("calls that fail (mount: {})", ::strerror(errno));
    calls_ = fault_.calls_unmounted;
  }
}

void FaultScene::let_write(bool may) const {
  const unsigned long flags = MS_REMOUNT | (may ? 0UL : static_cast<unsigned long>(MS_RDONLY));
  if (mounted_) ::mount("", results().c_str(), "", flags, "");
}

void FaultScene::write(const fs::path& file, std::string_view content) const {
  core::make_folders(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void FaultScene::write_inputs() const {
  int position = 100;
  for (const auto& [model, behaviour] : {std::pair("a", fault_.a), std::pair("b", fault_.b)}) {
    std::vector<std::string> command = {(core::program_folder() / "fake-trainer").string(),
                                        std::string(behaviour), fmt::format("{}", fault_.epoch_s),
                                        "--seed", "{seed}"};
    if (behaviour == "no_interpreter") {  // as a script on a machine that lacks its Python
      command[0] = folder_ / "script";
      write(command[0], "#!/no/such/interpreter\n");
      fs::permissions(command[0], fs::perms(0755));
    }
    write(folder_ / "workloads" / fmt::format("{}.json", model),
          fake_manifest(model, ++position, command).dump());
  }
  const auto model = [](const char* name) { return Json{{"repo", "fake"}, {"model", name}}; };
  Json study = {{"experiment_name", "disturbed"},
                {"scale", "quick"},
                {"idle_s", 0},
                {"mutate", Json::object()},
                {"retries", 1},
                {"order", "as_listed"},
                {"model_pairs", {{{"model_a", model("a")}, {"model_b", model("b")}}}}};
  if (!fault_.gpu.is_null()) {
    study["device"] = "cuda";
    Json script = {{"time", "real"}, {"devices", {fault_.gpu}}};
    write(folder_ / "gpu.json", script.dump());
  }
  study.update(fault_.study);
  write(folder_ / "study.json", study.dump());
}

std::vector<std::string> FaultScene::environment(bool with_fault) const {
  std::map<std::string, std::string> values;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    values[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  const std::string reached = folder_ / "reached";
  values["FAKE_TRAINER_REACHED"] = reached;
  values["FAKE_TRAINER_GOES_ON"] = folder_ / "goes_on";
  values["FAKE_TRAINER_MARK"] = folder_ / "mark";
  values["FAKE_TRAINER_PID_FILE"] = folder_ / "pid";
  if (with_fault) values["FAKE_TRAINER_FILLS"] = results() / "filled";
  if (!fault_.gpu.is_null()) {
    values["LD_LIBRARY_PATH"] = TANDEM_FAKE_NVML_FOLDER "/current";
    values["TANDEM_FAKE_NVML"] = folder_ / "gpu.json";
  }
  if (with_fault && !calls_.empty()) {
    values["LD_PRELOAD"] = TANDEM_FAULT_LIBRARY;
    values["TANDEM_FAULTS"] =
        replaced(replaced(calls_, "{results}", results()), "{reached}", reached);
    // AddressSanitizer wants to be loaded first, and manages as the second.
    values["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
  }
  std::vector<std::string> environment;
  for (const auto& [name, value] : values) environment.push_back(name + "=" + value);
  return environment;
}

int FaultScene::start(const std::vector<std::string>& arguments, bool with_fault) {
  std::vector<std::string> words = {core::program_folder() / "tandem"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> values = environment(with_fault);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& value : values) envp.push_back(value.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw core::SystemError("can't start tandem", error);
  return pid;
}

int FaultScene::wait_for(int process) {
  const core::Time limit = core::Clock::now() + core::from_seconds(session_limit_s);
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (core::Clock::now() > limit) {
      violations_.push_back(fmt::format("tandem has not ended within {:.0f} s", session_limit_s));
      ::kill(process, SIGKILL);
      ::waitpid(process, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return exit_code_of(status);
}

int FaultScene::call(const std::vector<std::string>& arguments) {
  return wait_for(start(arguments, false));
}

namespace {

std::vector<std::string> run_arguments(const fs::path& folder) {
  return {"run",       folder / "study.json", "--workloads", folder / "workloads",
          "--results", folder / "results"};
}

}  // namespace

int FaultScene::run_another_session() {
  return call(run_arguments(folder_));
}

fs::path FaultScene::first_attempt(std::string_view run_prefix) const {
  for (const fs::path& run : entries_of(results() / "runs")) {
    if (run.filename().string().starts_with(run_prefix)) return run / "1";
  }
  throw core::SystemError("no run " + std::string(run_prefix));
}

Found FaultScene::run() {
  if (fault_.before) fault_.before(*this);
  for (int number = 1; number <= fault_.sessions; ++number) {
    if (number == 2) {
      first_said_ = content_of(out()).value_or("");
      if (fault_.between) fault_.between(*this);
      std::error_code ignored;
      fs::remove(results() / "filled", ignored);
    }
    session_ = start(run_arguments(folder_), number == 1);
    if (number == 1 && fault_.during) {
      const core::Time limit = core::Clock::now() + core::from_seconds(session_limit_s);
      while (!fs::exists(folder_ / "reached") && core::Clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      fault_.during(*this);
      write(folder_ / "goes_on", "");
    }
    exits_ += fmt::format("{}{}", exits_.empty() ? "" : ", ", wait_for(session_));
    const core::Time limit = core::Clock::now() + core::from_seconds(processes_end_within_s);
    while (reap_children()) {
      if (core::Clock::now() > limit) {
        for (const auto& [pid, command] : children()) {
          violations_.push_back(fmt::format("process {} is left: {}", pid, command));
          ::kill(pid, SIGKILL);
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  if (first_said_.empty()) first_said_ = content_of(out()).value_or("");
  check();
  return {outcomes_of("a+b-"), outcomes_of("a-"), outcomes_of("b-"), exits_};
}

std::string FaultScene::outcomes_of(std::string_view run_prefix) const {
  std::string outcomes;
  for (const fs::path& run : entries_of(results() / "runs")) {
    if (!run.filename().string().starts_with(run_prefix)) continue;
    for (size_t number = 1; fs::exists(run / std::to_string(number)); ++number) {
      const fs::path file = run / std::to_string(number) / "result.json";
      std::string name = "no result";
      if (fs::exists(file)) {
        try {
          name = name_of(record::from_document(Json::parse(core::read_file(file))));
        } catch (const std::exception&) {
          name = "unreadable";
        }
      }
      outcomes += (outcomes.empty() ? "" : ", ") + name;
    }
  }
  return outcomes.empty() ? "–" : outcomes;
}

void FaultScene::check() {
  const record::RunStore store(results());
  std::vector<std::string> problems;
  std::map<std::string, int> ok;
  bool is_marked = fault_.marks.empty();
  for (const RunResult& result : store.read_all(&problems)) {
    if (result.outcome.ok() && ++ok[result.run_id] > 1) {
      violations_.push_back(result.run_id + " was made twice");
    }
    const bool advised = result.outcome.ok() || !result.outcome.advice.empty();
    if (!advised) violations_.push_back("no advice: " + result.outcome.name);
    if (!result.outcome.ok() && result.outcome.message.empty()) {
      violations_.push_back("no message: " + result.outcome.name);
    }
    for (const core::Caution& caution : result.cautions) is_marked |= caution.name == fault_.marks;
  }
  if (!is_marked) violations_.push_back(fmt::format("no result is marked {}", fault_.marks));
  if (first_said_.find(fault_.says) == std::string::npos) {
    violations_.push_back(
        fmt::format("does not say '{}' but: {}", fault_.says, core::printable(first_said_, 800)));
  }
  if (!problems.empty() || !fs::exists(record::Index::file_of(store))) return;
  // After a session that nothing disturbed the index is right as it stands, else once made anew.
  const std::string expected = rows_of_folders(store, folder_);
  if (call({"index", results()}) != 0) violations_.push_back("tandem index fails");
  if (index_rows(record::Index::file_of(store)) != expected) {
    violations_.push_back("the index made anew is unlike the run folders");
  }
}

std::string faults_page(const std::vector<Found>& found) {
  std::string page =
      "# What has been done to tandem, and what became of it\n\n"
      "Written by `scripts/fault-campaign`; a test compares it with the table in "
      "`tests/faults/fault_table.cpp`. Each row is a study of three runs that the real programs "
      "make of fake trainers: B beside A, A alone, B alone, in this order. The fault is B's where "
      "nothing else is said. The columns show the outcomes ([outcomes.md](outcomes.md)) of all "
      "attempts at a run in their order, of a pair whose partner failed that partner's in "
      "brackets, "
      "and the exit codes of the sessions; a second session is one without the fault. After each "
      "study no process is left, no run has two results that are ok, every outcome has its message "
      "and its advice, and the index built anew equals the run folders.\n";
  std::string_view group;
  size_t passed = 0;
  for (size_t i = 0; i < faults().size(); ++i) {
    const Fault& fault = faults()[i];
    const Found& is = i < found.size() ? found[i] : fault.expected;
    if (fault.group != group) {
      group = fault.group;
      page += fmt::format(
          "\n## {}\n| fault | injected | B beside A | A alone | B alone | exit codes | as expected "
          "|\n|---|---|---|---|---|---|---|\n",
          group);
    }
    passed += is == fault.expected;
    page +=
        fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", fault.name, fault.injected, is.beside,
                    is.a_alone, is.b_alone, is.exits, is == fault.expected ? "yes" : "**no**");
  }
  return page + fmt::format("\n{} faults, {} as expected.\n", faults().size(), passed);
}

}  // namespace tandem::test

#include "faults/kill_campaign.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <span>
#include <thread>
#include <utility>
#include <variant>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "fake_manifest.h"
#include "faults/campaign_tools.h"
#include "measure/cgroup.h"
#include "record/index.h"
#include "record/index_rows.h"
#include "record/run_store.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using core::Json;
using core::Time;
using record::Outcome;
using record::RunResult;
using record::RunStore;

constexpr double epoch_s = 0.01;
/// A session that takes longer hangs.
constexpr double session_limit_s = 120;
/// One kill of so many is drawn from the time before the session's first run; that of a study's
/// first session is the time in which its folder is made.
constexpr int kills_for_one_at_start = 10;
constexpr int kills_for_one_at_start_of_study = 2;
/// Instants are drawn from a little more than a session should take, so that some reach their end,
/// and from more with each kill of a study, so that a machine that has become slow gets there too.
constexpr double beyond_the_end = 0.1;
constexpr double more_with_each_kill = 0.02;

Json manifest_of(const std::string& model, int position) {
  return fake_manifest(model, position,
                       {(core::program_folder() / "fake-trainer").string(), "stays_without_tandem",
                        fmt::format("{}", epoch_s), "--seed", "{seed}"});
}

Json model_of(const std::string& name) {
  return {{"repo", "fake"}, {"model", name}};
}

}  // namespace

KillCampaign::KillCampaign(const Options& options) : options_(options), random_(options.seed) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw core::SystemError("prctl", errno);
  write_inputs();
}

KillCampaign::~KillCampaign() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

KillFigures KillCampaign::run(const Progress& progress) {
  measure_sessions();
  begin_study();
  while (figures_.kills < options_.kills) {
    const Ended ended = session(draw_instant_s());
    if (!ended.killed) {
      if (ended.exit_code == 0) {
        check_finished_study();
      } else {
        ++figures_.refused;
        violation(fmt::format("the session ended with {}: {}", ended.exit_code, last_words()));
      }
      begin_study();
      continue;
    }
    if (progress) progress(figures_);
  }
  const Ended last = session(std::nullopt);
  if (last.killed || last.exit_code != 0) {
    ++figures_.refused;
    violation(fmt::format("the last session ended with {}: {}", last.exit_code, last_words()));
  } else {
    check_finished_study();
  }
  return figures_;
}

void KillCampaign::write_inputs() const {
  const fs::path workloads = folder_.path() / "workloads";
  core::make_folders(workloads);
  int position = 100;
  for (const char* model : {"first", "second", "third"}) {
    core::write_file_atomically(workloads / fmt::format("{}.json", model),
                                manifest_of(model, ++position).dump());
  }
  Json pairs = Json::array();
  const std::array all = {std::pair("first", "second"), std::pair("third", "first"),
                          std::pair("second", "third")};
  for (const auto& [a, b] : std::span(all).first(static_cast<size_t>(options_.pairs))) {
    pairs.push_back({{"model_a", model_of(a)}, {"model_b", model_of(b)}});
  }
  const Json study = {{"experiment_name", "killed"},
                      {"scale", "quick"},
                      {"idle_s", 0},
                      {"model_pairs", std::move(pairs)}};
  core::write_file_atomically(folder_.path() / "study.json", study.dump());
}

void KillCampaign::measure_sessions() {
  begin_study();
  const auto undisturbed_s = [this] {
    const Time begin = core::Clock::now();
    const Ended ended = session(std::nullopt);
    if (ended.killed || ended.exit_code != 0) {
      throw core::SystemError("an undisturbed session failed: " + last_words());
    }
    return core::seconds_between(begin, core::Clock::now());
  };
  const double whole_s = undisturbed_s();
  start_s_ = undisturbed_s();  // nothing is left to do
  runs_s_ = std::max(whole_s - start_s_, 0.0);
  planned_ = static_cast<int>(core::read_json(results() / "plan.json").at("runs").size());
  check_finished_study();
  if (!figures_.violations.empty()) {
    throw core::SystemError("after undisturbed sessions: " + figures_.violations.front().what);
  }
  figures_ = {};
}

void KillCampaign::begin_study() {
  std::error_code ignored;
  fs::remove_all(results(), ignored);
  ++study_;
  kills_of_study_ = 0;
  known_results_.clear();
}

double KillCampaign::draw_instant_s() {
  const auto done = std::count_if(
      known_results_.begin(), known_results_.end(),
      [](const auto& known) { return known.second.find("\"cut_off\"") == std::string::npos; });
  const double left = 1 - static_cast<double>(done) / planned_;
  const int of = known_results_.empty() ? kills_for_one_at_start_of_study : kills_for_one_at_start;
  const bool at_start = random_() % static_cast<unsigned>(of) == 0;
  const double expected_s = at_start ? start_s_ : start_s_ + runs_s_ * std::max(left, 0.0);
  const double longest_s =
      expected_s * (1 + beyond_the_end + more_with_each_kill * kills_of_study_);
  return std::uniform_real_distribution<double>(0, longest_s)(random_);
}

KillCampaign::Ended KillCampaign::session(std::optional<double> after_s) {
  const std::set<fs::path> cut_before = unfinished_attempts();
  const size_t attempts_before = attempts();
  const Time begin = core::Clock::now();
  const Time instant = begin + core::from_seconds(after_s.value_or(session_limit_s));
  const pid_t pid = start({"run"});
  int status = 0;
  for (Time now = begin; now < instant; now = core::Clock::now()) {
    if (::waitpid(pid, &status, WNOHANG) == pid) return ended_by_itself(status);
    std::this_thread::sleep_until(std::min(instant, now + std::chrono::milliseconds(1)));
  }
  remember_results();
  ::kill(pid, SIGKILL);
  const Time killed_at = core::Clock::now();
  ::waitpid(pid, &status, 0);
  if (exit_code_of(status) != -SIGKILL) return ended_by_itself(status);
  ++figures_.kills;
  ++kills_of_study_;
  wait_for_processes(killed_at);
  check_results();
  const std::set<fs::path> cut = unfinished_attempts();
  figures_.kills_in_a_run +=
      !std::includes(cut_before.begin(), cut_before.end(), cut.begin(), cut.end());
  if (attempts() == attempts_before) ++figures_.kills_at_start;
  count_cgroups_of(pid);
  if (fs::exists(results() / "study.json") && call({"status"}) != 0) {
    ++figures_.unopened;
    violation("the study's folder can't be opened: " + last_words());
  }
  if (fs::exists(record::Index::file_of(RunStore(results())).string() + "-journal")) {
    ++figures_.kills_in_a_transaction;
    check_index(false);
  }
  return {true, 0};
}

KillCampaign::Ended KillCampaign::ended_by_itself(int status) {
  wait_for_processes(core::Clock::now());
  check_results();
  return {false, exit_code_of(status)};
}

void KillCampaign::wait_for_processes(Time since) {
  const Time limit = since + core::from_seconds(options_.grace_s);
  bool left = reap_children();
  for (; left && core::Clock::now() < limit; left = reap_children()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const double took_s = core::seconds_between(since, core::Clock::now());
  figures_.longest_end_s = std::max(figures_.longest_end_s, took_s);
  for (bool counted = false; left; left = reap_children()) {
    for (const auto& [pid, command] : children()) {
      if (!counted) {
        ++figures_.orphans;
        violation(fmt::format("process {} is alive after {:.1f} s: {}", pid, took_s, command));
      }
      ::kill(pid, SIGKILL);
    }
    counted = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void KillCampaign::remember_results() {
  for (const fs::path& run : entries_of(runs())) {
    for (const fs::path& attempt : entries_of(run)) {
      const fs::path file = attempt / "result.json";
      if (known_results_.contains(file)) continue;
      if (auto content = content_of(file)) known_results_.emplace(file, std::move(*content));
    }
  }
}

void KillCampaign::check_results() {
  for (const auto& [file, before] : known_results_) {
    ++figures_.results_checked;
    const auto now = content_of(file);
    if (!now) {
      ++figures_.results_lost;
      violation("lost: " + file.string());
    } else if (*now != before) {
      ++figures_.results_changed;
      violation("changed: " + file.string());
    }
  }
  remember_results();
}

void KillCampaign::check_finished_study() {
  const RunStore store(results());
  std::set<std::string> planned;
  const Json plan = core::read_json(results() / "plan.json");
  for (const Json& run : plan.at("runs")) {
    planned.insert(run.at("run_id").get<std::string>());
  }
  int folders = 0;
  for (const fs::path& run : entries_of(runs())) {
    if (!planned.contains(run.filename())) violation("not planned: " + run.string());
    const std::vector<fs::path> attempts = entries_of(run);
    folders += static_cast<int>(attempts.size());
    for (size_t number = 1; number <= attempts.size(); ++number) {
      if (!fs::exists(run / std::to_string(number))) {
        violation(fmt::format("attempt {} is missing in {}", number, run.string()));
      }
    }
  }
  std::vector<std::string> problems;
  std::map<std::string, int> ok;
  int cut_with_result = 0;
  for (const RunResult& result : store.read_all(&problems)) {
    if (result.outcome.ok()) {
      ++ok[result.run_id];
    } else if (result.outcome.status == Outcome::Status::interrupted &&
               result.outcome.name == "cut_off") {
      ++cut_with_result;
    } else {
      violation(fmt::format("attempt {} of {} ended {}: {}", result.attempt, result.run_id,
                            result.outcome.name, result.outcome.message));
    }
  }
  for (const std::string& problem : problems) violation("unreadable: " + problem);
  for (const std::string& run : planned) {
    if (ok[run] == 1) continue;
    ++(ok[run] == 0 ? figures_.runs_missing : figures_.runs_doubled);
    violation(fmt::format("{} has {} attempts that are ok", run, ok[run]));
  }
  const int cut_without_result = static_cast<int>(store.unfinished_attempts().size());
  if (cut_without_result + cut_with_result > kills_of_study_) {
    violation(fmt::format("{} attempts were cut off by {} kills",
                          cut_without_result + cut_with_result, kills_of_study_));
  }
  ++figures_.studies;
  figures_.runs += static_cast<int>(planned.size());
  figures_.attempts += folders;
  figures_.cut_without_result += cut_without_result;
  figures_.cut_with_result += cut_with_result;
  check_index(true);
  count_temporary_files();
}

void KillCampaign::check_index(bool finished) {
  const RunStore store(results());
  const fs::path file = record::Index::file_of(store);
  std::string what;
  try {
    const std::string expected = rows_of_folders(store, folder_.path());
    const auto compare = [&](const char* which) {
      const std::string rows = index_rows(file);
      if (rows == expected || !what.empty()) return;
      const auto lines = [](const std::string& text) {
        return std::count(text.begin(), text.end(), '\n');
      };
      what = fmt::format("the index {} has {} rows, the run folders {}", which, lines(rows),
                         lines(expected));
    };
    if (finished) compare("of the sessions");
    if (const int code = call({"index"}); code != 0) {
      what = fmt::format("tandem index ended with {}: {}", code, last_words());
    }
    compare("built anew");
  } catch (const SQLite::Exception& error) {
    what = std::string("the index can't be read: ") + error.what();
  }
  if (what.empty()) return;
  ++figures_.indexes_unequal;
  violation(what);
}

void KillCampaign::count_temporary_files() {
  for (const auto& entry : fs::recursive_directory_iterator(results())) {
    std::string name = entry.path().filename();
    const bool temporary = name.starts_with('.') || name.ends_with(".new") ||
                           name.ends_with("-journal") || name.ends_with("-wal");
    if (!temporary) continue;
    const bool of_workload = entry.path().parent_path().filename() == "workloads";
    name.erase(std::min(name.size(), name.find_last_not_of("0123456789.") + 1));
    ++figures_.temporary_files[of_workload ? "workloads/*" : name];
  }
}

void KillCampaign::count_cgroups_of(pid_t session) {
  const auto own = measure::find_own_cgroup();
  const auto* above = std::get_if<fs::path>(&own);
  if (above == nullptr) return;
  for (const fs::path& folder : entries_of(*above)) {
    if (!folder.filename().string().starts_with(fmt::format("tandem-{}-", session))) continue;
    ++figures_.cgroups;
    ::rmdir(folder.c_str());
  }
}

void KillCampaign::violation(const std::string& what) {
  figures_.violations.push_back({figures_.kills, what});
}

size_t KillCampaign::attempts() const {
  size_t count = 0;
  for (const fs::path& run : entries_of(runs())) count += entries_of(run).size();
  return count;
}

std::set<fs::path> KillCampaign::unfinished_attempts() const {
  const std::vector<fs::path> folders = RunStore(results()).unfinished_attempts();
  return {folders.begin(), folders.end()};
}

fs::path KillCampaign::results() const {
  return folder_.path() / fmt::format("results-{}", study_);
}

pid_t KillCampaign::start(std::vector<std::string> arguments) const {
  if (arguments.front() == "run") {
    for (const fs::path& argument :
         {folder_.path() / "study.json", fs::path("--workloads"), folder_.path() / "workloads",
          fs::path("--results"), results()}) {
      arguments.push_back(argument);
    }
  } else {
    arguments.push_back(results());
  }
  arguments.insert(arguments.begin(), core::program_folder() / "tandem");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (folder_.path() / "out").c_str(), flags, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, (folder_.path() / "err").c_str(), flags, 0644);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw core::SystemError("can't start tandem", error);
  return pid;
}

int KillCampaign::call(const std::vector<std::string>& arguments) const {
  const pid_t pid = start(arguments);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return exit_code_of(status);
}

std::string KillCampaign::last_words() const {
  return core::printable(content_of(folder_.path() / "err").value_or(""), 500);
}

}  // namespace tandem::test

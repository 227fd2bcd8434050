#include "execute/slurm/client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/child_process.h"

namespace tandem::execute::slurm {
namespace {

/// Slurm's programs try for about ten seconds to reach a controller that is down, and sbatch for
/// two minutes to get a job into a queue that is full.
constexpr double answers_within_s = 180;
constexpr size_t most_shown_bytes = 400;

struct Answer {
  bool is_there = false;  ///< whether there is such a program
  bool in_time = false;
  int exit_code = -1;
  std::string out;
  std::string err;
};

Answer call(const std::vector<std::string>& arguments) {
  Answer answer;
  if (!find_program(arguments.front())) return answer;
  answer.is_there = true;
  const core::TemporaryFolder folder("tandem-slurm");
  Command command;
  command.arguments = arguments;
  command.arguments.front() = find_program(arguments.front())->string();
  command.stdout_file = folder.path() / "out";
  command.stderr_file = folder.path() / "err";
  // A person's habits: filters that hide jobs, defaults that move them.
  command.without = {"SBATCH_", "SQUEUE_", "SCANCEL_", "SACCT_", "SLURM_CLUSTERS"};
  ChildProcess process(command);
  const core::Time begin = core::Clock::now();
  std::optional<ProcessEnd> end;
  while (!(end = process.poll_end())) {
    const double left_s = answers_within_s - core::seconds_between(begin, core::Clock::now());
    if (left_s <= 0) return answer;
    pollfd waiting{process.end_fd(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(1000 * left_s) + 1);
  }
  answer.in_time = true;
  if (end->kind == ProcessEnd::Kind::exited) answer.exit_code = end->number;
  answer.out = core::read_file(command.stdout_file);
  answer.err = core::read_file(command.stderr_file);
  return answer;
}

bool says_silent(std::string_view words) {
  // What slurm_strerror(3) calls a controller that can't be reached, or whose answer got lost.
  constexpr std::array signs = {"Unable to contact slurm controller", "Socket timed out",
                                "Connection refused", "Zero Bytes were transmitted",
                                "Slurm backup controller in standby"};
  return std::ranges::any_of(
      signs, [&](const char* sign) { return words.find(sign) != std::string_view::npos; });
}

std::string words_of(const Answer& answer) {
  std::string_view words = answer.err.empty() ? answer.out : answer.err;
  while (words.ends_with('\n')) words.remove_suffix(1);
  return core::printable(words, most_shown_bytes);
}

/// Throws for a program that has to be there and to succeed.
void check(const std::string& program, const Answer& answer) {
  if (!answer.is_there) {
    throw core::SystemError(fmt::format(
        "there is no program '{}' in PATH: '--executor slurm' is for a login node of a cluster",
        program));
  }
  if (!answer.in_time) {
    throw ControllerSilent(fmt::format("{} has not answered within {}", program,
                                       core::format_duration(answers_within_s)));
  }
  if (answer.exit_code == 0) return;
  const std::string message = fmt::format("{} says: {}", program, words_of(answer));
  if (says_silent(answer.err)) throw ControllerSilent(message);
  throw core::SystemError(message);
}

Answer ask(const std::vector<std::string>& arguments) {
  Answer answer = call(arguments);
  check(arguments.front(), answer);
  return answer;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

bool is_live(std::string_view state) {
  constexpr std::array over = {"COMPLETED", "FAILED",    "CANCELLED", "TIMEOUT",       "NODE_FAIL",
                               "PREEMPTED", "BOOT_FAIL", "DEADLINE",  "OUT_OF_MEMORY", "REVOKED"};
  return std::ranges::find(over, state) == over.end();
}

std::vector<std::string> submission_arguments(const ArrayJob& job) {
  // They stand in the script too, for a person who reads or submits that.
  std::vector<std::string> arguments = {"sbatch", "--parsable"};
  arguments.insert(arguments.end(), job.options.begin(), job.options.end());
  arguments.push_back("--chdir=" + job.folder.string());
  arguments.push_back(job.script.string());
  return arguments;
}

std::string parse_job_id(std::string_view text) {
  const std::string_view id = text.substr(0, text.find_first_of(";\n"));
  return number_in(id) ? std::string(id) : "";
}

std::vector<TaskState> parse_queue(std::string_view text) {
  std::vector<TaskState> states;
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, '|');
    if (fields.size() != 6) continue;
    const auto task = number_in(fields[2]);
    if (!task) continue;
    states.push_back({std::string(fields[0]), std::string(fields[1]), *task, std::string(fields[3]),
                      std::string(fields[4]), std::string(fields[5])});
  }
  return states;
}

std::vector<TaskState> parse_accounting(std::string_view text) {
  std::vector<TaskState> states;
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, '|');
    if (fields.size() != 4) continue;
    const size_t underscore = fields[1].find('_');
    if (underscore == std::string_view::npos) continue;
    const auto task = number_in(fields[1].substr(underscore + 1));
    if (!task) continue;
    // `CANCELLED by 1000`; a node that was never given is called so.
    const std::string_view state = fields[2].substr(0, fields[2].find(' '));
    const bool has_node = fields[3] != "None assigned";
    states.push_back({std::string(fields[0]), std::string(fields[1].substr(0, underscore)), *task,
                      std::string(state), has_node ? std::string(fields[3]) : "", ""});
  }
  return states;
}

std::string configured(std::string_view text, std::string_view name) {
  constexpr std::string_view blanks = " \t\r";
  for (const std::string_view line : split(text, '\n')) {
    const size_t equals = line.find('=');
    if (!line.starts_with(name) || equals == std::string_view::npos) continue;
    if (line.substr(name.size(), equals - name.size()).find_first_not_of(blanks) !=
        std::string_view::npos) {
      continue;  // of a longer name
    }
    const size_t begin = line.find_first_not_of(blanks, equals + 1);
    if (begin == std::string_view::npos) return "";
    return std::string(line.substr(begin, line.find_last_not_of(blanks) + 1 - begin));
  }
  return "";
}

std::string CommandClient::submit(const ArrayJob& job) {
  const Answer answer = ask(submission_arguments(job));
  const std::string id = parse_job_id(answer.out);
  if (id.empty()) throw ControllerSilent("sbatch names no job: " + words_of(answer));
  return id;
}

std::vector<TaskState> CommandClient::tasks_of(const std::map<std::string, size_t>& jobs) {
  if (jobs.empty()) return {};
  const std::string names = fmt::format("--name={}", fmt::join(std::views::keys(jobs), ","));
  std::vector<TaskState> states =
      parse_queue(ask({"squeue", "--all", "--noheader", "--array", "--states=all", names,
                       "--format=%j|%F|%K|%T|%N|%r"})
                      .out);
  // The controller forgets a job some minutes after its end (MinJobAge). Where there is accounting
  // that remembers it; where there is none, sacct fails.
  std::set<std::pair<std::string, int>> known;
  for (const TaskState& state : states) known.emplace(state.job_name, state.task);
  size_t wanted = 0;
  for (const auto& [name, tasks] : jobs) wanted += tasks;
  if (known.size() >= wanted) return states;
  const Answer accounting =
      call({"sacct", "--allusers", "--noheader", "--parsable2", "--allocations",
            "--starttime=now-30days", names, "--format=JobName,JobID,State,NodeList"});
  if (!accounting.in_time || accounting.exit_code != 0) return states;
  for (TaskState& state : parse_accounting(accounting.out)) {
    // Accounting takes a task that a crash of the controller lost for one that runs, for ever.
    if (is_live(state.state) || known.contains({state.job_name, state.task})) continue;
    states.push_back(std::move(state));
  }
  return states;
}

void CommandClient::stop(const std::string& job_id, bool now) {
  const auto tell = [](const std::vector<std::string>& arguments) {
    const Answer answer = call(arguments);
    // One that has ended meanwhile is what was wanted.
    constexpr std::array ended = {"already completing or completed", "Invalid job id"};
    const bool has_ended = std::ranges::any_of(
        ended, [&](const char* words) { return answer.err.find(words) != std::string::npos; });
    if (!has_ended) check(arguments.front(), answer);
  };
  if (now) return tell({"scancel", job_id});
  tell({"scancel", "--state=PENDING", job_id});
  tell({"scancel", "--state=RUNNING", "--batch", "--signal=USR1", job_id});
}

Site CommandClient::site() {
  if (site_) return *site_;
  const std::string configuration = ask({"scontrol", "show", "config"}).out;
  Site site;
  site.cluster = configured(configuration, "ClusterName");
  site.user_id = ::getuid();
  const auto most = number_in(configured(configuration, "MaxArraySize"));
  // The largest index is one less (slurm.conf(5)), the smallest 0.
  if (most.value_or(0) < 2) {
    throw core::SystemError(
        "this cluster has no job arrays (MaxArraySize of 'scontrol show config'), which tandem "
        "needs");
  }
  site.most_tasks = static_cast<size_t>(*most);
  site_ = site;
  return site;
}

}  // namespace tandem::execute::slurm

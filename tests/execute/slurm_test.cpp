// What tandem hands to Slurm and what it makes of the answers, without Slurm: tests/slurm has a
// cluster.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "core/file.h"
#include "execute/outcomes.h"
#include "execute/slurm/client.h"
#include "execute/slurm/queue.h"
#include "execute/slurm/submit.h"
#include "execute/slurm/task_run.h"
#include "temporary_folder.h"

namespace tandem::execute::slurm {
namespace {
namespace fs = std::filesystem;

using record::Outcome;
using record::RunResult;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SlurmAnswers, OfSqueueAreReadTaskByTask) {
  const auto states = parse_queue(
      "tandem-x-1|12|0|RUNNING|n1|None\n"
      "tandem-x-1|12|3|PENDING||Resources\n"
      "slurm_load_jobs error: something\n"
      "other|13|N/A|RUNNING|n2|None\n");
  ASSERT_THAT(states, SizeIs(2));
  EXPECT_EQ(states[0].job_id, "12");
  EXPECT_EQ(states[0].node, "n1");
  EXPECT_EQ(states[1].task, 3);
  EXPECT_EQ(states[1].reason, "Resources");
}

TEST(SlurmAnswers, OfSacctAreReadWithoutRangesOfTasksThatWait) {
  const auto states = parse_accounting(
      "tandem-x-1|12_0|NODE_FAIL|n1\n"
      "tandem-x-1|12_1|CANCELLED by 1000|None assigned\n"
      "tandem-x-1|12_[2-7%4]|PENDING|None assigned\n");
  ASSERT_THAT(states, SizeIs(2));
  EXPECT_EQ(states[0].state, "NODE_FAIL");
  EXPECT_EQ(states[1].state, "CANCELLED");
  EXPECT_EQ(states[1].node, "");
}

TEST(SlurmAnswers, OfSbatchAndScontrolAreNumbersOrNothing) {
  EXPECT_EQ(parse_job_id("4711\n"), "4711");
  EXPECT_EQ(parse_job_id("4711;cluster\n"), "4711");
  EXPECT_EQ(parse_job_id("sbatch: error: no\n"), "");
  const char* configuration = "MaxArraySizes = 7\nMaxArraySize            = 1001\nEpilog = \n";
  EXPECT_EQ(configured(configuration, "MaxArraySize"), "1001");
  EXPECT_EQ(configured(configuration, "Epilog"), "");
  EXPECT_EQ(configured(configuration, "ClusterName"), "");
}

TEST(SlurmAnswers, OfAStateThatIsNotKnownCountAsLive) {
  for (const char* state : {"PENDING", "RUNNING", "COMPLETING", "SOMETHING_NEW"}) {
    EXPECT_TRUE(is_live(state)) << state;
  }
  for (const char* state : {"COMPLETED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"}) {
    EXPECT_FALSE(is_live(state)) << state;
  }
}

TEST(SlurmSubmission, TellsSbatchItsOptionsWhateverTheEnvironmentSays) {
  EXPECT_THAT(submission_arguments({"tandem-x-1",
                                    {"--job-name=tandem-x-1", "--array=0-16%4"},
                                    "/shared/my study",
                                    "/s/batch.sh",
                                    17}),
              ElementsAre("sbatch", "--parsable", "--job-name=tandem-x-1", "--array=0-16%4",
                          "--chdir=/shared/my study", "/s/batch.sh"));
}

/// Slurm's programs in PATH, made of shell scripts.
class SlurmPrograms : public ::testing::Test {
 protected:
  SlurmPrograms() : path_(std::getenv("PATH")) {
    ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  ~SlurmPrograms() override { ::setenv("PATH", path_.c_str(), 1); }
  void make_program(const std::string& name, const std::string& script) {
    folder_.write(name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder_ / name, fs::perms(0755));
  }
  static ArrayJob job() { return {"tandem-x-1", {"--array=0-2"}, "/", "/batch.sh", 3}; }

  test::TemporaryFolder folder_;
  std::string path_;
  CommandClient client_;
};

TEST_F(SlurmPrograms, AreGivenNoneOfAPersonsHabits) {
  make_program("squeue",
               R"(echo "$SQUEUE_PARTITION${SQUEUE_USERS}x|1|0|RUNNING|$SLURM_CONF|None")");
  ::setenv("SQUEUE_PARTITION", "debug", 1);
  ::setenv("SLURM_CONF", "kept", 1);
  const auto tasks = client_.tasks_of({{"x", 1}});
  ::unsetenv("SQUEUE_PARTITION");
  ::unsetenv("SLURM_CONF");
  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].job_name, "x");
  EXPECT_EQ(tasks[0].node, "kept");
}

TEST_F(SlurmPrograms, OfAccountingTellOfTheTasksThatTheControllerHasForgotten) {
  make_program("squeue", R"(echo "x|7|1|RUNNING|n1|None")");
  make_program("sacct", R"(echo "x|7_0|NODE_FAIL|n2"; echo "x|7_1|FAILED|n2"
echo "x|7_2|RUNNING|n2")");
  const auto tasks = client_.tasks_of({{"x", 3}});
  ASSERT_THAT(tasks, SizeIs(2)) << "what only accounting believes to run was lost";
  EXPECT_EQ(tasks[0].state, "RUNNING") << "the controller knows better";
  EXPECT_EQ(tasks[1].state, "NODE_FAIL");
  make_program("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1");
  EXPECT_THAT(client_.tasks_of({{"x", 3}}), SizeIs(1));
}

TEST_F(SlurmPrograms, ThatDoNotReachTheControllerSayNothingOfAJob) {
  make_program("sbatch",
               "echo 'sbatch: error: Socket timed out on send/recv operation' >&2; exit 1");
  EXPECT_THROW(client_.submit(job()), ControllerSilent);
  make_program("scancel", "echo 'scancel: error: Unable to contact slurm controller' >&2; exit 1");
  EXPECT_THROW(client_.stop("7", true), ControllerSilent);
  make_program(
      "scancel",
      "echo 'scancel: error: Kill job error on job id 7: Invalid job id specified' >&2; exit 1");
  EXPECT_NO_THROW(client_.stop("7", true));
}

TEST_F(SlurmPrograms, ThatRefuseAreQuoted) {
  make_program("sbatch", "echo 'sbatch: error: invalid partition specified: x' >&2; exit 1");
  try {
    client_.submit(job());
    FAIL() << "it was refused";
  } catch (const ControllerSilent&) {
    FAIL() << "it is known";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("invalid partition specified: x"));
  }
  make_program("scancel", "echo 'scancel: error: Access/permission denied' >&2; exit 1");
  EXPECT_THROW(client_.stop("7", true), core::SystemError);
  make_program("scontrol", "echo 'MaxArraySize            = 1'");
  EXPECT_THROW(client_.site(), core::SystemError);
  make_program("scontrol", "echo 'ClusterName = alpha'; echo 'MaxArraySize            = 1001'");
  EXPECT_EQ(client_.site().cluster, "alpha");
  EXPECT_EQ(client_.site().most_tasks, 1001U);
}

/// A plan of pairs that share a training alone as `solos` says: each pair has a concurrent run of
/// its own and the solo run of that number.
study::Plan plan_of(const std::vector<size_t>& solos, int repetitions) {
  study::Plan plan;
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    std::map<size_t, size_t> solo_run;
    for (size_t pair = 0; pair < solos.size(); ++pair) {
      const auto [solo, is_new] = solo_run.try_emplace(solos[pair], plan.runs.size());
      if (is_new) plan.runs.push_back({{}, fmt::format("solo{}r{}", solos[pair], repetition), 1});
      plan.cells.push_back({pair, {}, repetition, solo->second});
      plan.cells.push_back({pair, {}, repetition, plan.runs.size()});
      plan.runs.push_back({{}, fmt::format("pair{}r{}", pair, repetition), 1});
    }
  }
  for (study::PlannedRun& run : plan.runs) run.spec.machine_class = "test machine";
  return plan;
}

TEST(SlurmTasks, KeepTogetherWhatIsComparedAndPairsThatShareASoloRun) {
  const study::Plan plan = plan_of({0, 0, 1}, 2);
  EXPECT_THAT(groups_of(plan, study::DeviceAffinity::block),
              ElementsAre(0, 0, 0, 1, 1, 2, 2, 2, 3, 3));
  EXPECT_THAT(groups_of(plan, study::DeviceAffinity::any),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

std::vector<MissingRun> missing_runs(const std::vector<size_t>& groups, double expected_s) {
  std::vector<MissingRun> runs;
  for (size_t i = 0; i < groups.size(); ++i) {
    runs.push_back({{"run" + std::to_string(i), 1, expected_s}, groups[i], 0});
  }
  return runs;
}

TEST(SlurmTasks, PackShortGroupsAndSplitLongArrays) {
  study::SlurmSettings settings;
  settings.pack_to_s = 100;
  std::vector<size_t> groups(100);
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = i / 2;
  const std::vector<Place> places(groups.size());
  const auto arrays = share_out(missing_runs(groups, 10), places, settings, 0, 3);
  ASSERT_THAT(arrays, SizeIs(4)) << "ten tasks of ten runs, three to an array";
  EXPECT_THAT(arrays[0].tasks, SizeIs(3));
  EXPECT_THAT(arrays[3].tasks, SizeIs(1));
  EXPECT_THAT(arrays[0].tasks[0].runs, SizeIs(10));
  EXPECT_EQ(arrays[0].tasks[0].runs[9].run_id, "run9");
  EXPECT_EQ(arrays[0].time_limit_min, 10) << "no shorter than time_at_least_s";
}

TEST(SlurmTasks, GoWhereTheOtherRunsOfTheirBlockWereMade) {
  study::SlurmSettings settings;
  const std::vector<Place> places = {{"n2", "GPU-b"}, {"", ""}, {"n2", "GPU-a"}};
  const auto arrays = share_out(missing_runs({0, 1, 0, 2}, 3600), places, settings, 0, 1000);
  std::map<std::string, std::vector<std::string>> boards_of_node;
  for (const TaskArray& array : arrays) {
    for (const Task& task : array.tasks) boards_of_node[array.node].push_back(task.gpu);
  }
  EXPECT_THAT(boards_of_node[""], ElementsAre(""));
  EXPECT_THAT(boards_of_node["n2"], ::testing::UnorderedElementsAre("GPU-b", "GPU-a"));
  EXPECT_EQ(place_of(name_of({"n2", "GPU-b"})), (Place{"n2", "GPU-b"}));
}

TEST(SlurmTasks, HaveTheirForecastTimesTheMarginAsLimitAndTwiceThatAfterALimit) {
  study::SlurmSettings settings;
  settings.time_margin = 1.5;
  const std::vector<Place> places(2);
  auto runs = missing_runs({0}, 4 * 3600);
  EXPECT_EQ(share_out(runs, places, settings, 0, 9)[0].time_limit_min, 384) << "of 360, rounded up";
  runs[0].limits_reached = 1;
  EXPECT_EQ(share_out(runs, places, settings, 0, 9)[0].time_limit_min, 768);
  settings.time_at_most_s = 8 * 3600;
  EXPECT_EQ(share_out(runs, places, settings, 0, 9)[0].time_limit_min, 478)
      << "with the two minutes that Slurm is asked for beyond it";
}

TEST(SlurmTasks, HaveTheLeastLimitDoubledTooAfterALimit) {
  const std::vector<Place> places(1);
  auto runs = missing_runs({0}, 1);
  runs[0].limits_reached = 2;
  EXPECT_EQ(share_out(runs, places, {}, 0, 9)[0].time_limit_min, 40);
}

class SlurmScript : public ::testing::Test {
 protected:
  std::string script() const {
    return batch_script(study_, folder_.path() / hostile_, tandem(), job_);
  }
  fs::path tandem() const { return folder_.path() / hostile_ / "tandem"; }

  test::TemporaryFolder folder_;
  // What a folder may be called, and a shell would act upon.
  std::string hostile_ = "it's $(touch injected); `id` \"$HOME\"\n#SBATCH --uid=root";
  study::Study study_;
  Submission job_{"tandem-x-0123456789abcdef", "", "/data", "test", 0, true, false,
                  {"", 12, {Task{}, Task{}}},  ""};
};

TEST_F(SlurmScript, PassesAHostileFolderToTandemAsOneArgument) {
  fs::create_directories(folder_.path() / hostile_);
  folder_.write(fs::path(hostile_) / "tandem", "#!/bin/sh\nprintf '%s\\n--\\n' \"$@\" >\"$OUT\"\n");
  fs::permissions(tandem(), fs::perms(0755));
  const std::string file = folder_.write("batch.sh", script());
  std::string shell = "/bin/sh";
  std::string out = "OUT=" + (folder_ / "arguments").string();
  std::string task = "SLURM_ARRAY_TASK_ID=1";
  std::string path = "PATH=/usr/bin:/bin";
  std::string script_argument = file;
  char* argv[] = {shell.data(), script_argument.data(), nullptr};
  char* environment[] = {out.data(), task.data(), path.data(), nullptr};
  pid_t pid = -1;
  ASSERT_EQ(::posix_spawn(&pid, shell.c_str(), nullptr, nullptr, argv, environment), 0);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(core::read_file(folder_ / "arguments"),
            "run-one\n--\n" + (folder_.path() / hostile_).string() +
                "\n--\n--submission\n--\ntandem-x-0123456789abcdef\n--\n--task\n--\n1\n--\n");
  EXPECT_FALSE(fs::exists("injected"));
}

TEST_F(SlurmScript, HasAllOfItsOptionsBeforeAnythingFromOutside) {
  const std::string text = script();
  // sbatch stops to look for options at the first line that is neither empty nor a comment.
  const std::string options = text.substr(0, text.find("exec "));
  EXPECT_THAT(options,
              AllOf(HasSubstr("#SBATCH --no-requeue\n"), HasSubstr("#SBATCH --exclusive\n"),
                    HasSubstr("#SBATCH --array=0-1\n"), HasSubstr("#SBATCH --time=14\n"),
                    HasSubstr("#SBATCH --signal=B:USR2@60\n"), Not(HasSubstr("uid"))));
}

TEST_F(SlurmScript, AsksForWhatTheStudyStates) {
  study_.device = study::Device::cuda;
  study_.slurm = study::SlurmSettings{};
  study_.slurm->partition = "gpu";
  study_.slurm->account = "lab";
  study_.slurm->gpu_type = "a100";
  study_.slurm->exclusive = false;
  study_.resources.threads = 3;
  study_.slurm->flags = {"--constraint=a100&nvlink"};
  job_.array.node = "n7";
  EXPECT_THAT(script(),
              AllOf(HasSubstr("#SBATCH --partition=gpu\n"), HasSubstr("#SBATCH --account=lab\n"),
                    HasSubstr("#SBATCH --gres=gpu:a100:1\n"), HasSubstr("#SBATCH --nodelist=n7\n"),
                    HasSubstr("#SBATCH --constraint=a100&nvlink\n"), Not(HasSubstr("--exclusive")),
                    HasSubstr("#SBATCH --cpus-per-task=6\n")));
  study_.slurm->flags = {"--cpus-per-gpu=9"};
  EXPECT_THAT(script(), Not(HasSubstr("--cpus-per-task")));
}

TEST(SlurmBoards, AreThoseGivenAmongThoseThatTheDriverShows) {
  EXPECT_THAT(boards_of_task("0,1", {"GPU-a", "GPU-b"}), ElementsAre("GPU-a", "GPU-b"));
  EXPECT_THAT(boards_of_task("1", {"GPU-a", "GPU-b"}), ElementsAre("GPU-b"));
  EXPECT_THAT(boards_of_task("3", {"GPU-d"}), ElementsAre("GPU-d")) << "a cgroup hides the others";
  EXPECT_THAT(boards_of_task("", {"GPU-a"}), ElementsAre("GPU-a"));
  EXPECT_THAT(boards_of_task("7", {"GPU-a", "GPU-b"}), IsEmpty());
}

TEST(SlurmBoards, OfABlockThatWasBegunIsItsOwnOrNone) {
  Task task;
  EXPECT_EQ(board_for(task, {"GPU-a", "GPU-b"}), "GPU-a");
  task.gpu = "GPU-b";
  EXPECT_EQ(board_for(task, {"GPU-a", "GPU-b"}), "GPU-b");
  try {
    board_for(task, {"GPU-a"});
    FAIL() << "the board is another's";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("made on GPU-b"), HasSubstr("given it GPU-a")));
  }
  EXPECT_THROW(board_for(task, {}), core::SystemError);
}

TEST(SlurmLogs, TellHowATaskWasEnded) {
  const auto line = [](const std::string& cause) {
    return "a line\nslurmstepd-n2: error: *** JOB 7 ON n2 CANCELLED AT 2026-11-25T12:47:58" +
           cause + " ***\nanother\n";
  };
  EXPECT_EQ(kind_in_log(line("")), "job_cancelled");
  EXPECT_EQ(kind_in_log(line(" DUE TO TIME LIMIT")), "job_time_limit");
  EXPECT_EQ(kind_in_log(line(" DUE TO PREEMPTION")), "job_preempted");
  EXPECT_EQ(kind_in_log(line(" DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS")), "node_lost");
  EXPECT_EQ(kind_in_log(line(" DUE TO JOB REQUEUE")), "") << "it may have gone on";
  EXPECT_EQ(kind_in_log("tandem: error: nothing\n"), "");
}

TEST(SlurmLogs, GoBehindTheStateInNamingAnOutcomeAndBeforeCutOff) {
  const std::string log = "slurmstepd: error: *** JOB 7 ON n2 CANCELLED AT x ***\n";
  EXPECT_EQ(outcome_of_ended_task("NODE_FAIL", "n2", log, "then").name, "node_lost");
  EXPECT_EQ(outcome_of_ended_task("PREEMPTED", "n2", "", "then").name, "job_preempted");
  EXPECT_EQ(outcome_of_ended_task("TIMEOUT", "n2", "", "then").name, "job_time_limit");
  EXPECT_EQ(outcome_of_ended_task("CANCELLED", "n2", "", "then").name, "job_cancelled");
  EXPECT_EQ(outcome_of_ended_task("", "", log, "then").name, "job_cancelled");
  const Outcome unknown = outcome_of_ended_task("", "", "", "then");
  EXPECT_EQ(unknown.name, "cut_off");
  EXPECT_THAT(unknown.message, HasSubstr("the controller has forgotten it"));
  EXPECT_EQ(outcome_of_ended_task("OUT_OF_MEMORY", "n2", "", "then").name, "out_of_memory");
  EXPECT_THAT(outcome_of_ended_task("FAILED", "n2", "", "then").message,
              HasSubstr("on n2 as FAILED"));
}

/// A cluster in which nothing runs by itself.
class FakeClient : public Client {
 public:
  std::string submit(const ArrayJob& job) override {
    if (on_submit) on_submit(job);
    const std::string id = std::to_string(100 + jobs++);
    for (size_t task = 0; task < job.tasks; ++task) {
      states.push_back({job.name, id, static_cast<int>(task), "PENDING", "", "Resources"});
    }
    if (after_submit) after_submit();
    return id;
  }
  std::vector<TaskState> tasks_of(const std::map<std::string, size_t>& names) override {
    std::vector<TaskState> known;
    for (const TaskState& state : states) {
      if (names.contains(state.job_name)) known.push_back(state);
    }
    return known;
  }
  void stop(const std::string&, bool) override {}
  Site site() override { return here; }

  void all_become(const std::string& state, const std::string& node) {
    for (TaskState& task : states) {
      task.state = state;
      task.node = node;
    }
  }
  void becomes(const std::string& job_id, int task, const std::string& state,
               const std::string& node) {
    for (TaskState& one : states) {
      if (one.job_id != job_id || one.task != task) continue;
      one.state = state;
      one.node = node;
    }
  }

  Site here{"test", 1000, 1000};
  size_t jobs = 0;
  std::vector<TaskState> states;
  std::function<void(const ArrayJob&)> on_submit;
  std::function<void()> after_submit;
};

class SlurmQueue : public ::testing::Test {
 protected:
  SlurmQueue() { study_.name = "made_up"; }

  /// What `tandem run --executor slurm` does: settle, look for what is missing, submit it.
  Missing run(const SessionOptions& session = {}) {
    const Queue queue = look_at_queue(folder_.path(), client_);
    settled_ = settle(queue, plan_, store_);
    SubmitOptions options;
    options.session = session;
    options.data_folder = "/data";
    options.tandem = "/bin/tandem";
    options.forecast_s = [&] { return std::vector<double>(plan_.runs.size(), 1.0); };
    options.site = client_.site();
    const Missing missing = find_missing(study_, plan_, store_, queue, options);
    submitted_ = submit(missing.arrays, study_, store_, client_, options, stop_);
    return missing;
  }
  void write_result(const std::string& run_id, int attempt, Outcome outcome,
                    const std::string& device) {
    store_.claim_attempt(run_id, attempt);
    RunResult result;
    result.run_id = run_id;
    result.attempt = attempt;
    result.spec.machine_class = "test machine";
    result.outcome = std::move(outcome);
    result.device = device;
    store_.finish_attempt(result);
  }

  test::TemporaryFolder folder_;
  record::RunStore store_{folder_.path()};
  study::Study study_;
  study::Plan plan_ = plan_of({0, 0}, 1);
  FakeClient client_;
  Settled settled_;
  Submitted submitted_;
  StopRequest stop_;
};

TEST_F(SlurmQueue, GetsWhatIsMissingOnceHoweverOftenItIsAsked) {
  EXPECT_EQ(run().runs, 3U);
  const Missing again = run();
  EXPECT_EQ(again.runs, 0U);
  EXPECT_EQ(again.in_flight, 3U);
  EXPECT_EQ(client_.jobs, 1U);
}

TEST_F(SlurmQueue, FindsAJobThatWasSubmittedButNotNoted) {
  client_.after_submit = [] { throw std::runtime_error("killed"); };
  EXPECT_THROW(run(), std::runtime_error);
  client_.after_submit = nullptr;
  EXPECT_EQ(open_submissions(folder_.path()).at(0).job_id, "");
  EXPECT_EQ(run().in_flight, 3U);
  EXPECT_EQ(client_.jobs, 1U);
  EXPECT_EQ(open_submissions(folder_.path()).at(0).job_id, "100");
}

TEST_F(SlurmQueue, SubmitsAnewWhatSlurmNeverHeardOf) {
  client_.on_submit = [](const ArrayJob&) { throw std::runtime_error("killed"); };
  EXPECT_THROW(run(), std::runtime_error);
  client_.on_submit = nullptr;
  EXPECT_EQ(run().runs, 3U);
  EXPECT_THAT(open_submissions(folder_.path()), SizeIs(1));
}

TEST_F(SlurmQueue, AsksAgainForAJobOfWhichASilentControllerSaidNothing) {
  client_.on_submit = [](const ArrayJob&) { throw ControllerSilent("Socket timed out"); };
  EXPECT_THROW(run(), ControllerSilent);
  EXPECT_TRUE(has_open_submissions(folder_.path()));
  client_.on_submit = [](const ArrayJob&) { throw core::SystemError("sbatch says: no account"); };
  run();
  EXPECT_THAT(submitted_.refused, ElementsAre("sbatch says: no account"));
  EXPECT_FALSE(has_open_submissions(folder_.path())) << "what was refused is withdrawn";
}

TEST_F(SlurmQueue, KeepsAJobWhoseIdCouldNotBeNoted) {
  client_.on_submit = [&](const ArrayJob& job) {
    fs::create_directories(folder_of(folder_.path(), job.name) / "job.json" / "in the way");
  };
  EXPECT_THROW(run(), core::SystemError);
  EXPECT_TRUE(has_open_submissions(folder_.path()));
}

TEST_F(SlurmQueue, KeepsAJobThatSlurmAcceptedAndCalledRefused) {
  client_.after_submit = [] { throw core::SystemError("sbatch says: something new"); };
  EXPECT_THROW(run(), ControllerSilent);
  client_.after_submit = nullptr;
  EXPECT_EQ(run().in_flight, 3U);
  EXPECT_EQ(client_.jobs, 1U);
}

TEST_F(SlurmQueue, LeavesAnAttemptToTheTaskThatWasGivenItsRunLast) {
  plan_ = plan_of({0, 1}, 1);
  study_.slurm.emplace();
  study_.slurm->pack_to_s = 0;
  ASSERT_THAT(run().arrays.at(0).tasks, SizeIs(2));
  client_.becomes("100", 0, "NODE_FAIL", "n1");
  client_.becomes("100", 1, "RUNNING", "n2");
  store_.claim_attempt("solo0r1", 1);
  EXPECT_EQ(run().runs, 2U);
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "node_lost");

  client_.becomes("101", 0, "RUNNING", "n3");
  store_.claim_attempt("solo0r1", 2);
  EXPECT_EQ(run().in_flight, 4U);
  EXPECT_FALSE(store_.has_result("solo0r1", 2)) << "it is being made";
  EXPECT_THAT(settled_.fruitless, IsEmpty());

  client_.becomes("101", 0, "TIMEOUT", "n3");
  run();
  EXPECT_EQ(store_.read_attempt("solo0r1", 2).outcome.name, "job_time_limit");
}

TEST_F(SlurmQueue, SubmitsTheOtherArraysWhenOneIsRefused) {
  plan_ = plan_of({0, 1}, 1);
  study_.slurm.emplace();
  study_.slurm->pack_to_s = 0;
  client_.here.most_tasks = 1;
  client_.on_submit = [&](const ArrayJob&) {
    client_.on_submit = nullptr;
    throw core::SystemError("sbatch says: Invalid node name specified");
  };
  EXPECT_EQ(run().arrays.size(), 2U);
  EXPECT_EQ(submitted_.arrays, 1U);
  EXPECT_EQ(submitted_.runs, 2U);
  EXPECT_THAT(submitted_.refused, SizeIs(1));
}

TEST_F(SlurmQueue, SubmitsNoMoreWhenAskedToStop) {
  plan_ = plan_of({0, 1}, 1);
  study_.slurm.emplace();
  study_.slurm->pack_to_s = 0;
  client_.here.most_tasks = 1;
  client_.after_submit = [&] { stop_.after_run = true; };
  run();
  EXPECT_EQ(submitted_.arrays, 1U);
  EXPECT_EQ(client_.jobs, 1U);
}

TEST_F(SlurmQueue, IsNotJudgedByAnotherCluster) {
  run();
  for (const Site& other : {Site{"other", 1000, 1000}, Site{"test", 1001, 1000}}) {
    client_.here = other;
    EXPECT_THROW(run(), core::SystemError);
  }
  EXPECT_TRUE(has_open_submissions(folder_.path()));
}

TEST_F(SlurmQueue, LetsRunsOfABlockWaitForItsTask) {
  const study::Plan whole = plan_of({0, 0}, 1);
  plan_.runs.pop_back();
  plan_.cells.pop_back();
  run();
  client_.all_become("RUNNING", "n1");
  plan_ = whole;
  const Missing missing = run();
  EXPECT_EQ(missing.runs, 0U);
  EXPECT_EQ(missing.waiting, 1U);
  EXPECT_EQ(client_.jobs, 1U);
  write_result("solo0r1", 1, {}, "n1");
  client_.all_become("COMPLETED", "n1");
  EXPECT_EQ(run().arrays.at(0).node, "n1");
}

TEST_F(SlurmQueue, TellsOfARunWhoseLongestLimitWasReached) {
  study_.slurm.emplace();
  study_.slurm->time_at_most_s = 720;
  write_result("solo0r1", 1, outcome_of_kind("job_time_limit", ""), "n1");
  EXPECT_EQ(run().at_longest_limit, 1U);
}

TEST_F(SlurmQueue, SubmitsFailedRunsOnlyWhenAsked) {
  write_result("pair0r1", 1, outcome_of_kind("exit_code", "exit code 3"), "n1");
  EXPECT_EQ(run().failed_earlier, 1U);
  client_.all_become("COMPLETED", "n1");
  for (const char* id : {"solo0r1", "pair1r1"}) write_result(id, 1, {}, "n1");
  const Missing missing = run({.retry_failed = true});
  EXPECT_EQ(missing.runs, 1U);
  EXPECT_EQ(missing.arrays.at(0).tasks.at(0).runs.at(0).attempt, 2);
}

TEST_F(SlurmQueue, DoesNotTakeAFolderThatCanNotBeReadForNothing) {
  folder_.write("slurm", "no folder");
  EXPECT_THROW(has_open_submissions(folder_.path()), core::SystemError);
}

TEST_F(SlurmQueue, NamesWhatALostNodeLeftAndSubmitsThatAlone) {
  run();
  write_result("pair0r1", 1, {}, "n1");
  store_.claim_attempt("solo0r1", 1);
  client_.all_become("NODE_FAIL", "n1");
  const Missing missing = run();
  EXPECT_THAT(settled_.outcomes, ElementsAre(::testing::Pair("node_lost", 1U)));
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "node_lost");
  EXPECT_EQ(missing.already_done, 1U);
  ASSERT_THAT(missing.arrays, SizeIs(1));
  EXPECT_EQ(missing.arrays[0].node, "n1") << "where the rest of the block was made";
  ASSERT_THAT(missing.arrays[0].tasks, SizeIs(1));
  EXPECT_EQ(missing.arrays[0].tasks[0].runs[0].attempt, 2);
  EXPECT_EQ(missing.arrays[0].tasks[0].runs[1].attempt, 1) << "never begun";
}

TEST_F(SlurmQueue, KeepsTheResultThatComesBetweenLookingAndNaming) {
  run();
  store_.claim_attempt("solo0r1", 1);
  client_.all_become("NODE_FAIL", "n1");
  write_result("solo0r1", 1, {}, "n1");
  RunResult late;
  late.run_id = "solo0r1";
  late.attempt = 1;
  EXPECT_FALSE(store_.finish_if_unfinished(late));
  run();
  EXPECT_TRUE(store_.read_attempt("solo0r1", 1).outcome.ok());
}

TEST_F(SlurmQueue, TellsOfTasksThatEndedWithoutARun) {
  run();
  const std::string name = open_submissions(folder_.path()).at(0).name;
  folder_.write(fs::path("slurm") / name / "task-0.log", "tandem: this node is another\n");
  client_.all_become("FAILED", "n1");
  run();
  ASSERT_THAT(settled_.fruitless, SizeIs(1));
  EXPECT_THAT(settled_.fruitless[0], HasSubstr("this node is another"));
}

/// Makes runs without processes.
class FakeExecutor : public RunExecutor {
 public:
  RunResult execute(const study::PlannedRun& run, int attempt, const fs::path&,
                    const std::atomic<bool>&, RunObserver&) override {
    if (on_execute) on_execute(run.id);
    RunResult result;
    result.run_id = run.id;
    result.attempt = attempt;
    result.spec = run.spec;
    result.participants.resize(1);
    result.outcome = result.participants[0].outcome = outcome;
    const std::lock_guard guard(mutex);
    executed.push_back(fmt::format("{}/{}", run.id, attempt));
    return result;
  }

  Outcome outcome;
  std::mutex mutex;
  std::vector<std::string> executed;
  std::function<void(const std::string&)> on_execute;
};

class SlurmTaskRun : public SlurmQueue {
 protected:
  SlurmTaskRun() {
    fs::create_directories(folder_of(folder_.path(), "job"));
    for (const study::PlannedRun& run : plan_.runs) task_.runs.push_back({run.id, 1, 1});
    setting_.submission = "job";
    setting_.place = {"n1", ""};
    setting_.time_left_s = 1000;
    setting_.why_stopped = [] { return std::string("job_cancelled"); };
    setting_.was_continued = [&] { return was_continued_.exchange(false); };
  }
  TaskSummary make(const SessionOptions& options = {}) {
    SessionObserver observer;
    return make_task(task_, setting_, plan_, store_, executor_, options, stop_, observer);
  }

  Task task_;
  TaskSetting setting_;
  FakeExecutor executor_;
  std::atomic<bool> was_continued_{false};
};

TEST_F(SlurmTaskRun, MakesItsRunsAndSaysWhere) {
  const TaskSummary summary = make();
  EXPECT_EQ(summary.ok, 3U);
  EXPECT_THAT(executor_.executed, ElementsAre("solo0r1/1", "pair0r1/1", "pair1r1/1"));
  const RunResult result = store_.read_attempt("pair1r1", 1);
  EXPECT_EQ(result.device, "n1");
  EXPECT_THAT(result.cautions, IsEmpty());
  EXPECT_FALSE(fs::exists(folder_ / "index.sqlite"));
}

TEST_F(SlurmTaskRun, MarksRunsThatMayHaveSharedTheirNode) {
  setting_.is_alone = false;
  make();
  const RunResult result = store_.read_attempt("solo0r1", 1);
  ASSERT_THAT(result.cautions, SizeIs(1));
  EXPECT_EQ(result.cautions[0].name, "node_shared");
}

TEST_F(SlurmTaskRun, MarksRunsThatMayBeComparedWithAnotherNodes) {
  setting_.is_any = true;
  make();
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).cautions.at(0).name, "any_device");
}

TEST_F(SlurmTaskRun, RepeatsARunThatFailedWhenTheSubmissionAsksForIt) {
  write_result("pair0r1", 1, outcome_of_kind("exit_code", "exit code 3"), "n1");
  task_.runs = {{"pair0r1", 2, 1}};
  EXPECT_EQ(make().made, 1U);
  EXPECT_THAT(executor_.executed, ElementsAre("pair0r1/2"));
}

TEST_F(SlurmTaskRun, LeavesARunThatIsDoneAlone) {
  write_result("pair0r1", 1, {}, "n1");
  task_.runs = {{"pair0r1", 2, 1}};
  EXPECT_EQ(make().elsewhere, 1U);
}

TEST_F(SlurmTaskRun, BeginsNoRunWhenItIsStoppedBetweenTwo) {
  executor_.on_execute = [&](const std::string&) { stop_.after_run = true; };
  const TaskSummary summary = make({.cool_down_s = 3600});
  EXPECT_EQ(summary.made, 1U);
  EXPECT_THAT(store_.unfinished_attempts(), IsEmpty());
}

TEST_F(SlurmTaskRun, BeginsNoRunThatIsStoppedWhileItCoolsDown) {
  std::thread late;
  executor_.on_execute = [&](const std::string&) {
    if (late.joinable()) return;
    late = std::thread([&] {
      while (!store_.has_result("solo0r1", 1)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop_.after_run = true;
    });
  };
  const TaskSummary summary = make({.cool_down_s = 3600});
  late.join();
  EXPECT_EQ(summary.made, 1U);
  EXPECT_THAT(store_.unfinished_attempts(), IsEmpty());
}

TEST_F(SlurmTaskRun, BeginsNoRunOnceItsSubmissionWasGivenUp) {
  executor_.on_execute = [&](const std::string&) {
    note_over(folder_.path(), "job", core::Json::array());
  };
  const TaskSummary summary = make();
  EXPECT_EQ(summary.made, 1U);
  EXPECT_EQ(summary.left, 2U);
}

TEST_F(SlurmTaskRun, MakesARunAgainThatSlurmSuspended) {
  setting_.signals_arrive_within_s = 0.05;
  task_.runs.resize(1);
  executor_.on_execute = [&](const std::string&) {
    if (executor_.executed.empty()) was_continued_ = true;
  };
  make({.retries = 1});
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "suspended");
  EXPECT_TRUE(store_.read_attempt("solo0r1", 2).outcome.ok());
}

TEST_F(SlurmTaskRun, CallsNoTrainingSlowThatSlurmSuspended) {
  setting_.signals_arrive_within_s = 0.05;
  task_.runs.resize(1);
  executor_.outcome = outcome_of_kind("no_progress", "");
  executor_.on_execute = [&](const std::string&) { was_continued_ = true; };
  make();
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "suspended");
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).participants[0].outcome.name, "suspended");
}

TEST_F(SlurmTaskRun, MakesEachAttemptOnceWhenSeveralTasksMeet) {
  plan_ = plan_of({0, 1, 2, 3, 4, 5, 6, 7}, 3);
  task_.runs.clear();
  for (const study::PlannedRun& run : plan_.runs) task_.runs.push_back({run.id, 1, 1});
  std::vector<TaskSummary> summaries(4);
  std::vector<std::thread> threads;
  for (TaskSummary& summary : summaries) {
    threads.emplace_back([&] { summary = make(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(executor_.executed, SizeIs(plan_.runs.size()));
  size_t made = 0;
  for (const TaskSummary& summary : summaries) {
    made += summary.made;
    EXPECT_EQ(summary.made + summary.elsewhere, plan_.runs.size());
  }
  EXPECT_EQ(made, plan_.runs.size());
}

TEST_F(SlurmTaskRun, MakesSpoiltRunsAgainAfterTheOthersButNotForEver) {
  executor_.outcome = outcome_of_kind("start_skew", "");
  task_.runs.resize(2);
  make({.retries = 1});
  EXPECT_THAT(executor_.executed, ElementsAre("solo0r1/1", "pair0r1/1", "solo0r1/2", "pair0r1/2"));
}

TEST_F(SlurmTaskRun, CallsWhatSlurmEndedByWhatEndedIt) {
  setting_.signals_arrive_within_s = 60;
  // The training may be seen to end by TERM before tandem has its own.
  executor_.outcome = outcome_of_kind("signal", "signal 15");
  std::thread late;
  executor_.on_execute = [&](const std::string&) {
    if (late.joinable()) return;
    late = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop_.now = true;
    });
  };
  const TaskSummary summary = make();
  late.join();
  EXPECT_EQ(summary.left, 2U);
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "job_cancelled");
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).participants[0].outcome.name, "job_cancelled");
}

TEST_F(SlurmTaskRun, CallsWhatTheTimeLimitEndedSo) {
  executor_.outcome = outcome_of_kind("interrupted", "");
  executor_.on_execute = [&](const std::string&) {
    stop_.time_is_up = true;
    stop_.now = true;
  };
  make();
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "job_time_limit");
}

TEST_F(SlurmTaskRun, LeavesATrainingThatASignalEndedByItselfAFailure) {
  setting_.signals_arrive_within_s = 0.05;
  executor_.outcome = outcome_of_kind("signal", "signal 11");
  task_.runs.resize(1);
  make();
  EXPECT_EQ(store_.read_attempt("solo0r1", 1).outcome.name, "signal");
}

TEST_F(SlurmTaskRun, BeginsNoRunForWhichThereIsNoTime) {
  setting_.time_left_s = 100;
  for (AssignedRun& run : task_.runs) run.expected_s = 200;
  const TaskSummary summary = make();
  EXPECT_EQ(summary.made, 1U) << "the first in any case";
  EXPECT_EQ(summary.left, 2U);
}

}  // namespace
}  // namespace tandem::execute::slurm

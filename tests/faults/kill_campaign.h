#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/file.h"

namespace tandem::test {

/// A check that failed.
struct Violation {
  int kill = 0;  ///< after how many kills
  std::string what;
};

struct KillFigures {
  int kills = 0;
  int kills_in_a_run = 0;          ///< those that cut an attempt off
  int kills_at_start = 0;          ///< those before the session had begun a run
  int kills_in_a_transaction = 0;  ///< those that left a journal beside the index
  int studies = 0;                 ///< brought to their end, and checked
  int runs = 0;                    ///< of these studies, planned
  int attempts = 0;                ///< of these studies, folders
  int cut_without_result = 0;      ///< attempts of these studies
  int cut_with_result = 0;         ///< attempts whose result says `cut_off`

  int results_checked = 0;  ///< results that were there before a kill, over all kills
  int results_lost = 0;
  int results_changed = 0;
  int runs_doubled = 0;  ///< more than one attempt that is ok
  int runs_missing = 0;  ///< none, though the session said that it was done
  int orphans = 0;       ///< processes that were alive after the grace time
  int refused = 0;       ///< sessions that ended with an error of their own
  int unopened = 0;      ///< folders of a study that `tandem status` refused after a kill
  int indexes_unequal = 0;

  double longest_end_s = 0;  ///< from a session's end until the last of its processes was gone
  /// Left in the finished studies, by name; without what is different each time.
  std::map<std::string, int> temporary_files;
  int cgroups = 0;  ///< left by killed sessions
  std::vector<Violation> violations;
};

/// Kills `tandem run` with SIGKILL at random instants of a fast study of fake trainers, and lets
/// another session go on, over and over; a study that came to its end is followed by a fresh one.
/// Checks after each kill that every result that was there is there unchanged and that no process
/// is left, and where it came within a transaction of the index that this can be built anew; at the
/// end of each study that every planned run has one attempt that is ok, and that the index equals
/// one that is built anew.
///
/// The calling process becomes the one that adopts strays (PR_SET_CHILD_SUBREAPER), so that none
/// can hide, and must have no children of its own meanwhile. The programs are those beside it.
class KillCampaign {
 public:
  struct Options {
    int kills = 500;
    int pairs = 3;  ///< of the study, 1 to 3; about ten runs each
    std::uint64_t seed = 1;
    double grace_s = 2;  ///< until when the processes of a killed session must be gone
  };
  /// Told of each kill.
  using Progress = std::function<void(const KillFigures&)>;

  explicit KillCampaign(const Options& options);
  ~KillCampaign();
  KillCampaign(const KillCampaign&) = delete;
  KillCampaign& operator=(const KillCampaign&) = delete;

  /// May be called once. Throws core::SystemError when not even an undisturbed session works.
  KillFigures run(const Progress& progress = {});

 private:
  struct Ended {
    bool killed = false;
    int exit_code = 0;
  };

  void write_inputs() const;
  /// Sessions that nobody disturbs: one that makes all runs, and one that finds nothing to do.
  void measure_sessions();
  void begin_study();
  /// A session that is killed `after_s`, unless it has ended before.
  Ended session(std::optional<double> after_s);
  double draw_instant_s();
  /// The rest of a session that was not killed; `status` is waitpid's.
  Ended ended_by_itself(int status);
  void wait_for_processes(core::Time since);
  void check_results();
  void remember_results();
  void check_finished_study();
  /// Against one that is made here from the run folders: what the sessions made of it, when the
  /// study is finished, and what `tandem index` makes.
  void check_index(bool finished);
  void count_temporary_files();
  /// Counts and removes those that a session left behind.
  void count_cgroups_of(pid_t session);
  void violation(const std::string& what);

  size_t attempts() const;
  std::set<std::filesystem::path> unfinished_attempts() const;
  std::filesystem::path results() const;
  std::filesystem::path runs() const { return results() / "runs"; }
  pid_t start(std::vector<std::string> arguments) const;
  int call(const std::vector<std::string>& arguments) const;
  std::string last_words() const;

  Options options_;
  core::TemporaryFolder folder_{"tandem-faults"};
  std::mt19937_64 random_;
  KillFigures figures_;
  double start_s_ = 0;  ///< of a session that finds all runs done
  double runs_s_ = 0;   ///< what a session with all runs takes beyond that
  int planned_ = 0;     ///< runs of a study
  int study_ = 0;       ///< number of the present study
  int kills_of_study_ = 0;
  std::map<std::filesystem::path, std::string> known_results_;  ///< of the present study
};

}  // namespace tandem::test

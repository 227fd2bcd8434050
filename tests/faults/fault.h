#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace tandem::test {

class FaultScene;

/// What a study of three runs came to: B beside A, A alone, B alone, in this order.
struct Found {
  /// Outcomes of a run's attempts, in order: `suspended, ok`; that of a failed partner in brackets.
  /// `–` for a run that was not begun.
  std::string beside;
  std::string a_alone;
  std::string b_alone;
  std::string exits;  ///< exit codes of the sessions, in order: `1, 0`

  bool operator==(const Found&) const = default;
};

/// A way in which a study is disturbed, and what is to become of it. The faults are a table, in
/// order of `group`; docs/faults.md is made from it by scripts/fault-campaign.
struct Fault {
  std::string_view group;
  std::string_view name;
  std::string_view injected;  ///< for people: what is done, and with what
  Found expected;
  bool slow = false;  ///< takes seconds: left to the campaign, not in the short form

  std::string_view b = "good";  ///< behaviour of B's trainer, see tests/fake_trainer.cpp
  std::string_view a = "good";
  double epoch_s = 0.01;
  core::Json study = core::Json::object();  ///< further members of the study file
  /// For tests/faults/fault_library.cpp, in the first session; `{results}` and `{reached}` stand
  /// for the study's folder and for a file that is there once a training has reached its second
  /// epoch.
  std::string calls = {};
  core::Json gpu = nullptr;  ///< the device of the stand-in NVIDIA driver, for a study on CUDA
  /// The results go to a file system of this size, or where mounting one isn't permitted to a
  /// folder for which `calls_unmounted` says the same.
  int filesystem_mib = 0;
  std::string calls_unmounted = {};
  std::function<void(FaultScene&)> before = {};
  int sessions = 1;  ///< the first one has the fault, later ones have not
  std::function<void(FaultScene&)> during =
      {};  ///< beside the first session, while B's `waits` waits
  std::function<void(FaultScene&)> between = {};  ///< before the second session
  std::string_view says = {};                     ///< is in what the first session writes
  std::string_view marks = {};                    ///< a caution that one of the results bears
};

std::span<const Fault> faults();

/// The page docs/faults.md. `found` has an entry for each fault, or fewer when they are as
/// expected.
std::string faults_page(const std::vector<Found>& found);

/// A study of fake trainers with one fault, in a folder of its own, made by the real programs. The
/// calling process adopts strays meanwhile, so that none can hide, and must have no children.
class FaultScene {
 public:
  explicit FaultScene(const Fault& fault);
  ~FaultScene();
  FaultScene(const FaultScene&) = delete;
  FaultScene& operator=(const FaultScene&) = delete;

  /// Makes the sessions. May be called once.
  Found run();
  /// What else is wrong: processes left, an attempt without a result, an index unlike the folders.
  const std::vector<std::string>& violations() const { return violations_; }
  /// How the file system of a fault that needs one was made, for people.
  const std::string& filesystem() const { return filesystem_; }

  // For the faults.
  std::filesystem::path results() const { return folder_ / "results"; }
  /// The process of the session.
  int session() const { return session_; }
  /// A call of tandem beside the session; gives its exit code and adds to what is said.
  int call(const std::vector<std::string>& arguments);
  int run_another_session();
  /// The one attempt whose folder name ends with `run` (`B` alone is `b-`, and so on).
  std::filesystem::path first_attempt(std::string_view run_prefix) const;
  void write(const std::filesystem::path& file, std::string_view content) const;
  void complain(std::string what) { violations_.push_back(std::move(what)); }
  /// Makes the file system of the results writable or not.
  void let_write(bool may) const;

 private:
  void write_inputs() const;
  void mount_results();
  int start(const std::vector<std::string>& arguments, bool with_fault);
  int wait_for(int process);
  void check();
  std::string outcomes_of(std::string_view run_prefix) const;
  std::vector<std::string> environment(bool with_fault) const;
  std::filesystem::path out() const { return folder_ / "out"; }

  const Fault& fault_;
  std::filesystem::path folder_;
  bool mounted_ = false;
  std::string filesystem_;
  std::string calls_;
  int session_ = -1;
  std::string exits_;
  std::string first_said_;
  std::vector<std::string> violations_;
};

}  // namespace tandem::test

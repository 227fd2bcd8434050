#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "execute/child_process.h"
#include "execute/protocol.h"
#include "study/log_pattern.h"

namespace tandem::execute {

/// Cuts what a program wrote for people into lines that patterns can be matched against: escape
/// sequences of a terminal and control characters are gone, and a carriage return, with which a
/// progress bar draws itself anew, ends a line too. A line that is too long is cut; the rest of it
/// is dropped, so that memory stays bounded.
class LogLines {
 public:
  /// The lines that `bytes` completes, without their ends; empty ones are left out.
  std::vector<std::string> feed(std::string_view bytes);
  /// The line that the program left without an end, or nothing.
  std::vector<std::string> rest();

 private:
  std::string partial_;
};

/// Reads from a log, by a manifest's patterns, what a program that speaks the protocol would say of
/// itself. Contradictions to the manifest are events of kind `log_mismatch`.
class LogReader {
 public:
  /// What a line gives. `text` is it, for the record; it may be anything.
  struct Heard {
    TrainerEvent event;
    std::string text;
  };

  explicit LogReader(study::LogPatterns patterns);

  /// What the line tells; nothing for most lines of most logs.
  std::optional<Heard> read(const std::string& line);
  /// What the end of the process tells: `final` where the success rule is met.
  Heard end(const ProcessEnd& end) const;
  bool accepts(const ProcessEnd& end) const;
  /// The names of the patterns that the line matches (`started`, `epoch[1]`, `must_appear`, …) with
  /// what their groups hold, for a person who writes a manifest. Changes nothing.
  std::vector<std::string> recognised(const std::string& line) const;

 private:
  using Values = std::map<std::string, std::string_view>;

  std::optional<TrainerEvent> read_epoch(const std::string& line);
  /// The complaint when the line's epoch is neither the one at work nor the last one done.
  std::optional<TrainerEvent> misnumbered(int number, const std::string& line) const;
  EpochEvent end_epoch();

  study::LogPatterns patterns_;
  bool started_ = false;
  bool succeeded_ = false;             ///< must_appear has
  std::optional<std::string> failed_;  ///< the first line that must not appear
  int epochs_done_ = 0;
  std::optional<core::Reading> train_loss_;  ///< of the epoch at work, as are the metrics
  std::map<std::string, core::Reading> metrics_;
  std::map<std::string, double> last_metrics_;          ///< of the last epoch done
  std::map<std::string, core::Reading> final_metrics_;  ///< by patterns of their own
};

}  // namespace tandem::execute

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace tandem::study {

/// A pattern for lines of a log, in the syntax of RE2, which takes time linear in the line's length
/// whatever the pattern, and bounded memory. Copies share what was compiled; may be used from
/// several threads.
class LogPattern {
 public:
  /// Throws std::invalid_argument; its text says what is wrong, as one would after "expected".
  explicit LogPattern(const std::string& text);

  const std::string& text() const;
  /// The names of its groups `(?P<name>…)`.
  std::vector<std::string> names() const;
  bool matches(std::string_view line) const;
  /// What each named group holds in the first match anywhere in the line; nothing without a match.
  /// A group that took no part in the match is left out.
  std::optional<std::map<std::string, std::string_view>> find(std::string_view line) const;

  friend bool operator==(const LogPattern& left, const LogPattern& right) {
    return left.text() == right.text();
  }

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

/// When a training without protocol is a success.
struct SuccessRule {
  std::vector<int> exit_codes = {0};
  std::optional<LogPattern> must_appear;  ///< in some line
  std::optional<LogPattern> must_not_appear;
};

/// How the log of a program that doesn't speak the protocol tells its progress. Patterns give
/// values by named groups: `epoch`, `train_loss`, and the names of the workload's metrics.
struct LogPatterns {
  /// The first line that matches is where the training begins; without it, it begins with the
  /// process.
  std::optional<LogPattern> started;
  /// What is said of an epoch, each line by one or more of them; a line that matches the last one
  /// ends the epoch. Empty: the log doesn't tell epochs.
  std::vector<LogPattern> epoch;
  int first_epoch = 1;            ///< the number that the log gives the first one
  std::vector<LogPattern> final;  ///< metrics of the whole training; else the last epoch's count
  SuccessRule success;
};

}  // namespace tandem::study

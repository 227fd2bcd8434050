#pragma once

#include <fmt/core.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace tandem::core {

enum class Language { english, chinese };

/// Of `en` and `zh`; nothing for another code.
std::optional<Language> language_of(std::string_view code);
std::string_view code_of(Language language);

/// What people read, in one language. The catalogues are texts/en.json and texts/zh.json, which the
/// program carries: each id holds a pattern with named arguments (`{n}`), and the same id holds the
/// same arguments in every language. Where a language tells one from many, the id holds `one` and
/// `other`. Immutable: any thread may read it.
class Texts {
 public:
  static const Texts& in(Language language);
  /// From a catalogue's JSON. Throws std::logic_error for one that isn't made as above, and for one
  /// without `words` and `recorded`.
  explicit Texts(std::string_view catalogue);

  /// The text with this id (`findings.overall.tested`), with its arguments by fmt::arg. Throws
  /// std::out_of_range for an id that isn't there, fmt::format_error for a missing argument.
  template <typename... Arguments>
  std::string operator()(const std::string& id, const Arguments&... arguments) const {
    return fmt::vformat(pattern(id), fmt::make_format_args(arguments...));
  }
  /// The same of an id with `one` and `other`; `{n}` is the number.
  template <typename... Arguments>
  std::string plural(const std::string& id, size_t n, const Arguments&... arguments) const {
    return (*this)(plural_id(id, n), fmt::arg("n", n), arguments...);
  }
  bool has(const std::string& id) const { return patterns_.contains(id); }
  /// `1 run`, `3 runs`: of the ids below `units`.
  std::string count(size_t n, const std::string& unit) const { return plural("units." + unit, n); }

  /// A name that stands in records (`complementary`, `not run`) as a word of this language, and
  /// with what stands in brackets behind it (`estimated (a model)`); a name that no catalogue knows
  /// as it is.
  std::string word(const std::string& name) const;
  /// A reason or an advice that stands in records, which hold English. One that no catalogue knows
  /// stays as it was recorded, and so do the parts of it that others wrote: a trainer's last line,
  /// a file, a metric.
  std::string recorded(std::string_view text) const;

  /// `a, b`; `a; b` for parts that hold commas.
  std::string list(const std::vector<std::string>& items) const;
  std::string clauses(const std::vector<std::string>& items) const;

  /// The whole catalogue, for a page's script.
  const Json& catalogue() const { return catalogue_; }

 private:
  /// A sentence of records with arguments, `literals[0] {names[0]} literals[1] …`.
  struct RecordedPattern {
    std::vector<std::string> literals;  ///< one more than names
    std::vector<std::string> names;
    std::string translation;

    RecordedPattern(const std::string& pattern, std::string translation);
    size_t literal_bytes() const;
    /// Of punctuation only (`{name}: {reason}`): it fits much that isn't made by it.
    bool has_no_word() const;
    /// What the names stand for in a text; nothing where the text isn't made by this pattern. Each
    /// stands for as little as it can, the last one for the rest.
    std::optional<std::map<std::string, std::string>> arguments_of(std::string_view text) const;
  };

  std::optional<std::string> translated(std::string_view text, int depth) const;
  const std::string& pattern(const std::string& id) const { return patterns_.at(id); }
  std::string plural_id(const std::string& id, size_t n) const;

  Json catalogue_;
  std::map<std::string, std::string> patterns_;  ///< by dotted id
  std::vector<RecordedPattern> recorded_;        ///< those that say most themselves first
};

}  // namespace tandem::core

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace tandem::core {

/// Objects keep the order in which they were written, for the people who read the files.
using Json = nlohmann::ordered_json;

/// Collects the mistakes in one file, so that a person sees all of them at once.
class Diagnostics {
 public:
  explicit Diagnostics(std::string source) : source_(std::move(source)) {}

  void add(std::string place, std::string found, std::string expected) {
    problems_.push_back({std::move(place), std::move(found), std::move(expected)});
  }
  bool any() const { return !problems_.empty(); }
  const std::string& source() const { return source_; }
  /// Throws UserError with all mistakes, if there are any.
  void throw_if_any() const;

 private:
  std::string source_;
  std::vector<Problem> problems_;
};

/// A value of a JSON document that a person wrote, together with its path. Reading the wrong type
/// adds a problem to the diagnostics and gives back a harmless value, so that reading goes on.
/// Refers to the document and the diagnostics: both must outlive it.
class JsonNode {
 public:
  JsonNode(const Json& value, std::string path, Diagnostics& diagnostics)
      : value_(&value), path_(std::move(path)), diagnostics_(&diagnostics) {}

  const std::string& path() const { return path_; }
  const Json& raw() const { return *value_; }
  Diagnostics& diagnostics() const { return *diagnostics_; }

  /// Adds a problem at this place; what was found is this value.
  void reject(const std::string& expected) const;

  /// True for an object; otherwise a problem is added.
  bool is_object(const std::string& expected = "an object") const;
  /// Adds a problem for each member not named here, with the nearest of these names.
  void allow_only(std::initializer_list<std::string_view> names) const;

  /// A required member: a problem is added when it is absent.
  std::optional<JsonNode> member(const std::string& name, const std::string& expected) const;
  /// An optional member.
  std::optional<JsonNode> find(const std::string& name) const;
  /// The members of an object in the order of the file, empty with a problem for anything else.
  std::vector<std::pair<std::string, JsonNode>> members() const;
  /// The items of an array, empty with a problem for anything else.
  std::vector<JsonNode> items() const;

  std::string string() const;
  bool boolean() const;
  /// A number in [least, most], finite.
  double number(double least, double most) const;
  /// A whole number in [least, most].
  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  /// One of the named choices; gives the index, 0 with a problem when it is none of them.
  size_t choice(std::initializer_list<std::string_view> names) const;

 private:
  const Json* value_;
  std::string path_;
  Diagnostics* diagnostics_;
};

/// Parses a document that a person wrote. Throws UserError with line and column for what is not
/// JSON, and with the path for a key that stands twice in one object (JSON readers take one of the
/// two silently). `source` names the file in messages.
Json parse_json(const std::string& text, const std::string& source);

/// read_file and parse_json. A file that can't be read is the user's mistake as well.
Json read_json(const std::filesystem::path& path);

/// How a value is shown in a message: compact, cut when long.
std::string shown(const Json& value);

}  // namespace tandem::core

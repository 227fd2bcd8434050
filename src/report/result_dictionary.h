#pragma once

#include <span>
#include <string>

#include "core/json.h"

namespace tandem::report {

/// A member of a `result.json`.
struct DescribedMember {
  const char* path;  ///< `participants[].duration_seconds`
  const char* unit;
  const char* meaning;
};

/// Every member that a result can have; a test compares them with record::to_document.
std::span<const DescribedMember> result_dictionary();
/// As `dictionary.json` of `tandem export --format json`.
core::Json result_dictionary_document();
/// What the JSON and MLflow formats of `tandem export` hold: the end of docs/data-dictionary.md.
std::string result_dictionary_markdown();

}  // namespace tandem::report

#include <algorithm>
#include <string>

#include "fuzz.h"
#include "measure/keyed_number.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

/// The first line is the key, the others are the table.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view table = as_text(data, size);
  const std::string_view key = table.substr(0, table.find('\n'));
  table.remove_prefix(std::min(key.size() + 1, table.size()));
  if (const auto number = tandem::measure::leading_number(table)) {
    const std::size_t zeros = std::min(table.find_first_not_of('0'), table.size());
    require(*number == 0 || table.substr(zeros).starts_with(std::to_string(*number)),
            "begins the text");
  }
  const auto number = tandem::measure::keyed_number(table, key);
  if (!number) return 0;
  const std::string digits = std::to_string(*number);
  require(table.find(key) != table.npos && table.find(digits) != table.npos, "nothing is made up");
  const std::string written = std::string(key) + "\t " + digits + " kB\n";
  require(tandem::measure::keyed_number(written, key) == number, "reads back");
  return 0;
}

#include <string>
#include <vector>

#include "fuzz.h"
#include "measure/process_children.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  std::vector<pid_t> children;
  tandem::measure::append_listed_children(text, children);
  std::string written;
  std::size_t at = 0;
  for (const pid_t child : children) {
    require(child > 0, "a process has a number above 0");
    const std::string number = std::to_string(child) + " ";
    at = text.find(number, at);
    require(at != text.npos, "nothing is made up, and all in its order");
    written += number;
  }
  std::vector<pid_t> again;
  tandem::measure::append_listed_children(written, again);
  require(again == children, "reads back");
  return 0;
}

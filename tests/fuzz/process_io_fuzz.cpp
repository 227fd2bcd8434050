#include <string>

#include "fuzz.h"
#include "measure/process_io.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto io = tandem::measure::parse_process_io(text);
  if (!io) return 0;
  const std::string read = std::to_string(io->read_bytes);
  const std::string written = std::to_string(io->written_bytes);
  require(text.find(read) != text.npos && text.find(written) != text.npos, "nothing is made up");
  const auto again = tandem::measure::parse_process_io(
      "read_bytes: " + read + "\nwrite_bytes: " + written + "\ncancelled_write_bytes: 1\n");
  require(again && again->read_bytes == io->read_bytes && again->written_bytes == io->written_bytes,
          "reads back");
  return 0;
}

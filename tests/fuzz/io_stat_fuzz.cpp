#include <string>

#include "fuzz.h"
#include "measure/cgroup.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto io = tandem::measure::parse_io_stat(text);
  if (!io) return 0;
  require(io->read_bytes == 0 || text.find("rbytes=") != text.npos, "no reading is made up");
  require(io->written_bytes == 0 || text.find("wbytes=") != text.npos, "no writing is made up");
  const auto again = tandem::measure::parse_io_stat(
      "8:0 \n8:16 rbytes=" + std::to_string(io->read_bytes) +
      " wbytes=" + std::to_string(io->written_bytes) + " rios=1 wios=1 dbytes=0 dios=0\n");
  require(again && again->read_bytes == io->read_bytes && again->written_bytes == io->written_bytes,
          "reads back");
  return 0;
}

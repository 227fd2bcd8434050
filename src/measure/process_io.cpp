#include "measure/process_io.h"

#include "measure/keyed_number.h"

namespace tandem::measure {

std::optional<ProcessIo> parse_process_io(std::string_view text) noexcept {
  const auto read = keyed_number(text, "read_bytes:");
  const auto written = keyed_number(text, "write_bytes:");
  if (!read || !written) return std::nullopt;
  return ProcessIo{*read, *written};
}

}  // namespace tandem::measure

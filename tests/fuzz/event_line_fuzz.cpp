#include <string>
#include <variant>

#include "execute/protocol.h"
#include "fuzz.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::execute::LineSplitter splitter;
  tandem::execute::ProtocolOrder order;
  order.go();
  for (const std::string& line : splitter.feed(as_text(data, size))) {
    require(line.find('\n') == std::string::npos, "lines without their ends");
    const tandem::execute::TrainerEvent event = tandem::execute::parse_event(line);
    if (const auto* violation = std::get_if<tandem::execute::ViolationEvent>(&event)) {
      require(!violation->complaint.empty(), "a complaint");
    }
    order.check(event);
  }
  return 0;
}

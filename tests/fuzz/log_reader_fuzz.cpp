#include <cmath>
#include <string>
#include <variant>

#include "execute/log_reader.h"
#include "fuzz.h"

using tandem::execute::EpochEvent;
using tandem::execute::FinalEvent;
using tandem::execute::LogLines;
using tandem::execute::LogReader;
using tandem::execute::ProcessEnd;
using tandem::execute::ViolationEvent;
using tandem::fuzz::as_text;
using tandem::fuzz::require;
using tandem::study::LogPattern;
using tandem::study::LogPatterns;

namespace {

LogPatterns patterns() {
  LogPatterns patterns;
  patterns.started = LogPattern("^Begin");
  patterns.epoch = {LogPattern(R"(loss[ :=]+(?P<train_loss>\S+))"),
                    LogPattern(R"((?i)epoch (?P<epoch>\S+).*acc(uracy)? (?P<accuracy>\S+))")};
  patterns.final = {LogPattern("test (?P<accuracy>\\S+)")};
  patterns.success.must_not_appear = LogPattern("Traceback");
  return patterns;
}

void require_clean(const std::string& line) {
  require(!line.empty() && line.size() <= tandem::execute::longest_line_bytes, "bounded lines");
  for (const char character : line) {
    const auto byte = static_cast<unsigned char>(character);
    require((byte >= 0x20 || byte == '\t') && byte != 0x7f, "nothing that steers a terminal");
  }
}

void require_finite(const std::map<std::string, double>& metrics) {
  for (const auto& [name, value] : metrics) require(std::isfinite(value), "finite metrics");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const LogPatterns all = patterns();
  const std::string_view text = as_text(data, size);
  LogLines whole;
  LogLines in_pieces;
  std::vector<std::string> lines = whole.feed(text);
  for (std::string& line : whole.rest()) lines.push_back(line);
  std::vector<std::string> again;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    for (std::string& line : in_pieces.feed(text.substr(at, 3))) again.push_back(line);
  }
  for (std::string& line : in_pieces.rest()) again.push_back(line);
  require(lines == again, "the same lines however the bytes come");

  LogReader reader(all);
  int epochs = 0;
  for (const std::string& line : lines) {
    require_clean(line);
    const auto heard = reader.read(line);
    if (!heard) continue;
    require(!reader.recognised(line).empty(), "what is read is recognised");
    if (std::holds_alternative<ViolationEvent>(heard->event)) return 0;  // and the run is over
    if (const auto* epoch = std::get_if<EpochEvent>(&heard->event)) {
      require(epoch->epoch == ++epochs, "epochs in their order");
      require_finite(epoch->metrics);
    }
  }
  ProcessEnd end;
  end.kind = ProcessEnd::Kind::exited;
  const LogReader::Heard last = reader.end(end);
  if (const auto* final = std::get_if<FinalEvent>(&last.event)) {
    require(final->epochs == epochs, "all epochs counted");
    require_finite(final->metrics);
  }
  return 0;
}

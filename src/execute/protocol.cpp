#include "execute/protocol.h"

#include <fmt/format.h>

#include <utility>

#include "core/text.h"

namespace tandem::execute {
namespace {

using core::Json;

/// Thrown inside this file only, where a member is missing or of the wrong type.
struct Violation {
  std::string complaint;
};

const Json& required(const Json& line, const char* name) {
  const auto member = line.find(name);
  if (member == line.end()) throw Violation{fmt::format("no member \"{}\"", name)};
  return *member;
}

int required_count(const Json& line, const char* name) {
  const Json& value = required(line, name);
  if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > 1e9) {
    throw Violation{fmt::format("\"{}\" is not a count", name)};
  }
  return value.get<int>();
}

std::string required_text(const Json& line, const char* name) {
  const Json& value = required(line, name);
  if (!value.is_string()) throw Violation{fmt::format("\"{}\" is not a text", name)};
  return value.get<std::string>();
}

/// A reason becomes an outcome's name in tables and file names: a plain word.
std::string required_reason(const Json& line) {
  const std::string reason = required_text(line, "reason");
  const bool plain =
      !reason.empty() && reason.size() <= 40 &&
      reason.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!plain) throw Violation{"\"reason\" is not a plain word of a-z, 0-9 and _"};
  return reason;
}

core::Reading reading(const Json& line, const char* name) {
  const auto member = line.find(name);
  if (member == line.end()) return core::Reading::missing("not reported by the trainer");
  if (member->is_null()) return core::Reading::missing("not a finite number");
  if (!member->is_number()) throw Violation{fmt::format("\"{}\" is not a number", name)};
  return member->get<double>();
}

/// Values that are null were not finite in the trainer; they are left out, and so missing.
std::map<std::string, double> required_metrics(const Json& line) {
  const Json& members = required(line, "metrics");
  if (!members.is_object()) throw Violation{"\"metrics\" is not an object"};
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : members.items()) {
    if (value.is_null()) continue;
    if (!value.is_number())
      throw Violation{fmt::format("the metric {} is not a number", core::in_quotes(name))};
    metrics[name] = value.get<double>();
  }
  return metrics;
}

TrainerEvent parse_object(const Json& line) {
  const std::string type = required_text(line, "type");
  if (type == "ready") {
    if (required_count(line, "protocol") != 1) {
      throw Violation{
          fmt::format("protocol {}, this tandem speaks 1", required(line, "protocol").dump())};
    }
    return ReadyEvent{line};
  }
  if (type == "started") return StartedEvent{};
  if (type == "epoch") {
    const core::Reading loss = reading(line, "train_loss");
    return EpochEvent{required_count(line, "epoch"),
                      loss,
                      line.contains("train_loss") && !loss.has_value(),
                      required_metrics(line),
                      reading(line, "train_seconds"),
                      reading(line, "eval_seconds"),
                      reading(line, "tensor_memory_peak_mib")};
  }
  if (type == "final") return FinalEvent{required_count(line, "epochs"), required_metrics(line)};
  if (type == "failed") {
    return FailedEvent{required_reason(line), required_text(line, "message")};
  }
  throw Violation{"unknown type " + core::in_quotes(type)};
}

/// Helps std::visit choose by the event's type.
template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

std::optional<std::string> ProtocolOrder::check(const TrainerEvent& event) {
  using Complaint = std::optional<std::string>;
  return std::visit(Overloaded{
                        [&](const ReadyEvent&) -> Complaint {
                          if (std::exchange(ready_, true)) return "a second \"ready\" out of order";
                          return std::nullopt;
                        },
                        [&](const StartedEvent&) -> Complaint {
                          if (!gone_ || std::exchange(started_, true))
                            return "\"started\" out of order";
                          return std::nullopt;
                        },
                        [&](const EpochEvent& epoch) -> Complaint {
                          if (!gone_ || over_) return "\"epoch\" out of order";
                          if (epoch.epoch != epochs_ + 1) return "an epoch's number out of order";
                          ++epochs_;
                          return std::nullopt;
                        },
                        [&](const FinalEvent&) -> Complaint {
                          if (!gone_ || std::exchange(over_, true)) return "\"final\" out of order";
                          return std::nullopt;
                        },
                        [&](const FailedEvent&) -> Complaint {
                          if (std::exchange(over_, true)) return "\"failed\" out of order";
                          return std::nullopt;
                        },
                        [&](const ViolationEvent&) -> Complaint { return std::nullopt; },
                    },
                    event);
}

std::optional<Json> json_of(std::string_view line) {
  struct TooDeep {};
  const Json::parser_callback_t count = [](int depth, Json::parse_event_t event, Json&) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (begins && depth >= most_levels) throw TooDeep();
    return true;
  };
  try {
    return Json::parse(line, count, /*allow_exceptions=*/false);
  } catch (const TooDeep&) {
    return std::nullopt;
  }
}

TrainerEvent parse_event(std::string_view line) {
  if (line.size() >= longest_line_bytes) {
    return ViolationEvent{fmt::format("a line longer than {} bytes", longest_line_bytes)};
  }
  const std::optional<Json> parsed = json_of(line);
  if (!parsed) {
    return ViolationEvent{fmt::format("more than {} levels of objects and lists: {}", most_levels,
                                      core::printable(line, 120))};
  }
  if (!parsed->is_object()) {
    return ViolationEvent{"not a JSON object: " + core::printable(line, 120)};
  }
  try {
    return parse_object(*parsed);
  } catch (const Violation& violation) {
    return ViolationEvent{violation.complaint + " in: " + core::printable(line, 120)};
  }
}

std::vector<std::string> LineSplitter::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (!dropping_) {
      partial_.append(piece.substr(0, longest_line_bytes - partial_.size()));
    }
    const bool complete = end != std::string_view::npos;
    const bool full = partial_.size() >= longest_line_bytes;
    if (!dropping_ && (complete || full)) lines.push_back(std::exchange(partial_, {}));
    dropping_ = !complete && (dropping_ || full);
  }
  return lines;
}

}  // namespace tandem::execute

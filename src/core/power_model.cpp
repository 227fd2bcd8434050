#include "core/power_model.h"

#include <fmt/format.h>

#include <charconv>

#include "core/text.h"

namespace tandem::core {
namespace {

constexpr double most_w = 10'000;
constexpr int most_cores = 8192;

double busy_core_w_by_tdp(const JsonNode& node, double idle_w) {
  const auto tdp = node.member("tdp_w", "watts of the CPU with all cores busy");
  const auto cores = node.member("cores", "the number of CPUs that can be busy at once");
  if (!tdp || !cores) return 0;
  const double tdp_w = tdp->number(0, most_w);
  const double count = static_cast<double>(cores->integer(1, most_cores));
  // A value that was refused already isn't compared.
  if (tdp->raw() == tdp_w && tdp_w < idle_w) {
    tdp->reject(fmt::format("at least idle_w, {}", format_number(idle_w)));
  }
  return (tdp_w - idle_w) / count;
}

/// A number if it is one, else the text, for the reader to refuse.
Json value_of(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? Json(number) : Json(std::string(text));
}

}  // namespace

PowerModel read_power_model(const JsonNode& node) {
  PowerModel model;
  if (!node.is_object("an object with name, idle_w and busy_core_w, or tdp_w and cores")) {
    return model;
  }
  node.allow_only({"name", "idle_w", "busy_core_w", "tdp_w", "cores"});
  if (const auto name = node.member("name", "what the estimate is called in every table")) {
    model.name = name->string();
  }
  if (const auto idle = node.member("idle_w", "watts of the idle machine")) {
    model.idle_w = idle->number(0, most_w);
  }
  const bool by_tdp = node.find("tdp_w") || node.find("cores");
  if (!by_tdp) {
    const auto busy =
        node.member("busy_core_w", "further watts for each busy core, or tdp_w and cores");
    if (busy) model.busy_core_w = busy->number(0, 1000);
  } else if (node.find("busy_core_w")) {
    node.diagnostics().add(node.path() + ".busy_core_w",
                           fmt::format("beside {}", node.find("tdp_w") ? "tdp_w" : "cores"),
                           "either busy_core_w, or tdp_w and cores");
  } else {
    model.busy_core_w = busy_core_w_by_tdp(node, model.idle_w);
  }
  return model;
}

PowerModel parse_power_model(std::string_view text, const std::string& flag) {
  Diagnostics diagnostics("command line");
  Json members = Json::object();
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const size_t equals = part.find('=');
    const std::string name(part.substr(0, equals));
    if (equals == part.npos || name.empty()) {
      diagnostics.add(flag, in_quotes(part), "NAME=NUMBER, as in tdp_w=65,cores=8,idle_w=10");
    } else if (members.contains(name)) {
      diagnostics.add(flag + "." + printable(name), "twice", "once");
    } else {
      const std::string_view value = part.substr(equals + 1);
      members[name] = name == "name" ? Json(std::string(value)) : value_of(value);
    }
  }
  if (!members.contains("name")) members["name"] = std::string(text);
  if (text.empty()) diagnostics.add(flag, "nothing", "such as tdp_w=65,cores=8,idle_w=10");
  diagnostics.throw_if_any();
  const PowerModel model = read_power_model(JsonNode(members, flag, diagnostics));
  diagnostics.throw_if_any();
  return model;
}

}  // namespace tandem::core

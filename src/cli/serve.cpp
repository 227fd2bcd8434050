#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "cli/commands.h"
#include "cli/options.h"
#include "core/text.h"
#include "measure/cpu_power_model.h"
#include "measure/machine.h"
#include "serve/access.h"
#include "serve/http_server.h"
#include "serve/live_site.h"
#include "serve/study_view.h"

namespace tandem::cli {
namespace {

struct ServeOptions {
  OpenOptions open;
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8765;
  std::vector<std::string> hosts;
  std::filesystem::path token_file;
  bool as_json = false;
};

serve::ServedStudy served(OpenStudy open) {
  serve::ServedStudy served;
  served.name = open.study.name;
  served.folder = open.store.folder();
  served.devices = open.study.device_count();
  for (const study::Workload& workload : open.catalogue.workloads()) {
    served.performance_metrics[workload.id()] = workload.performance_metric;
  }
  served.power_model = open.study.cpu_power_model.value_or(
      measure::default_power_model(measure::describe_machine().logical_cpus));
  served.plan = std::move(open.plan);
  return served;
}

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

/// Where a browser finds it.
std::string url(const ServeOptions& options, std::uint16_t port) {
  const bool is_any = options.listen == "0.0.0.0" || options.listen == "::";
  const bool is_v6 = options.listen.find(':') != std::string::npos;
  const std::string host = is_any  ? this_host()
                           : is_v6 ? "[" + options.listen + "]"
                                   : options.listen;
  return fmt::format("http://{}:{}/", host, port);
}

void print_address(const ServeOptions& options, const std::string& name, std::uint16_t port,
                   const std::string& token) {
  const std::string address = url(options, port);
  if (options.as_json) {
    print_json({{"experiment_name", name},
                {"url", address},
                {"port", port},
                {"token", token},
                {"reading_needs_token", !is_loopback(options.listen)}});
  } else {
    fmt::print("{}\n  {}#token={}\n", core::printable(name, 76), address, token);
    if (is_loopback(options.listen)) {
      print_wrapped(
          "Reading it from this machine needs no token, stopping the session does. From another "
          "machine: ssh -L " +
          fmt::format("{0}:localhost:{0} {1}", port, this_host()));
    } else {
      print_wrapped(
          "Reading it needs the token. Nothing is encrypted: who can see the network's traffic "
          "sees the token too; ssh -L and --listen 127.0.0.1 keep it.");
    }
    fmt::print("Ctrl-C ends the page, not the study.\n");
  }
  std::fflush(stdout);
}

void serve_study(ServeOptions options) {
  if (options.listen == "localhost") options.listen = "127.0.0.1";
  const OpenStudy first = open_study(options.open);
  const std::string token =
      options.token_file.empty() ? serve::new_token() : serve::token_in(options.token_file);
  serve::HttpServer server({.address = options.listen, .port = options.port});
  // The study comes first: where there are too few cores, the page waits.
  constexpr int lower = 10;
  ::setpriority(PRIO_PROCESS, 0, lower);
  ::signal(SIGPIPE, SIG_IGN);
  serve::StudyView view([&options] { return served(open_study(options.open)); });
  std::vector<std::string> hosts = options.hosts;
  hosts.push_back(this_host());
  serve::LiveSite site(
      view, {.token = token,
             .reading_needs_token = !is_loopback(options.listen),
             .hosts = std::move(hosts),
             .streams = [&] { return std::pair(server.streams(), server.streams_dropped()); }});
  print_address(options, first.study.name, server.port(), token);
  server.run(site);
}

}  // namespace

void add_serve_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "serve", "Show a study live in a browser: progress, curves, logs, failures");
  command->footer(
      "Example: tandem serve results/pilot\n"
      "/metrics is for Prometheus, /api for programs; docs/live-page.md describes them.");
  const auto options = std::make_shared<ServeOptions>();
  add_study_options(*command, options->open);
  command->add_option("--listen", options->listen,
                      "IP address to listen on (default: 127.0.0.1, this machine alone)");
  command->add_option("--port", options->port, "Port (default: 8765; 0: one that is free)");
  command->add_option("--host", options->hosts,
                      "Another name that browsers may call this server by, such as a proxy's; "
                      "several times for several");
  command->add_option("--token-file", options->token_file,
                      "File with the token (default: a new token each time); made if it isn't "
                      "there");
  add_json_flag(*command, options->as_json);
  command->callback([options] { serve_study(*options); });
}

}  // namespace tandem::cli

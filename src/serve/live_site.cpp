#include "serve/live_site.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "serve/access.h"
#include "serve/embedded.h"
#include "serve/metrics.h"

namespace tandem::serve {
namespace {

/// What many ask for at once is read once.
constexpr double old_after_s = 0.4;
/// Looking over the folders of a study of very many runs takes its time; of which this part at
/// most.
constexpr double most_of_the_time = 0.05;

SharedText shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string json_text(const core::Json& document) {
  return document.dump(-1, ' ', false, core::Json::error_handler_t::replace) + "\n";
}

constexpr const char* json_type = "application/json; charset=utf-8";

Response refuse(unsigned status, const std::string& why) {
  return {status, json_type, shared(json_text({{"error", why}}))};
}

/// The page's own files may be used, and nothing else; no other page may show or read them.
void add_policy(Response& response) {
  response.headers.insert(
      response.headers.end(),
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Referrer-Policy", "no-referrer"},
       {"X-Content-Type-Options", "nosniff"}});
}

struct PageFile {
  const char* type;
  SharedText text;
};

/// The files of the page, which hold nothing of the study.
const std::map<std::string, PageFile, std::less<>>& page_files() {
  static const std::map<std::string, PageFile, std::less<>> files = {
      {"/", {"text/html; charset=utf-8", shared(std::string(live_page()))}},
      {"/live.css", {"text/css; charset=utf-8", shared(std::string(live_style()))}},
      {"/live.js", {"text/javascript; charset=utf-8", shared(std::string(live_script()))}}};
  return files;
}

constexpr std::string_view stop_path = "/api/stop";

bool is_data(std::string_view path) {
  return path == "/events" || path == "/api" || path == "/metrics";
}

bool is_known_method(std::string_view method) {
  for (const char* known :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"}) {
    if (method == known) return true;
  }
  return false;
}

}  // namespace

LiveSite::LiveSite(StudyView& view, Options options)
    : view_(view), options_(std::move(options)), refreshed_at_(core::Clock::now()) {}

Response LiveSite::respond(const Request& request) {
  const auto answer = [&]() -> Response {
    if (request.host.empty()) return refuse(400, "no Host header");
    if (!is_own_host(request.host, options_.hosts)) {
      return refuse(421, "this is not '" + request.host +
                             "'; 'tandem serve --host NAME' lets it be called so");
    }
    if (!is_known_method(request.method)) return refuse(501, "unknown method");
    const auto file = page_files().find(request.path);
    const bool is_file = file != page_files().end();
    const bool is_stop = request.path == stop_path;
    if (!is_file && !is_stop && !is_data(request.path)) return refuse(404, "there is no such page");
    if (is_stop && request.method != "POST") {
      Response response = refuse(405, "POST stops; nothing else does");
      response.headers.emplace_back("Allow", "POST");
      return response;
    }
    if (is_stop) return stop(request);
    if (request.method != "GET" && request.method != "HEAD") {
      Response response = refuse(405, "only to be read");
      response.headers.emplace_back("Allow", "GET, HEAD");
      return response;
    }
    if (is_file) return {200, file->second.type, file->second.text};
    if (options_.reading_needs_token && !has_token(request)) {
      Response response = refuse(401, "the token that 'tandem serve' printed is needed");
      response.headers.emplace_back("WWW-Authenticate", "Bearer");
      return response;
    }
    if (request.path == "/events") {
      Response response{200, "text/event-stream", nullptr};
      response.is_event_stream = request.method == "GET";
      return response;
    }
    refresh_if_old();
    if (request.path == "/api") {
      if (!document_) document_ = shared(json_text(view_.document()));
      return {200, json_type, document_};
    }
    if (!metrics_) {
      const auto [streams, dropped] = options_.streams();
      metrics_ = shared(metrics_text(view_, streams, dropped));
    }
    return {200, metrics_content_type, metrics_};
  };
  Response response = answer();
  add_policy(response);
  return response;
}

bool LiveSite::has_token(const Request& request) const {
  return grants_access(request.authorization, options_.token);
}

Response LiveSite::stop(const Request& request) {
  if (!is_same_origin(request.origin, request.fetch_site, request.host)) {
    return refuse(403, "asked for by a page of another site");
  }
  if (!has_token(request)) return refuse(403, "the token that 'tandem serve' printed is needed");
  const auto session = execute::lock_holder(view_.study().folder);
  if (!session) return refuse(409, "no session works on the study");
  try {
    execute::signal_session(view_.study().folder, *session, SIGUSR1);
  } catch (const core::SystemError& error) {
    return refuse(409, error.what());
  }
  return {202, json_type,
          shared(json_text(
              {{"asked", "to end after the run in flight"}, {"session", session->describe()}}))};
}

void LiveSite::refresh_if_old() {
  const core::Time begin = core::Clock::now();
  const double old_at_s = std::max(old_after_s, refresh_took_s_ / most_of_the_time);
  if (core::seconds_between(refreshed_at_, begin) < old_at_s) return;
  view_.refresh();
  refreshed_at_ = core::Clock::now();
  refresh_took_s_ = core::seconds_between(begin, refreshed_at_);
  everything_ = document_ = metrics_ = nullptr;
}

SharedText LiveSite::everything() {
  refresh_if_old();
  if (!everything_) everything_ = shared(view_.everything());
  return everything_;
}

std::string LiveSite::changes() {
  refresh_if_old();
  return view_.changes();
}

}  // namespace tandem::serve

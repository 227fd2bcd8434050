#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::serve {

/// Text that several answers share.
using SharedText = std::shared_ptr<const std::string>;

/// A request, as far as a site needs to know it. Headers that weren't sent are empty.
struct Request {
  std::string method;
  std::string path;  ///< before the `?`; not decoded, for no path of ours needs that
  std::string host;
  std::string origin;
  std::string fetch_site;
  std::string authorization;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  SharedText body = nullptr;
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// The client stays and is sent the site's events, its `everything` first; `body` isn't used.
  bool is_event_stream = false;
};

/// What a server serves. Called by its one thread.
class Site {
 public:
  virtual ~Site() = default;
  virtual Response respond(const Request& request) = 0;
  /// The first events of a stream.
  virtual SharedText everything() = 0;
  /// Asked at the server's rhythm: events for all streams, empty when there are none.
  virtual std::string changes() = 0;
};

/// A small HTTP/1.1 server in one thread: answers of known length, and event streams
/// (text/event-stream). Every client costs bounded memory and may only take bounded time: requests
/// have limits of size and time, and a stream whose client doesn't keep up is closed.
class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";  ///< an IP address
    std::uint16_t port = 0;             ///< 0: one that is free
    double changes_every_s = 0.5;       ///< while there is a stream
    double idle_changes_every_s = 5;    ///< while there is none
    double request_within_s = 15;  ///< from the connection, or the last answer, to the end of it
    double answer_within_s = 30;   ///< how long an answer may take to be taken
    double ping_every_s = 10;      ///< so that both ends notice that the other is gone
    size_t most_connections = 2048;
    size_t most_messages_behind = 32;  ///< of a stream, before it is closed
  };

  /// Binds the address. Throws core::UserError when it is in use or none of this machine's.
  explicit HttpServer(const Options& options);
  ~HttpServer();

  std::uint16_t port() const;
  /// Serves until stop(), or a SIGINT or SIGTERM.
  void run(Site& site);
  /// From any thread.
  void stop();

  /// For `/metrics` and tests; only within the calls of the site.
  size_t streams() const;
  size_t streams_dropped() const;

 private:
  class Implementation;
  class Connection;
  std::unique_ptr<Implementation> implementation_;
};

/// `Not Found` and the like.
std::string reason_phrase(unsigned status);

}  // namespace tandem::serve

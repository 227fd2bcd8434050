#include "serve/http_server.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <deque>
#include <optional>
#include <set>

#include "core/clock.h"
#include "core/error.h"

namespace tandem::serve {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr unsigned most_header_bytes = 8 * 1024;
constexpr unsigned most_body_bytes = 4 * 1024;
/// What the kernel keeps for a client that doesn't read; a stream's messages are small.
constexpr int send_buffer_bytes = 64 * 1024;

/// Descriptors that aren't connections: the study's files, libraries, the terminal.
constexpr size_t other_descriptors = 64;

/// As many connections as wanted, or as the system lets us have.
size_t connections_within_limits(size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted + other_descriptors);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const size_t descriptors = limit.rlim_cur;
  return std::min(wanted, descriptors - std::min(descriptors - 1, other_descriptors));
}

std::string header_of(const Response& response, size_t body_bytes, bool keep_alive) {
  std::string header = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nCache-Control: no-store\r\n"
      "Connection: {}\r\n",
      response.status, reason_phrase(response.status), response.content_type,
      keep_alive ? "keep-alive" : "close");
  if (!response.is_event_stream) header += fmt::format("Content-Length: {}\r\n", body_bytes);
  for (const auto& [name, value] : response.headers) header += name + ": " + value + "\r\n";
  return header + "\r\n";
}

/// The answer to a request that could not be read.
Response answer_to(const error_code& error) {
  const auto say = [](unsigned status, const std::string& text) {
    return Response{status, "text/plain; charset=utf-8",
                    std::make_shared<const std::string>(text + "\n")};
  };
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return say(431, fmt::format("the header is longer than {} bytes", most_header_bytes));
  }
  if (error == http::error::body_limit) {
    return say(413, fmt::format("the body is longer than {} bytes", most_body_bytes));
  }
  if (error == http::error::bad_version) return say(505, "HTTP/1.0 and HTTP/1.1 are spoken here");
  return say(400, "no HTTP request: " + error.message());
}

}  // namespace

class HttpServer::Implementation {
 public:
  explicit Implementation(const Options& options);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void run(Site& site);
  void stop() {
    asio::post(context_, [this] { context_.stop(); });
  }

  const Options& options() const { return options_; }
  Site& site() { return *site_; }
  size_t streams() const { return streams_.size(); }
  size_t streams_dropped() const { return streams_dropped_; }

  void begin_stream(const std::shared_ptr<Connection>& connection);
  void closed(const std::shared_ptr<Connection>& connection);
  void count_dropped() { ++streams_dropped_; }

 private:
  void accept();
  void tick();
  void publish(const SharedText& text);

  Options options_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer timer_{context_};
  asio::steady_timer again_{context_};
  Site* site_ = nullptr;
  size_t most_connections_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::set<std::shared_ptr<Connection>> streams_;
  size_t streams_dropped_ = 0;
  core::Time changed_at_{};
  core::Time pinged_at_ = core::Clock::now();
};

/// One client. Kept alive by the operations that it waits for, and by the server's set.
class HttpServer::Connection : public std::enable_shared_from_this<HttpServer::Connection> {
 public:
  Connection(tcp::socket socket, HttpServer::Implementation& server)
      : socket_(std::move(socket)), server_(server) {}

  void read_request() {
    deadline_ = core::Clock::now() + core::from_seconds(server_.options().request_within_s);
    parser_.emplace();
    parser_->header_limit(most_header_bytes);
    parser_->body_limit(most_body_bytes);
    http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](const error_code& error, size_t) { self->on_request(error); });
  }

  /// A stream's messages wait here until the client takes them.
  void send(const SharedText& text) {
    if (!socket_.is_open()) return;
    if (waiting_.size() >= server_.options().most_messages_behind) {
      server_.count_dropped();
      return reset();
    }
    waiting_.push_back(text);
    if (!is_writing_) write_next();
  }

  void close_if_late(core::Time now) {
    if (deadline_ && now > *deadline_) reset();
  }

  /// Ends it at once; what the client hasn't taken is forgotten, by the kernel too.
  void reset() {
    error_code ignored;
    if (socket_.is_open()) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }

  void close() {
    if (!socket_.is_open()) return;
    error_code ignored;
    socket_.close(ignored);
    waiting_.clear();
    server_.closed(shared_from_this());
  }

 private:
  void on_request(const error_code& error) {
    // The client went away, or was late.
    const bool is_gone = error == http::error::end_of_stream ||
                         error == http::error::partial_message ||
                         error.category() == asio::error::get_system_category() ||
                         error.category() == asio::error::get_misc_category();
    if (error && is_gone) return close();
    if (error) return answer(answer_to(error), /*keep_alive=*/false, /*with_body=*/true);
    const auto& message = parser_->get();
    const auto value = [&](http::field name) { return std::string(message[name]); };
    const std::string target(message.target());
    const Request request{std::string(message.method_string()),
                          target.substr(0, target.find('?')),
                          value(http::field::host),
                          value(http::field::origin),
                          std::string(message["Sec-Fetch-Site"]),
                          value(http::field::authorization)};
    Response response = server_.site().respond(request);
    if (response.is_event_stream) return begin_stream(response);
    answer(std::move(response), message.keep_alive(), message.method() != http::verb::head);
  }

  void answer(Response response, bool keep_alive, bool with_body) {
    deadline_ = core::Clock::now() + core::from_seconds(server_.options().answer_within_s);
    const size_t body_bytes = response.body ? response.body->size() : 0;
    header_ = header_of(response, body_bytes, keep_alive);
    body_ = with_body ? response.body : nullptr;
    const std::array<asio::const_buffer, 2> parts = {
        asio::buffer(header_), body_ ? asio::buffer(*body_) : asio::const_buffer()};
    asio::async_write(socket_, parts,
                      [self = shared_from_this(), keep_alive](const error_code& error, size_t) {
                        self->body_.reset();
                        if (error) return self->close();
                        if (!keep_alive) return self->close_when_read();
                        self->read_request();
                      });
  }

  /// The client may still be sending what was too long; closing at once would lose the answer.
  void close_when_read() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    drain();
  }

  void begin_stream(const Response& response) {
    deadline_.reset();
    parser_.reset();
    // The stream and the kernel have their own bounds; the request's memory is given back.
    buffer_ = boost::beast::flat_buffer();
    server_.begin_stream(shared_from_this());
    send(std::make_shared<const std::string>(header_of(response, 0, /*keep_alive=*/false)));
    send(server_.site().everything());
    drain();
  }

  /// Reads and forgets: to notice that the client has gone.
  void drain() {
    socket_.async_read_some(asio::buffer(sink_),
                            [self = shared_from_this()](const error_code& error, size_t) {
                              if (error) return self->close();
                              self->drain();
                            });
  }

  void write_next() {
    if (waiting_.empty()) return;
    is_writing_ = true;
    const SharedText text = waiting_.front();
    asio::async_write(socket_, asio::buffer(*text),
                      [self = shared_from_this(), text](const error_code& error, size_t) {
                        self->is_writing_ = false;
                        if (error) return self->close();
                        if (!self->waiting_.empty()) self->waiting_.pop_front();
                        self->write_next();
                      });
  }

  tcp::socket socket_;
  HttpServer::Implementation& server_;
  boost::beast::flat_buffer buffer_{most_header_bytes + most_body_bytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<core::Time> deadline_;
  std::string header_;
  SharedText body_;
  std::deque<SharedText> waiting_;
  bool is_writing_ = false;
  std::array<char, 512> sink_{};
};

HttpServer::Implementation::Implementation(const Options& options)
    : options_(options), most_connections_(connections_within_limits(options.most_connections)) {
  const auto reject = [&](const std::string& place, const std::string& found,
                          const std::string& expected) {
    throw core::UserError("the command line", {{place, found, expected}});
  };
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    reject("--listen", "\"" + options.address + "\"", "an IP address such as 127.0.0.1 or 0.0.0.0");
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    reject("--port", fmt::format("{}, which another program uses", options.port),
           "a port that is free (--port 0 takes one)");
  }
  if (error == asio::error::access_denied) {
    reject("--port", fmt::format("{}: {}", options.port, error.message()), "a port above 1023");
  }
  if (error)
    reject("--listen", options.address + ": " + error.message(), "an address of this machine");
}

void HttpServer::Implementation::run(Site& site) {
  site_ = &site;
  asio::signal_set signals(context_, SIGINT, SIGTERM);
  signals.async_wait([this](const error_code& error, int) {
    if (!error) context_.stop();
  });
  accept();
  tick();
  context_.run();
  connections_.clear();
  streams_.clear();
}

void HttpServer::Implementation::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) {
      // Most likely out of descriptors; to try again at once would take the whole core.
      again_.expires_after(std::chrono::milliseconds(100));
      return again_.async_wait([this](const error_code&) { accept(); });
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::send_buffer_size(send_buffer_bytes), ignored);
    // A client that vanished (no power, no network) leaves what it was sent unacknowledged.
    const auto patience_ms = static_cast<unsigned>(1000 * options_.answer_within_s);
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms,
                 sizeof patience_ms);
    if (connections_.size() >= most_connections_) {
      static const std::string busy = header_of({.status = 503}, 0, /*keep_alive=*/false);
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(busy), ignored);
    } else {
      const auto connection = std::make_shared<Connection>(std::move(socket), *this);
      connections_.insert(connection);
      connection->read_request();
    }
    accept();
  });
}

void HttpServer::Implementation::begin_stream(const std::shared_ptr<Connection>& connection) {
  streams_.insert(connection);
}

void HttpServer::Implementation::closed(const std::shared_ptr<Connection>& connection) {
  streams_.erase(connection);
  connections_.erase(connection);
}

void HttpServer::Implementation::tick() {
  const core::Time now = core::Clock::now();
  // Copies, for closing one takes it out.
  for (const auto& connection : std::vector(connections_.begin(), connections_.end())) {
    connection->close_if_late(now);
  }
  const double every_s =
      streams_.empty() ? options_.idle_changes_every_s : options_.changes_every_s;
  if (core::seconds_between(changed_at_, now) >= every_s) {
    changed_at_ = now;
    std::string changes = site_->changes();
    if (!changes.empty()) publish(std::make_shared<const std::string>(std::move(changes)));
  }
  if (core::seconds_between(pinged_at_, now) >= options_.ping_every_s) {
    pinged_at_ = now;
    publish(std::make_shared<const std::string>(": still here\n\n"));
  }
  timer_.expires_after(core::from_seconds(std::min(options_.changes_every_s, 1.0)));
  timer_.async_wait([this](const error_code& error) {
    if (!error) tick();
  });
}

void HttpServer::Implementation::publish(const SharedText& text) {
  for (const auto& connection : std::vector(streams_.begin(), streams_.end())) {
    connection->send(text);
  }
}

HttpServer::HttpServer(const Options& options)
    : implementation_(std::make_unique<Implementation>(options)) {}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const {
  return implementation_->port();
}
void HttpServer::run(Site& site) {
  implementation_->run(site);
}
void HttpServer::stop() {
  implementation_->stop();
}
size_t HttpServer::streams() const {
  return implementation_->streams();
}
size_t HttpServer::streams_dropped() const {
  return implementation_->streams_dropped();
}

std::string reason_phrase(unsigned status) {
  return std::string(http::obsolete_reason(http::int_to_status(status)));
}

}  // namespace tandem::serve

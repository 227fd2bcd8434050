#include "serve/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file_descriptor.h"

namespace tandem::serve {
namespace {

using core::FileDescriptor;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

/// Far longer than anything takes, for a machine that is busy with something else.
constexpr int patience_ms = 60'000;

/// Says what it was asked for; its events are as long as wanted.
class MadeUpSite : public Site {
 public:
  Response respond(const Request& request) override {
    if (request.path == "/events") {
      Response response{200, "text/event-stream"};
      response.is_event_stream = true;
      return response;
    }
    return {200, "text/plain",
            std::make_shared<const std::string>(request.method + " " + request.path + " of " +
                                                request.host)};
  }
  SharedText everything() override {
    return std::make_shared<const std::string>("event: everything\ndata: 1\n\n");
  }
  std::string changes() override {
    ++asked;
    return "event: change\ndata: \"" + std::string(event_bytes, 'x') + "\"\n\n";
  }

  std::atomic<size_t> event_bytes{10};
  std::atomic<size_t> asked{0};
};

/// A server in a thread of its own.
class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpServer::Options options = {}) {
    if (options.changes_every_s == HttpServer::Options{}.changes_every_s) {
      options.changes_every_s = 0.05;
    }
    server_.emplace(options);
    thread_ = std::thread([this] { server_->run(site_); });
  }
  ~HttpServerTest() override {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
  }

  FileDescriptor connect() const {
    FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
        << errno;
    return client;
  }
  /// Without a signal when the server has closed already.
  static void send(const FileDescriptor& client, const std::string& text) {
    ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// What comes until the server closes, or until `end` has come.
  static std::string receive(const FileDescriptor& client, const std::string& end = "") {
    std::string text;
    std::array<char, 65536> piece{};
    for (pollfd waiting{client.get(), POLLIN, 0}; ::poll(&waiting, 1, patience_ms) > 0;) {
      const ssize_t count = ::recv(client.get(), piece.data(), piece.size(), 0);
      if (count <= 0) return text;
      text.append(piece.data(), static_cast<size_t>(count));
      if (!end.empty() && text.find(end) != text.npos) return text;
    }
    return text + "(nothing more came)";
  }
  std::string answer_to(const std::string& text) const {
    const FileDescriptor client = connect();
    send(client, text);
    return receive(client);
  }
  FileDescriptor open_stream() const {
    FileDescriptor client = connect();
    send(client, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  MadeUpSite site_;
  std::optional<HttpServer> server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, AnswersSeveralRequestsOfOneConnection) {
  start();
  const FileDescriptor client = connect();
  for (const char* path : {"/one", "/two?token=x#y"}) {
    send(client, std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
    const std::string answer = receive(client, "of localhost:1");
    EXPECT_THAT(answer,
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length:"),
                      HasSubstr(std::string("GET ") + std::string(path).substr(0, 4) + " ")));
  }
  send(client, "HEAD /three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string head = receive(client);
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_F(HttpServerTest, AnswersWhatIsNoProperRequestWithTheRightStatus) {
  start();
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_THAT(answer_to("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to(std::string("\0\xff\x01\r\n\r\n", 7)), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET / HTTP/3.0\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(answer_to(begin + "X: " + std::string(100'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to(begin + "Connection: close\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ClosesAConnectionThatDoesNotSayWhatItWants) {
  start({.request_within_s = 0.2});
  const FileDescriptor silent = connect();
  const FileDescriptor slow = connect();
  send(slow, "GET / HT");
  EXPECT_EQ(receive(silent), "");
  EXPECT_EQ(receive(slow), "");
}

TEST_F(HttpServerTest, ClosesAConnectionWhoseAnswerNobodyTakes) {
  start({.answer_within_s = 0.2});
  site_.event_bytes = 10;
  const FileDescriptor client = connect();
  // Asks on and on and reads nothing: at some time there is no room for an answer.
  const std::string request = "GET /" + std::string(4000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const core::Time begin = core::Clock::now();
  bool is_closed = false;
  while (!is_closed && core::seconds_between(begin, core::Clock::now()) < 60) {
    is_closed =
        ::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        errno != EAGAIN;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(is_closed);
}

TEST_F(HttpServerTest, StreamsEverythingFirstAndThenEachChange) {
  start();
  const FileDescriptor client = open_stream();
  const std::string text = receive(client, "event: change");
  EXPECT_THAT(text, AllOf(StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"),
                          HasSubstr("\r\n\r\nevent: everything\n")));
}

TEST_F(HttpServerTest, PingsAStreamOnWhichNothingHappens) {
  start({.changes_every_s = 0.02, .ping_every_s = 0.1});
  EXPECT_THAT(receive(open_stream(), ": still here\n\n"), HasSubstr(": still here\n\n"));
}

TEST_F(HttpServerTest, LooksForChangesSeldomWhileNobodyFollows) {
  start({.changes_every_s = 0.02, .idle_changes_every_s = 1000});
  receive(open_stream(), "event: change");
  // A stream that has ended is noticed without anything being sent.
  const size_t asked = site_.asked;
  EXPECT_GE(asked, 1U);
  for (int i = 0; i < patience_ms / 100; ++i) {
    const size_t before = site_.asked;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (site_.asked == before) return;
  }
  FAIL() << "still looking";
}

TEST_F(HttpServerTest, LetsGoOfAStreamWhoseClientDoesNotKeepUp) {
  start({.changes_every_s = 0.01, .most_messages_behind = 8});
  site_.event_bytes = 1 << 20;
  const FileDescriptor slow = open_stream();
  const FileDescriptor good = open_stream();
  size_t received = 0;
  std::array<char, 65536> piece{};
  // The good one goes on getting its events while the slow one, which reads nothing, is let go.
  pollfd waiting{slow.get(), POLLRDHUP, 0};
  while (::poll(&waiting, 1, 0) == 0 && received < (size_t{1} << 32)) {
    const ssize_t count = ::recv(good.get(), piece.data(), piece.size(), 0);
    ASSERT_GT(count, 0);
    received += static_cast<size_t>(count);
  }
  EXPECT_NE(waiting.revents & (POLLRDHUP | POLLHUP | POLLERR), 0);
  EXPECT_GT(received, size_t{1} << 20);
}

TEST_F(HttpServerTest, TurnsAwayConnectionsAboveItsLimit) {
  start({.most_connections = 2});
  const FileDescriptor first = open_stream();
  const FileDescriptor second = open_stream();
  receive(first, "everything");
  receive(second, "everything");
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

/// Resident memory of this process.
double resident_mib() {
  std::ifstream file("/proc/self/statm");
  long pages = 0;
  file >> pages >> pages;
  return static_cast<double>(pages * ::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

TEST_F(HttpServerTest, ServesAThousandStreamsSomeSlowAndSomeVanishing) {
  constexpr size_t clients = 1000;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  ASSERT_GE(limit.rlim_max, 2 * clients + 100) << "the test needs both ends of each connection";
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);

  start({.changes_every_s = 0.1, .most_messages_behind = 16});
  site_.event_bytes = 20'000;
  const double before_mib = resident_mib();
  std::vector<FileDescriptor> all;
  for (size_t i = 0; i < clients; ++i) all.push_back(open_stream());
  // A third reads nothing, a third goes away in different ways, the others read all.
  for (size_t i = 0; i < clients; i += 3) {
    const linger reset{1, 0};
    if (i % 2 == 0) ::setsockopt(all[i].get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    all[i].reset();
  }
  std::array<char, 65536> piece{};
  std::vector<size_t> received(clients, 0);
  double slowest_answer_s = 0;
  const auto enough = [&] {
    for (size_t i = 2; i < clients; i += 3) {
      if (received[i] < 30 * site_.event_bytes) return false;
    }
    return true;
  };
  const core::Time begin = core::Clock::now();
  while (!enough() && core::seconds_between(begin, core::Clock::now()) < 60) {
    for (size_t i = 2; i < clients; i += 3) {
      const ssize_t count = ::recv(all[i].get(), piece.data(), piece.size(), MSG_DONTWAIT);
      if (count > 0) received[i] += static_cast<size_t>(count);
    }
    const core::Time asked = core::Clock::now();
    EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));
    slowest_answer_s = std::max(slowest_answer_s, core::seconds_between(asked, core::Clock::now()));
  }
  EXPECT_TRUE(enough());
  EXPECT_LT(slowest_answer_s, 30);
  RecordProperty("slowest_answer_ms", static_cast<int>(1000 * slowest_answer_s));
  // All of them share the same events; each costs a few KiB and no more than its kernel buffers.
  EXPECT_LT(resident_mib() - before_mib, 100);
}

TEST(HttpServer, RefusesAnAddressThatItCannotHave) {
  const HttpServer first({});
  EXPECT_NE(first.port(), 0);
  EXPECT_THAT([&] { HttpServer({.port = first.port()}); },
              ThrowsMessage<core::UserError>(AllOf(
                  HasSubstr("--port"), HasSubstr(std::to_string(first.port()) + ", which another"),
                  HasSubstr("--port 0 takes one"))));
  EXPECT_THAT([] { HttpServer({.address = "elsewhere"}); },
              ThrowsMessage<core::UserError>(AllOf(
                  HasSubstr("--listen"), HasSubstr("\"elsewhere\""), HasSubstr("an IP address"))));
  EXPECT_THAT([] { HttpServer({.address = "192.0.2.1"}); },
              ThrowsMessage<core::UserError>(HasSubstr("an address of this machine")));
}

}  // namespace
}  // namespace tandem::serve

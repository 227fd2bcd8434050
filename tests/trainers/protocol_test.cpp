#include "protocol.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>

#include "expect_error.h"

namespace tandem::trainers::test {
namespace {

class Events : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_), 0); }
  void TearDown() override {
    hang_up();
    ::close(sockets_[1]);
  }

  int trainer() const { return sockets_[1]; }
  void say(const std::string& text) {
    ASSERT_EQ(::write(sockets_[0], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string heard() {
    std::string text(65536, '\0');
    text.resize(static_cast<std::size_t>(::read(sockets_[0], text.data(), text.size())));
    return text;
  }
  void hang_up() {
    if (sockets_[0] >= 0) ::close(sockets_[0]);
    sockets_[0] = -1;
  }

  int sockets_[2] = {-1, -1};
};

TEST_F(Events, AreOneJsonObjectALine) {
  EventStream stream(trainer());
  stream.send({{"type", "final"}, {"epochs", 3}});
  EXPECT_EQ(heard(), "{\"epochs\":3,\"type\":\"final\"}\n");
}

TEST_F(Events, WriteValuesThatAreNotFiniteAsNull) {
  EventStream stream(trainer());
  stream.send({{"nan", std::nan("")}, {"inf", std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(heard(), "{\"inf\":null,\"nan\":null}\n");
}

TEST_F(Events, KeepTextThatIsNoUtf8FromBreakingTheLine) {
  EventStream stream(trainer());
  stream.send({{"message", "line\nbreak \xff"}});
  EXPECT_EQ(heard(), "{\"message\":\"line\\nbreak \xef\xbf\xbd\"}\n");
}

TEST_F(Events, LargerThanTheSocketsBufferArriveWhole) {
  const std::string text(4'000'000, 'x');
  std::size_t received = 0;
  std::thread reader([&] {
    while (received < text.size() + 6) received += heard().size();
  });
  EventStream(trainer()).send(nlohmann::json::array({{{"t", text}}})[0]);
  reader.join();
  EXPECT_EQ(received, text.size() + std::string("{\"t\":\"\"}\n").size());
}

TEST_F(Events, GoStartsTheTraining) {
  say("{\"type\":\"go\",\"later\":1}\n");
  EXPECT_NO_THROW(EventStream(trainer()).wait_for_go());
}

TEST_F(Events, TheEndInsteadOfGoCallsTheRunOff) {
  hang_up();
  expect_error(ExitCode::called_off, {"called off before its start"},
               [&] { EventStream(trainer()).wait_for_go(); });
}

TEST_F(Events, AnotherLineInsteadOfGoIsAFailure) {
  say("{\"type\":\"stop\"}\n");
  expect_error(ExitCode::failure, {"stop", "expected {\"type\":\"go\"}"},
               [&] { EventStream(trainer()).wait_for_go(); });
}

TEST_F(Events, ALineWithoutEndIsAFailure) {
  say(std::string(65'537, 'x'));
  expect_error(ExitCode::failure, {"found 'xxx"}, [&] { EventStream(trainer()).wait_for_go(); });
}

TEST_F(Events, SendingToNobodyCallsOffBeforeTheStartAndFailsAfterIt) {
  EventStream stream(trainer());
  EventStream started(trainer());
  say("{\"type\":\"go\"}\n");
  started.wait_for_go();
  hang_up();
  expect_error(ExitCode::called_off, {"called off"}, [&] { stream.send({{"type", "ready"}}); });
  expect_error(ExitCode::failure, {"went away during"}, [&] { started.send({{"type", "epoch"}}); });
}

TEST_F(Events, AreNotSentWithoutTandem) {
  ::unsetenv("TANDEM_EVENTS");
  EventStream stream = EventStream::from_environment();
  EXPECT_FALSE(stream.connected());
  stream.wait_for_go();
  stream.send({{"type", "epoch"}});
}

TEST_F(Events, TheVariableMustNameAStreamSocket) {
  for (const std::string text : {"", "abc", "3x", "-1", "0x3", "987"}) {
    ::setenv("TANDEM_EVENTS", text.c_str(), 1);
    expect_error(ExitCode::failure, {"TANDEM_EVENTS: found '" + text + "'", "stream socket"},
                 [] { EventStream::from_environment(); });
  }
  ::setenv("TANDEM_EVENTS", std::to_string(trainer()).c_str(), 1);
  EXPECT_TRUE(EventStream::from_environment().connected());
  ::unsetenv("TANDEM_EVENTS");
}

}  // namespace
}  // namespace tandem::trainers::test

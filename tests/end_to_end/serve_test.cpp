#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <thread>

#include "call_tandem.h"
#include "core/file_descriptor.h"
#include "core/json.h"
#include "fake_manifest.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// `tandem serve` on a study that has not been run.
class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    Json pairs = Json::array({{{"model_a", {{"repo", "fake"}, {"model", "one"}}},
                               {"model_b", {{"repo", "fake"}, {"model", "two"}}}}});
    int position = 101;
    for (const char* model : {"one", "two"}) {
      folder_.write(
          "workloads/" + std::string(model) + ".json",
          test::fake_manifest(model, position++,
                              {(core::program_folder() / "fake-trainer").string(), "good", "0.05"})
              .dump());
    }
    folder_.write(
        "study.json",
        Json{{"experiment_name", "made_up"}, {"scale", "quick"}, {"model_pairs", pairs}}.dump());
  }

  std::vector<std::string> serve(std::vector<std::string> further) const {
    std::vector<std::string> arguments = {"serve",       folder_ / "study.json",
                                          "--workloads", folder_ / "workloads",
                                          "--results",   folder_ / "results"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return arguments;
  }
  pid_t start(std::vector<std::string> further) const {
    return test::start_program("tandem", serve(std::move(further)), folder_.path());
  }
  test::Called finish(pid_t pid) const { return test::finish_program(pid, folder_.path()); }

  /// What it has printed, when that has `text`.
  std::string printed(const std::string& text) const {
    for (int i = 0; i < 6000; ++i) {
      const std::string out = core::read_file(folder_ / "out");
      if (out.find(text) != out.npos) return out;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return "nothing with " + text;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ServeTest, PrintsTheAddressOfTheFreePortThatItTookAndEndsAtOnceWhenAskedTo) {
  const pid_t pid = start({"--port", "0", "--json"});
  const Json told = Json::parse(printed("\n}\n"));
  const auto port = told.at("port").get<std::uint16_t>();
  EXPECT_EQ(told.at("url"), "http://127.0.0.1:" + std::to_string(port) + "/");
  EXPECT_EQ(told.at("token").get<std::string>().size(), 32U);
  EXPECT_EQ(told.at("reading_needs_token"), false);

  const core::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  client.write_all("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::array<char, 4096> piece{};
  const ssize_t count = ::recv(client.get(), piece.data(), piece.size(), 0);
  EXPECT_THAT(std::string(piece.data(), static_cast<size_t>(std::max<ssize_t>(0, count))),
              StartsWith("HTTP/1.1 200 OK"));

  // While a stream is open.
  ::kill(pid, SIGTERM);
  const test::Called called = finish(pid);
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "results")) << "it only reads";
}

TEST_F(ServeTest, TellsThePersonWhatTheTokenIsFor) {
  const pid_t pid = start({"--port", "0"});
  const std::string out = printed("Ctrl-C");
  ::kill(pid, SIGINT);
  EXPECT_EQ(finish(pid).exit_code, 0);
  EXPECT_THAT(out, AllOf(HasSubstr("made_up\n  http://127.0.0.1:"), HasSubstr("/#token="),
                         HasSubstr("stopping the session does"), HasSubstr("ssh -L")));
}

TEST_F(ServeTest, EndsWith2ForAPortInUseAndOtherMistakes) {
  const pid_t first = start({"--port", "0", "--json"});
  const std::string port = Json::parse(printed("\n}\n")).at("port").dump();
  const test::TemporaryFolder elsewhere;
  const auto call = [&](const std::vector<std::string>& further) {
    return test::call_program("tandem", serve(further), elsewhere.path());
  };
  const test::Called in_use = call({"--port", port});
  EXPECT_EQ(in_use.exit_code, 2);
  EXPECT_THAT(in_use.err, AllOf(HasSubstr("--port"), HasSubstr(port + ", which another program"),
                                HasSubstr("--port 0")));
  const test::Called nowhere = call({"--port", "0", "--listen", "not-an-address"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, AllOf(HasSubstr("--listen"), HasSubstr("an IP address such as")));
  EXPECT_EQ(call({"--port", "65536"}).exit_code, 2);
  EXPECT_EQ(call({"--port", "0", "--token-file", "/no/such/folder/token"}).exit_code, 2);
  ::kill(first, SIGTERM);
  EXPECT_EQ(finish(first).exit_code, 0);
}

}  // namespace
}  // namespace tandem

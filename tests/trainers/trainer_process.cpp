#include "trainer_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "mnist_files.h"

extern char** environ;

namespace tandem::trainers::test {
namespace {

/// Tandem's end of the conversation.
class Conversation {
 public:
  Conversation(int socket, Answer answer) : socket_(socket), answer_(answer) {}

  std::vector<nlohmann::json> hold() {
    std::vector<nlohmann::json> events;
    std::string line;
    char c = 0;
    while (socket_ >= 0 && ::recv(socket_, &c, 1, 0) == 1) {
      if (c != '\n') {
        line += c;
        continue;
      }
      events.push_back(nlohmann::json::parse(line));
      line.clear();
      react(events.back()["type"]);
    }
    hang_up();
    return events;
  }

 private:
  void react(const std::string& type) {
    if (type == "ready") {
      if (answer_ == Answer::hang_up) return hang_up();
      say(answer_ == Answer::garbage ? "{\"type\":\"maybe\"}\n" : "{\"type\":\"go\"}\n");
    } else if (type == "epoch" && answer_ == Answer::go_then_hang_up) {
      hang_up();
    }
  }
  void say(const std::string& line) { ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL); }
  void hang_up() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  int socket_;
  Answer answer_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ProcessResult run_process(std::vector<std::string> arguments, Answer answer) {
  const TemporaryFolder folder;
  const auto output = folder.path() / "stdout", errors = folder.path() / "stderr";
  int sockets[2] = {-1, -1};
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string(*entry).starts_with("TANDEM_EVENTS=")) environment.emplace_back(*entry);
  }
  if (answer != Answer::none) {
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) throw std::runtime_error("socketpair");
    ::fcntl(sockets[0], F_SETFD, FD_CLOEXEC);
    environment.push_back("TANDEM_EVENTS=" + std::to_string(sockets[1]));
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t child = -1;
  const int spawned = ::posix_spawn(&child, arguments[0].c_str(), &actions, nullptr,
                                    pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (sockets[1] >= 0) ::close(sockets[1]);
  if (spawned != 0) throw std::runtime_error(arguments[0] + " could not be started");

  ProcessResult result;
  result.events = Conversation(sockets[0], answer).hold();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output = read_file(output);
  result.errors = read_file(errors);
  return result;
}

ProcessResult run_trainer(std::vector<std::string> arguments, Answer answer) {
  arguments.insert(arguments.begin(), TANDEM_TRAIN_PROGRAM);
  arguments.insert(arguments.end(), {"--threads", "1"});
  return run_process(std::move(arguments), answer);
}

}  // namespace tandem::trainers::test

// A trainer for tests: speaks the protocol and learns nothing, or misbehaves in a named way.
//   fake-trainer BEHAVIOUR EPOCH_S [--epochs N] [--learning-rate X] [--seed N] …
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

namespace {

int events_fd = -1;
bool stays_without_tandem = false;  // until somebody ends it

[[noreturn]] void hang() {
  for (;;) ::pause();
}

[[noreturn]] void without_tandem(int exit_code) {
  if (stays_without_tandem) hang();
  ::_exit(exit_code);
}

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::send(events_fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) without_tandem(1);
}

void wait_for_go() {
  char byte = 0;
  do {
    if (::recv(events_fd, &byte, 1, 0) <= 0) without_tandem(5);
  } while (byte != '\n');
}

void say_bytes(const std::string& bytes) {
  ::send(events_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

/// A file that tells others, by being there, how far this training has come.
bool mark(const char* variable) {
  const char* path = std::getenv(variable);
  if (path == nullptr) return false;
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

/// Until somebody has made the file.
void wait_for(const char* variable) {
  const char* path = std::getenv(variable);
  while (path != nullptr && ::access(path, F_OK) != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// Holds so much memory for as long as it runs; every page is written to.
void hold_memory(size_t mib) {
  constexpr size_t page = 4096;
  const size_t bytes = mib << 20;
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  for (size_t at = 0; at < bytes; at += page) static_cast<volatile char*>(memory)[at] = 1;
}

/// Takes all the room that is left where the study's results go.
void fill_the_disk() {
  const char* path = std::getenv("FAKE_TRAINER_FILLS");
  const int fd = path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  static const std::string piece(1 << 20, 'x');
  while (fd >= 0 && ::write(fd, piece.data(), piece.size()) > 0) {
  }
}

/// Children of every kind: in the group and out of it, and of a parent that is gone.
void leave_many_children() {
  for (int i = 0; i < 30; ++i) {
    if (::fork() != 0) continue;
    if (i % 3 == 1) ::setsid();
    if (i % 3 == 2 && ::fork() != 0) ::_exit(0);
    hang();
  }
}

void busy(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Computes for so long, however much of the machine others have.
void burn_cpu(double seconds) {
  const std::clock_t end = std::clock() + static_cast<std::clock_t>(seconds * CLOCKS_PER_SEC);
  while (std::clock() < end) {
  }
}

/// A child that outlives its parent, as a program that daemonises has it. Writes its process id.
void leave_a_child(const char* pid_file) {
  if (::fork() != 0) return;
  ::setsid();
  ::signal(SIGTERM, SIG_IGN);
  if (std::FILE* file = std::fopen(pid_file, "w")) {
    std::fprintf(file, "%d\n", ::getpid());
    std::fclose(file);
  }
  hang();
}

std::string value_after(int argc, char** argv, const std::string& flag, const char* otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == flag) return argv[i + 1];
  }
  return otherwise;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// That it may run on, such as `0,1`.
std::string cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  std::string list;
  for (size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) list += (list.empty() ? "" : ",") + std::to_string(core);
  }
  return list;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string behaviour = argc > 1 ? argv[1] : "good";
  const double epoch_s = argc > 2 ? std::atof(argv[2]) : 0.01;
  const int epochs = std::stoi(value_after(argc, argv, "--epochs", "2"));
  const double rate = std::stod(value_after(argc, argv, "--learning-rate", "0.1"));
  const int seed = std::stoi(value_after(argc, argv, "--seed", "1"));
  const char* events = std::getenv("TANDEM_EVENTS");
  if (events == nullptr) return 2;
  events_fd = std::atoi(events);

  stays_without_tandem = behaviour == "stays_without_tandem";
  if (behaviour == "ignores_term") ::signal(SIGTERM, SIG_IGN);
  if (behaviour == "hangs_before_ready") hang();
  if (behaviour == "exits_before_ready") {
    std::fputs("no data in /nowhere\n", stderr);
    return 3;
  }
  if (behaviour == "leaves_a_child") leave_a_child(std::getenv("FAKE_TRAINER_PID_FILE"));
  if (behaviour == "leaves_many_children") leave_many_children();
  if (behaviour == "silent") return 0;
  if (behaviour == "aborts_while_it_loads") std::abort();
  if (behaviour == "loses_its_launcher") {
    ::kill(::getppid(), SIGKILL);
    hang();
  }
  if (behaviour == "closes_its_events") ::close(events_fd);
  if (behaviour == "binary") say_bytes(std::string("\x80\xff\0\x1b[2J\xc3\n", 9));
  if (behaviour == "array") say("[1, 2, 3]");
  if (behaviour == "nests_deeply") {
    constexpr size_t levels = 32'700;
    say(R"({"type":"ready","protocol":1,"x":)" + std::string(levels, '[') +
        std::string(levels, ']') + "}");
  }
  if (behaviour == "ready_twice") {
    say(R"({"type":"ready","protocol":1})"
        "\n"
        R"({"type":"ready","protocol":1})");
  }
  if (behaviour == "final_before_go") say(R"({"type":"final","epochs":0,"metrics":{}})");
  if (behaviour == "unknown_type") say(R"({"type":"progress","percent":50})");
  if (behaviour == "half_a_line") {
    say_bytes(R"({"type":"ready","proto)");
    return 0;
  }
  if (behaviour == "loads") std::this_thread::sleep_for(std::chrono::milliseconds(2200));
  if (behaviour == "garbage") say("Epoch 1: loss 0.3");
  if (behaviour == "endless_line") {
    for (;;) {
      const std::string piece(4096, 'x');
      if (::send(events_fd, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) return 1;
    }
  }
  if (behaviour == "epoch_before_go")
    say(R"({"type":"epoch","epoch":1,"train_loss":1,"metrics":{}})");
  if (behaviour == "other_protocol") say(R"({"type":"ready","protocol":2})");
  say(R"({"type":"ready","protocol":1,"data":"synthetic","parameters":0,"cores":")" + cores() +
      R"(","cuda_visible_devices":")" + variable("CUDA_VISIBLE_DEVICES") +
      R"(","mps_pipe_directory":")" + variable("CUDA_MPS_PIPE_DIRECTORY") +
      R"(","mps_thread_percentage":")" + variable("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE") + "\"}");
  wait_for_go();
  if (behaviour == "second_round_fails" && !mark("FAKE_TRAINER_MARK")) return 9;
  if (behaviour == "starts_late") std::this_thread::sleep_for(std::chrono::milliseconds(400));
  say(R"({"type":"started"})");
  if (behaviour == "starts_for_ever") {
    for (;;) say(R"({"type":"started"})");
  }
  double accuracy = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    if (behaviour == "burns_cpu") {
      burn_cpu(epoch_s);
    } else {
      busy(epoch_s);
    }
    // A curve that moves with the learning rate and the epochs, and a little with the seed.
    accuracy = 1 - std::exp(-epoch * std::sqrt(rate)) - 0.001 * (seed % 10);
    const double loss = 1 - accuracy;
    if (epoch == 2) {
      mark("FAKE_TRAINER_REACHED");
      if (behaviour == "holds_memory") {
        hold_memory(400);
        hang();
      }
      if (behaviour == "waits") wait_for("FAKE_TRAINER_GOES_ON");
      if (behaviour == "fills_the_disk") fill_the_disk();
      if (behaviour == "floods_its_errors") {
        const std::string line(1023, 'x');
        for (;;) std::fprintf(stderr, "%s\n", line.c_str());
      }
      if (behaviour == "stops_itself") ::raise(SIGSTOP);
      if (behaviour == "fails_and_hangs") {
        say(R"({"type":"failed","reason":"non_finite_loss","message":"loss is inf in epoch 2"})");
        hang();
      }
      if (behaviour == "fails_by_its_own_name") {
        say(R"({"type":"failed","reason":"bad_data","message":"label 12 of 10"})");
        return 3;
      }
      if (behaviour == "nan_is_no_json") say(R"({"type":"epoch","epoch":2,"train_loss":NaN})");
      if (behaviour == "repeats_an_epoch")
        say(R"({"type":"epoch","epoch":1,"train_loss":1,"metrics":{}})");
      if (behaviour == "no_metrics") say(R"({"type":"epoch","epoch":2,"train_loss":1})");
      if (behaviour == "word_for_a_loss")
        say(R"({"type":"epoch","epoch":2,"train_loss":"low","metrics":{}})");
      if (behaviour == "cuda_out_of_memory") {
        std::fputs(
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
            "[rank0] exiting\n",
            stderr);
        return 1;
      }
      if (behaviour == "says_out_of_memory") {
        say(R"({"type":"failed","reason":"exception","message":"std::bad_alloc"})");
        return 1;
      }
      if (behaviour == "disk_full") {
        std::fputs("OSError: [Errno 28] No space left on device: 'model.pt'\n", stderr);
        return 1;
      }
      if (behaviour == "floods_its_log") {
        const std::string line(1023, 'x');
        for (;;) std::puts(line.c_str());
      }
      if (behaviour == "fails") {
        say(R"({"type":"failed","reason":"non_finite_loss","message":"loss is nan in epoch 2"})");
        return 4;
      }
      if (behaviour == "aborts") std::abort();
      if (behaviour == "kills_itself") ::raise(SIGKILL);
      if (behaviour == "hangs") hang();
      if (behaviour == "skips_an_epoch") continue;
    }
    say("{\"type\":\"epoch\",\"epoch\":" + std::to_string(epoch) +
        ",\"train_loss\":" + (behaviour == "null_loss" ? "null" : std::to_string(loss)) +
        ",\"metrics\":{\"accuracy\":" + std::to_string(accuracy) + "}}");
    if (behaviour == "exits_early") return 0;
    if (behaviour == "one_epoch_less" && epoch == epochs - 1) break;
  }
  for (int epoch = epochs + 1; behaviour == "trains_for_ever"; ++epoch) {
    say("{\"type\":\"epoch\",\"epoch\":" + std::to_string(epoch) +
        ",\"train_loss\":1,\"metrics\":{}}");
  }
  if (behaviour == "other_metric") {
    say(R"({"type":"final","epochs":)" + std::to_string(epochs) + R"(,"metrics":{"f1":0.5}})");
    return 0;
  }
  say("{\"type\":\"final\",\"epochs\":" + std::to_string(epochs) +
      ",\"metrics\":{\"accuracy\":" + std::to_string(accuracy) + "}}");
  if (behaviour == "epoch_after_final") {
    say(R"({"type":"epoch","epoch":5,"train_loss":1,"metrics":{}})");
  }
  if (behaviour == "hangs_after_final") hang();
  if (behaviour == "exit_code_after_final") {
    std::fputs("could not save the checkpoint\n", stderr);
    return 7;
  }
  if (behaviour == "ignores_term") hang();
  return 0;
}

// `tandem workloads new`: by flags, and at a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <utility>

#include "call_tandem.h"
#include "core/file.h"
#include "core/json.h"
#include "study/workload.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto script = R"sh(
for ((epoch = 1; epoch <= EPOCHS; epoch++)); do
  echo "Epoch $epoch: loss 0.$((9 - epoch)), accuracy 0.$epoch"
done
)sh";

/// tandem at a terminal of its own, as a person sees it.
class AtTerminal {
 public:
  AtTerminal(std::vector<std::string> arguments, const fs::path& folder) {
    arguments.insert(arguments.begin(), core::program_folder() / "tandem");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~AtTerminal() { hang_up(); }
  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;

  /// Waits until the terminal shows the text, then types the answer.
  void answer(const std::string& text, const std::string& keys) {
    if (!wait_for(text)) {
      ADD_FAILURE() << "the terminal doesn't show '" << text << "' after: " << unseen_;
      return;
    }
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }

  /// The rest that it shows, until it ends.
  std::string rest() {
    while (read_more()) {
    }
    return unseen_;
  }

  /// One that still asks is hung up on.
  int exit_code() {
    hang_up();
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  bool wait_for(const std::string& text) {
    size_t at = unseen_.find(text);
    while (at == std::string::npos) {
      if (!read_more()) return false;
      at = unseen_.find(text);
    }
    unseen_.erase(0, at + text.size());
    return true;
  }

  /// False when it has ended, or has said nothing for a minute.
  bool read_more() {
    pollfd ready{.fd = terminal_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 60'000) != 1) return false;
    char bytes[4096];
    const ssize_t count = ::read(terminal_, bytes, sizeof bytes);
    if (count <= 0) return false;
    unseen_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  void hang_up() {
    if (terminal_ >= 0) ::close(std::exchange(terminal_, -1));
  }

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string unseen_;
};

class NewManifestTest : public ::testing::Test {
 protected:
  NewManifestTest() { folder_.write("scripts/train.sh", script); }

  Called tandem(std::vector<std::string> arguments) const {
    return test::call_program("tandem", std::move(arguments), folder_.path());
  }
  Called write_by_flags(const std::vector<std::string>& further) const {
    std::vector<std::string> arguments = {"workloads", "new", file_, "--working-folder",
                                          folder_ / "scripts"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return tandem(arguments);
  }

  test::TemporaryFolder folder_;
  const std::string file_ = folder_ / "workloads/own.json";
};

TEST_F(NewManifestTest, ByFlagsDescribesAScriptThatCanBeTrainedAtOnce) {
  const Called called = write_by_flags({"--command", "bash train.sh --seed {seed}", "--epochs",
                                        "$EPOCHS 3 1 50", "--hyperparameter", "rate --lr 0.05 0 1",
                                        "--hyperparameter", "width width= 8", "--json"});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  const Json said = Json::parse(called.out);
  EXPECT_EQ(said.at("workload"), "scripts/train");
  EXPECT_EQ(said.at("taken_by_default").at("metric"), "accuracy");
  EXPECT_FALSE(said.at("taken_by_default").contains("epochs"));
  EXPECT_THAT(said.at("next").get<std::string>(), HasSubstr("tandem workloads check " + file_));

  const study::Workload workload = study::read_workload(file_);
  EXPECT_EQ(workload.command, (std::vector<std::string>{"bash", "train.sh", "--seed", "{seed}"}));
  EXPECT_EQ(fs::canonical(workload.working_folder), fs::canonical(folder_ / "scripts"));
  EXPECT_EQ(core::read_json(file_).at("working_folder"), "../scripts") << "both may move together";
  const auto& hyperparameters = workload.hyperparameters;
  ASSERT_EQ(hyperparameters.size(), 3U);
  EXPECT_EQ(hyperparameters[0].variable, "EPOCHS");
  EXPECT_EQ(hyperparameters[0].most, 50);
  EXPECT_FALSE(hyperparameters[1].whole_number);
  EXPECT_EQ(hyperparameters[2].flag, "width=");
  EXPECT_TRUE(hyperparameters[2].whole_number);
  EXPECT_GT(workload.catalogue_position, 1000);

  const Called once = tandem({"workloads", "check", file_, "--once", "--epochs", "2"});
  EXPECT_EQ(once.exit_code, 0) << once.out << once.err;
  EXPECT_THAT(once.out, HasSubstr("2 of 2 lines"));
}

TEST_F(NewManifestTest, TellsEveryFlagThatIsWrongAndWritesNothing) {
  const Called called = write_by_flags(
      {"--command", "python9 train.sh", "--epochs", "--epochs 0", "--hyperparameter", "rate",
       "--direction", "up", "--final-pattern", "(?=x)", "--devices", "tpu", "--memory-mb", "much"});
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err,
              AllOf(HasSubstr("\"python9\""), HasSubstr("a program in PATH"), HasSubstr("--epochs"),
                    HasSubstr("--hyperparameter"), HasSubstr("higher_is_better or lower_is_better"),
                    HasSubstr("exponential time"), HasSubstr("cpu or cuda"),
                    HasSubstr("a number such as 4")));
  EXPECT_FALSE(fs::exists(file_));

  const auto says = [&](const std::vector<std::string>& flags) {
    return write_by_flags(flags).err;
  };
  EXPECT_THAT(says({"--command", "bash train.sh | tee log"}), HasSubstr("no shell reads them"));
  EXPECT_THAT(says({"--command", "bash 'train.sh"}), HasSubstr("a second '"));
  EXPECT_THAT(says({"--command", "bash other.sh"}), HasSubstr("a script that is there"));
  EXPECT_THAT(says({"--command", "bash train.sh", "--epoch-pattern", "none"}),
              HasSubstr("(?P<accuracy>"));
  EXPECT_THAT(says({"--command", "bash train.sh", "--protocol", "yes", "--final-pattern", "x"}),
              HasSubstr("only with --protocol no"));
  EXPECT_THAT(says({"--command", "bash train.sh", "--model", "a\xff"}), HasSubstr("UTF-8"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(NewManifestTest, OverwritesNothingUnlessTold) {
  folder_.write("workloads/own.json", "mine");
  const Called refused = write_by_flags({"--command", "bash train.sh"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("own.json"), HasSubstr("--force")));
  EXPECT_EQ(core::read_file(file_), "mine");
  const Called forced =
      write_by_flags({"--command", "bash train.sh", "--protocol", "yes", "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, AllOf(HasSubstr("--metric was taken to be \"accuracy\""),
                                HasSubstr("Next: tandem workloads check")));
  EXPECT_FALSE(study::read_workload(file_).log.has_value());
}

TEST_F(NewManifestTest, TakesThePlaceThatTheSystemTakesAPathFor) {
  // What the text of the path alone would lead to is another file, which is free.
  fs::create_directories(folder_ / "far/away");
  fs::create_directory_symlink(folder_ / "far/away", folder_ / "near");
  folder_.write("far/own.json", "mine");
  const auto write = [&](const std::string& file) {
    return tandem({"workloads", "new", file, "--working-folder", folder_ / "scripts", "--command",
                   "bash train.sh"});
  };
  const Called refused = write(folder_ / "near/../own.json");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(core::read_file(folder_ / "far/own.json"), "mine");

  const Called called = write(folder_ / "near/own.json");
  ASSERT_EQ(called.exit_code, 0) << called.err;
  const std::string written = folder_ / "far/away/own.json";
  EXPECT_EQ(core::read_json(written).at("working_folder"), "../../scripts");
  EXPECT_TRUE(fs::equivalent(study::read_workload(written).working_folder, folder_ / "scripts"));

  fs::create_symlink("/no/such/file", folder_ / "nowhere.json");
  EXPECT_EQ(write(folder_ / "nowhere.json").exit_code, 2) << "a link is something, too";
}

TEST_F(NewManifestTest, ReadsByTheUsualPatternTheMetricsNumberOrNone) {
  const auto found = [this](const std::string& metric, const std::string& line) {
    const Called called =
        write_by_flags({"--command", "bash train.sh", "--metric", metric, "--force"});
    EXPECT_EQ(called.exit_code, 0) << called.err;
    const auto values = study::read_workload(file_).log->epoch.at(0).find(line);
    return values ? std::string(values->at(metric)) : "nothing";
  };
  EXPECT_EQ(found("accuracy", "Epoch 3: loss 0.41, accuracy nan, time 12.3s"), "nan");
  EXPECT_EQ(found("accuracy", "Epoch 3: accuracy 0.87."), "0.87");
  EXPECT_EQ(found("accuracy", "Epoch 3: accuracy=87.0%, loss=0.4"), "87.0");
  EXPECT_EQ(found("accuracy", "Epoch 3: accuracy=.5,loss=0.4"), ".5");
  EXPECT_EQ(found("accuracy", "Epoch 3: accuracy 180/300 (60.0%)"), "nothing");
  EXPECT_EQ(found("accuracy", "Epoch 3: accuracy 1,234"), "nothing");
  EXPECT_EQ(found("perplexity", "epoch 3 perplexity 1.2e+03"), "1.2e+03");
  EXPECT_EQ(found("perplexity", "epoch 3 perplexity inf"), "inf");
  EXPECT_EQ(found("elbo", "Epoch 3 | elbo -0.5 | 3 s"), "-0.5");
}

TEST_F(NewManifestTest, AtATerminalAsksChecksEachAnswerAndTakesTheUsualForAnEmptyLine) {
  AtTerminal terminal({"workloads", "new", "own.json"}, folder_ / "scripts");
  terminal.answer("The folder in which", "\n");
  terminal.answer("The command that trains", "bash trian.sh\n");
  terminal.answer("! found \"trian.sh\", expected a script that is there", "");
  terminal.answer("The command that trains", "bash train.sh\n");
  terminal.answer("[scripts]", "\n");
  terminal.answer("[train]", "shell\n");
  terminal.answer("[--epochs 4]", "$EPOCHS 3\n");
  terminal.answer("Another hyperparameter", "rate --lr 0.05\n");
  terminal.answer("Another hyperparameter", "rate --lr 0.05\n");
  terminal.answer("expected a hyperparameter that wasn't named yet", "");
  terminal.answer("Another hyperparameter", "\n");
  terminal.answer("[accuracy]", "loss\n");
  terminal.answer("[lower]", "\n");
  terminal.answer("[no]", "\n");
  terminal.answer("a last line", "\n");
  terminal.answer("(?P<loss>", "^Epoch (?P<epoch>\\d+): loss (?P<lost>\\S+)\n");
  terminal.answer("(not \"lost\")", "");
  terminal.answer("Pattern of the line that ends",
                  "^Epoch (?P<epoch>\\d+): loss (?P<loss>[\\d.]+)\n");
  terminal.answer("where training begins", "none\n");
  terminal.answer("[cpu,cuda]", "cpu\n");
  terminal.answer("in MB", "\n");
  terminal.answer("Seconds", "12\n");
  const std::string rest = terminal.rest();
  EXPECT_EQ(terminal.exit_code(), 0) << rest;
  EXPECT_THAT(rest, HasSubstr("Next: tandem workloads check own.json --once"));

  const study::Workload workload = study::read_workload(folder_ / "scripts/own.json");
  EXPECT_EQ(workload.id(), "scripts/shell");
  EXPECT_EQ(workload.hyperparameters.size(), 2U);
  EXPECT_FALSE(workload.higher_is_better);
  EXPECT_EQ(workload.devices, std::vector<std::string>{"cpu"});
  EXPECT_EQ(workload.catalogue.duration_s, 12);
  EXPECT_EQ(workload.log->epoch.size(), 1U);
  const Called once =
      tandem({"workloads", "check", folder_ / "scripts/own.json", "--once", "--json"});
  EXPECT_EQ(once.exit_code, 0) << once.out;
}

TEST_F(NewManifestTest, AtATerminalWritesNothingWhenThePersonGoesAway) {
  AtTerminal terminal({"workloads", "new", "own.json"}, folder_ / "scripts");
  terminal.answer("The folder in which", "\n");
  terminal.answer("The command that trains", "\x04");
  EXPECT_THAT(terminal.rest(), HasSubstr("nothing is written"));
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_FALSE(fs::exists(folder_ / "scripts/own.json"));
}

TEST_F(NewManifestTest, AtATerminalSaysWhatTheFlagsSaidWronglyBeforeItAsks) {
  AtTerminal terminal({"workloads", "new", "own.json", "--working-folder", "/no/such/folder"},
                      folder_ / "scripts");
  const std::string shown = terminal.rest();
  EXPECT_THAT(shown, AllOf(HasSubstr("--working-folder"), Not(HasSubstr("The command"))));
  EXPECT_EQ(terminal.exit_code(), 2);
}

}  // namespace
}  // namespace tandem

#include "options.h"

#include "expect_error.h"
#include "workload.h"

namespace tandem::trainers::test {
namespace {

const std::vector<WorkloadKind>& example_kinds() {
  static const std::vector<WorkloadKind> kinds{
      {.name = "example",
       .summary = "an example",
       .metric = "accuracy",
       .hyperparameters = {{"epochs", "rounds", whole_number(1), 10, 4},
                           {"learning_rate", "step size", positive_real, 0.01, 0.1},
                           {"dropout", "share", dropout_rate, 0.5, 0.25}},
       .data_folder = "pictures",
       .data_source = "pictures of examples",
       .makes_up_data = true,
       .create = {}}};
  return kinds;
}

Settings parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"tandem-train", "example", "--data", "folder"});
  const auto command =
      parse_command_line(example_kinds(), static_cast<int>(arguments.size()), arguments.data());
  return command.value().settings;
}

void expect_bad_flag(const std::vector<const char*>& arguments,
                     const std::vector<std::string>& message) {
  expect_error(ExitCode::bad_flag, message, [&] { parse(arguments); });
}

TEST(Options, DefaultsAreThoseOfTheScale) {
  EXPECT_EQ(parse({}).whole("epochs"), 10);
  EXPECT_EQ(parse({"--scale", "quick"}).whole("epochs"), 4);
  EXPECT_EQ(parse({"--scale", "quick"}).real("learning_rate"), 0.1);
}

TEST(Options, SamplesAreThoseOfTheScaleUnlessFewerAreAskedFor) {
  Settings settings = parse({});
  EXPECT_EQ(settings.samples(600, 50), 600);
  settings.samples_at_most = 40;
  EXPECT_EQ(settings.samples(600, 50), 40);
  settings = parse({"--scale", "quick"});
  EXPECT_EQ(settings.samples(600, 50), 50);
  settings.samples_at_most = 70;
  EXPECT_EQ(settings.samples(600, 50), 50);
}

TEST(Options, FlagsOverrideDefaults) {
  const Settings settings = parse({"--epochs", "6", "--learning-rate=2e-3", "--seed", "42",
                                   "--threads", "2", "--device", "cuda", "--dropout", "0"});
  EXPECT_EQ(settings.whole("epochs"), 6);
  EXPECT_EQ(settings.real("learning_rate"), 2e-3);
  EXPECT_EQ(settings.real("dropout"), 0);
  EXPECT_EQ(settings.seed, 42u);
  EXPECT_EQ(settings.threads, 2);
  EXPECT_EQ(settings.device, "cuda");
  EXPECT_EQ(settings.data, "folder");
}

TEST(Options, TheWordSyntheticAsksForDataThatAreMadeUp) {
  std::vector<WorkloadKind> kinds = example_kinds();
  const std::vector<const char*> arguments = {"tandem-train", "example", "--data", "synthetic"};
  const auto read = [&] {
    return parse_command_line(kinds, static_cast<int>(arguments.size()), arguments.data());
  };
  EXPECT_EQ(read().value().settings.data, "");
  kinds[0].makes_up_data = false;
  expect_error(ExitCode::bad_flag,
               {"--data", "found 'synthetic'", "expected a folder with pictures of examples"},
               read);
}

TEST(Options, WholeNumbersStayWholeInTheRecord) {
  EXPECT_EQ(parse({}).hyperparameters.dump(),
            R"({"dropout":0.5,"epochs":10,"learning_rate":0.01})");
}

TEST(Options, NumbersOutOfRangeAreRejected) {
  expect_bad_flag({"--epochs", "0"}, {"--epochs", "found '0'", "expected a whole number from 1"});
  expect_bad_flag({"--epochs", "2.5"}, {"--epochs", "found '2.5'", "whole number"});
  expect_bad_flag({"--learning-rate", "0"}, {"--learning-rate", "found '0'", "a number above 0"});
  expect_bad_flag({"--learning-rate", "-1"}, {"found '-1'"});
  expect_bad_flag({"--dropout", "1"}, {"--dropout", "found '1'", "from 0 to 0.99"});
  expect_bad_flag({"--seed", "-1"}, {"--seed", "found '-1'"});
  expect_bad_flag({"--threads", "0"}, {"--threads", "found '0'", "from 1 to 1024"});
}

TEST(Options, TextThatIsNoFiniteNumberIsRejected) {
  for (const char* text : {"abc", "1x", "", "nan", "inf", "1e999", " 1", "0x10"}) {
    expect_bad_flag({"--learning-rate", text}, {"--learning-rate", "found", "a number above 0"});
  }
}

TEST(Options, WordsThatAreNoChoiceAreRejected) {
  expect_bad_flag({"--scale", "tiny"}, {"--scale", "found 'tiny'", "full or quick"});
  expect_bad_flag({"--device", "tpu"}, {"--device", "found 'tpu'", "cpu or cuda"});
}

TEST(Options, UnknownFlagsAreNamed) {
  expect_bad_flag({"--momentum", "1"}, {"--momentum"});
}

TEST(Options, AMissingValueIsNamed) {
  expect_bad_flag({"--epochs"}, {"--epochs"});
}

TEST(Options, AWorkloadMustBeNamed) {
  const char* const arguments[] = {"tandem-train"};
  expect_error(ExitCode::bad_flag, {"no workload is named"},
               [&] { parse_command_line(example_kinds(), 1, arguments); });
}

TEST(Options, HelpHasAnExampleAndStartsNothing) {
  const char* const arguments[] = {"tandem-train", "example", "--help"};
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_command_line(example_kinds(), 3, arguments).has_value());
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, testing::HasSubstr("Example:\n  tandem-train example --scale quick --data "
                                       "data/pictures"));
  EXPECT_THAT(help, testing::HasSubstr("--learning-rate"));
}

TEST(Options, HelpStaysWithinEightyColumns) {
  std::vector<WorkloadKind> kinds = example_kinds();
  kinds[0].data_source = "pictures of so many examples, and of so many kinds, that a line is full";
  kinds[0].hyperparameters[0].help = "rounds over all of the examples, at most (max_rounds)";
  const char* const arguments[] = {"tandem-train", "example", "--help"};
  testing::internal::CaptureStdout();
  parse_command_line(kinds, 3, arguments);
  std::istringstream lines(testing::internal::GetCapturedStdout());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(Options, AnUntrainedNetworkIsJudgedOnlyWhenAskedFor) {
  EXPECT_FALSE(parse({}).untrained);
  EXPECT_TRUE(parse({"--untrained"}).untrained);
}

TEST(Options, AManifestIsDescribedAsStudiesReadIt) {
  std::vector<WorkloadKind> kinds = example_kinds();
  kinds[0].name = "resnet20";  // a name that the catalogue knows
  const char* const arguments[] = {"tandem-train", "describe", "resnet20"};
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_command_line(kinds, 3, arguments).has_value());
  const auto manifest = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(manifest["repo"], "pytorch_resnet_cifar10");
  EXPECT_EQ(manifest["repo_aliases"], nlohmann::json::array({"resnet_cifar10"}));
  EXPECT_EQ(manifest["command"][1], "resnet20");
  EXPECT_EQ(manifest["makes_up_data"], true);
  const nlohmann::json& parameters = manifest["hyperparameters"];
  EXPECT_EQ(parameters["epochs"]["default"].dump(), R"({"full":10,"quick":4})");
  EXPECT_EQ(parameters["epochs"]["most"], 1'000'000);
  EXPECT_EQ(parameters["learning_rate"]["flag"], "--learning-rate");
  EXPECT_EQ(parameters["learning_rate"]["least"], 1e-9) << "0 itself is no learning rate";
  EXPECT_FALSE(parameters["learning_rate"].contains("most"));
  EXPECT_EQ(parameters["dropout"]["type"], "real");
  EXPECT_EQ(manifest["performance_metric"]["unit"], "fraction");
}

TEST(Options, OnlyAWorkloadIsDescribed) {
  const char* const arguments[] = {"tandem-train", "describe", "exampel"};
  expect_error(ExitCode::bad_flag, {"describe", "found 'exampel'", "--help"},
               [&] { parse_command_line(example_kinds(), 3, arguments); });
}

TEST(Options, TheListHasDefaultsAndBounds) {
  const nlohmann::json epochs = describe_kinds(example_kinds())[0]["hyperparameters"][0];
  EXPECT_EQ(epochs["flag"], "--epochs");
  EXPECT_EQ(epochs["type"], "integer");
  EXPECT_EQ(epochs["full_default"], 10);
  EXPECT_EQ(epochs["quick_default"], 4);
  EXPECT_EQ(epochs["minimum"], 1);
}

}  // namespace
}  // namespace tandem::trainers::test

#include "execute/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::execute {
namespace {

using study::LogPattern;
using study::LogPatterns;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ProcessEnd well{.kind = ProcessEnd::Kind::exited,
                      .number = 0,
                      .cpu_time_s = {},
                      .io_read_mib = {},
                      .io_written_mib = {},
                      .largest_rss_mib = {}};

LogPatterns one_line_an_epoch() {
  LogPatterns patterns;
  patterns.epoch = {
      LogPattern(R"(Epoch (?P<epoch>\d+)/\d+ loss (?P<train_loss>\S+) acc (?P<accuracy>\S+))")};
  return patterns;
}

/// Lines by batch, then one of the held-out data, as PyTorch's example of MNIST prints them.
LogPatterns several_lines_an_epoch() {
  LogPatterns patterns;
  patterns.epoch = {LogPattern(R"(^Train Epoch: (?P<epoch>\d+) .*Loss: (?P<train_loss>\S+))"),
                    LogPattern(R"(^Test set: .*\((?P<accuracy>[\d.]+)%\))")};
  return patterns;
}

/// What the lines gave, but for what gave nothing.
std::vector<TrainerEvent> events_of(LogReader& reader, const std::vector<std::string>& lines) {
  std::vector<TrainerEvent> events;
  for (const std::string& line : lines) {
    if (auto heard = reader.read(line)) events.push_back(std::move(heard->event));
  }
  return events;
}

ViolationEvent violation_of(const LogPatterns& patterns, const std::vector<std::string>& lines) {
  LogReader reader(patterns);
  std::vector<TrainerEvent> events = events_of(reader, lines);
  if (events.empty()) events.push_back(reader.end(well).event);
  const auto* violation = std::get_if<ViolationEvent>(&events.back());
  if (violation == nullptr) ADD_FAILURE() << "no complaint";
  return violation == nullptr ? ViolationEvent{} : *violation;
}

TEST(LogLines, EndWithALineFeedACarriageReturnOrBoth) {
  LogLines lines;
  EXPECT_THAT(lines.feed("one\ntwo\r\n\n 10%\r 20%\rrest"),
              ElementsAre("one", "two", " 10%", " 20%"));
  EXPECT_THAT(lines.feed(" of it\n"), ElementsAre("rest of it"));
  EXPECT_THAT(lines.feed("without an end"), IsEmpty());
  EXPECT_THAT(lines.rest(), ElementsAre("without an end"));
  EXPECT_THAT(lines.rest(), IsEmpty());
}

TEST(LogLines, AreFreeOfWhatSteersATerminal) {
  LogLines lines;
  EXPECT_THAT(lines.feed("\x1b[1;32mloss\x1b[0m 0.5\x1b]0;title\a!\x1b]8;;x\x1b\\?\x07\b\n"),
              ElementsAre("loss 0.5!?"));
  EXPECT_THAT(lines.feed("a\tb\x1b[\n"), ElementsAre("a\tb"));
  EXPECT_THAT(lines.feed("\x1b\n\x1b[12\n"), IsEmpty());
}

TEST(LogLines, AreCutWhenTheyAreTooLong) {
  LogLines lines;
  for (int i = 0; i < 10; ++i)
    EXPECT_THAT(lines.feed(std::string(longest_line_bytes, 'x')), IsEmpty());
  const auto whole = lines.feed("y\nnext\n");
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[0], std::string(longest_line_bytes, 'x'));
  EXPECT_EQ(whole[1], "next");
}

TEST(LogReader, TakesAnEpochFromOneLine) {
  LogReader reader(one_line_an_epoch());
  const auto events = events_of(reader, {"loading", "Epoch 1/2 loss 0.75 acc 0.5", "saving",
                                         "Epoch 2/2 loss +5e-1 acc 0.625"});
  ASSERT_EQ(events.size(), 2U);
  const auto& second = std::get<EpochEvent>(events[1]);
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(*second.train_loss, 0.5);
  EXPECT_EQ(second.metrics.at("accuracy"), 0.625);
  const auto final = std::get<FinalEvent>(reader.end(well).event);
  EXPECT_EQ(final.epochs, 2);
  EXPECT_EQ(final.metrics.at("accuracy"), 0.625) << "the last epoch's";
}

TEST(LogReader, GathersAnEpochFromSeveralLinesAndEndsItWithTheLastPattern) {
  LogReader reader(several_lines_an_epoch());
  const auto events =
      events_of(reader, {"Train Epoch: 1 [0/600]\tLoss: 2.5", "Train Epoch: 1 [64/600]\tLoss: 1.5",
                         "Test set: Average loss: 0.1, Accuracy: 90/100 (90%)",
                         "Train Epoch: 2 [0/600]\tLoss: 1.25",
                         "Test set: Average loss: 0.1, Accuracy: 95/100 (95%)"});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(*std::get<EpochEvent>(events[0]).train_loss, 1.5) << "the last one told";
  EXPECT_EQ(std::get<EpochEvent>(events[1]).metrics.at("accuracy"), 95);
}

TEST(LogReader, IgnoresAnEpochThatIsToldAgain) {
  LogReader reader(one_line_an_epoch());
  EXPECT_EQ(events_of(reader, {"Epoch 1/2 loss 1 acc 0.5", "Epoch 1/2 loss 1 acc 0.5"}).size(), 1U);
}

TEST(LogReader, CountsFromTheNumberThatTheManifestNames) {
  LogPatterns patterns = one_line_an_epoch();
  patterns.first_epoch = 0;
  LogReader reader(patterns);
  const auto events = events_of(reader, {"Epoch 0/2 loss 1 acc 0.5", "Epoch 1/2 loss 1 acc 0.5"});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(std::get<EpochEvent>(events[1]).epoch, 2);
}

TEST(LogReader, CallsALossThatIsNotFiniteMissingForThatReason) {
  LogReader reader(one_line_an_epoch());
  const auto events = events_of(reader, {"Epoch 1/2 loss nan acc inf"});
  ASSERT_EQ(events.size(), 1U);
  const auto& epoch = std::get<EpochEvent>(events[0]);
  EXPECT_TRUE(epoch.loss_is_not_finite);
  EXPECT_TRUE(epoch.metrics.empty());

  LogPatterns without_loss;
  without_loss.epoch = {LogPattern("done (?P<epoch>\\d+)")};
  LogReader other(without_loss);
  const auto told = events_of(other, {"done 1"});
  EXPECT_FALSE(std::get<EpochEvent>(told.at(0)).loss_is_not_finite);
  EXPECT_EQ(std::get<EpochEvent>(told.at(0)).train_loss.reason(), "the log doesn't tell it");
}

TEST(LogReader, PrefersFinalMetricsAndNeedsNoEpochs) {
  LogPatterns patterns;
  patterns.final = {LogPattern("Rank@1: *(?P<rank1>[\\d.]+)"),
                    LogPattern("mAP: *(?P<map>[\\d.]+)")};
  LogReader reader(patterns);
  EXPECT_TRUE(events_of(reader, {"Rank@1: 0.5", "Rank@1: 0.75 mAP: 0.25"}).empty());
  const auto final = std::get<FinalEvent>(reader.end(well).event);
  EXPECT_FALSE(final.epochs.has_value()) << "nobody told them";
  EXPECT_EQ(final.metrics.at("rank1"), 0.75);
  EXPECT_EQ(final.metrics.at("map"), 0.25);
}

TEST(LogReader, HasNoFinalMetricWhereTheLogSaysThatItIsNotFinite) {
  LogPatterns patterns = one_line_an_epoch();
  patterns.final = {LogPattern("Test: (?P<accuracy>\\S+)")};
  LogReader reader(patterns);
  events_of(reader, {"Test: 0.9", "Epoch 1/1 loss 1 acc 0.5", "Test: nan"});
  const auto final = std::get<FinalEvent>(reader.end(well).event);
  EXPECT_FALSE(final.metrics.contains("accuracy")) << "the last epoch's is another figure";
}

TEST(LogReader, StartsAtTheFirstLineThatSaysSo) {
  LogPatterns patterns = one_line_an_epoch();
  patterns.started = LogPattern("^Begin");
  LogReader reader(patterns);
  EXPECT_TRUE(events_of(reader, {"loading"}).empty());
  EXPECT_EQ(events_of(reader, {"Begin", "Begin"}).size(), 1U);
  EXPECT_EQ(events_of(reader, {"Epoch 1/2 loss 1 acc 0.5"}).size(), 1U);
}

TEST(LogReader, ComplainsWhereTheLogSaysSomethingElseThanTheManifest) {
  const LogPatterns patterns = one_line_an_epoch();
  EXPECT_THAT(violation_of(patterns, {"Epoch 2/2 loss 1 acc 1"}).complaint,
              AllOf(HasSubstr("epoch 2 where 1 was expected"), HasSubstr("first_epoch is 1")));
  EXPECT_THAT(violation_of(patterns, {"Epoch 0/2 loss 1 acc 1"}).complaint,
              HasSubstr("epoch 0 where 1 was expected"));
  const ViolationEvent word = violation_of(patterns, {"Epoch 1/2 loss low acc 1"});
  EXPECT_EQ(word.kind, "log_mismatch");
  EXPECT_THAT(word.complaint,
              AllOf(HasSubstr("train_loss"), HasSubstr("\"low\""), HasSubstr("no number")));

  LogPatterns late = patterns;
  late.started = LogPattern("^Begin");
  EXPECT_THAT(violation_of(late, {"Epoch 1/2 loss 1 acc 1"}).complaint,
              HasSubstr("before the line of"));
  EXPECT_THAT(violation_of(late, {"bye"}).complaint,
              AllOf(HasSubstr("no line matched"), HasSubstr("^Begin")));
}

TEST(LogReader, HoldsTheTrainingToItsSuccessRule) {
  LogPatterns patterns = one_line_an_epoch();
  patterns.success.must_appear = LogPattern("^Finished");
  patterns.success.must_not_appear = LogPattern("Traceback|WARNING: NaN");
  patterns.success.exit_codes = {0, 3};
  EXPECT_EQ(violation_of(patterns, {"bye"}).kind, "success_rule");
  EXPECT_THAT(violation_of(patterns, {"bye"}).complaint,
              HasSubstr("\"^Finished\", which must appear"));
  EXPECT_THAT(violation_of(patterns, {"Finished", "WARNING: NaN \x1b in step 3"}).complaint,
              AllOf(HasSubstr("must not appear"), HasSubstr("\\x1b in step 3")));
  LogReader reader(patterns);
  events_of(reader, {"Finished"});
  EXPECT_TRUE(std::holds_alternative<FinalEvent>(reader.end(well).event));
  ProcessEnd end = well;
  end.number = 3;
  EXPECT_TRUE(reader.accepts(end));
  end.number = 1;
  EXPECT_FALSE(reader.accepts(end));
  end = well;
  end.kind = ProcessEnd::Kind::signalled;
  EXPECT_FALSE(reader.accepts(end));
}

TEST(LogReader, SaysWhichPatternsALineMatches) {
  LogPatterns patterns = several_lines_an_epoch();
  patterns.started = LogPattern("Train Epoch: 1 ");
  const LogReader reader(patterns);
  EXPECT_THAT(reader.recognised("Train Epoch: 1 [0/600]\tLoss: 2.5"),
              ElementsAre("started", "epoch[0] epoch=1 train_loss=2.5"));
  EXPECT_THAT(reader.recognised("hello"), IsEmpty());
}

}  // namespace
}  // namespace tandem::execute

#include "execute/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::execute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename Event>
Event parsed(const std::string& line) {
  const TrainerEvent event = parse_event(line);
  if (const auto* violation = std::get_if<ViolationEvent>(&event)) {
    ADD_FAILURE() << violation->complaint;
  }
  return std::get<Event>(event);
}

std::string complaint(const std::string& line) {
  const TrainerEvent event = parse_event(line);
  const auto* violation = std::get_if<ViolationEvent>(&event);
  return violation == nullptr ? "" : violation->complaint;
}

TEST(ParseEvent, ReadsEachKindOfLine) {
  EXPECT_EQ(parsed<ReadyEvent>(R"({"type":"ready","protocol":1,"threads":2})").described["threads"],
            2);
  parsed<StartedEvent>(R"({"type":"started"})");
  const auto epoch = parsed<EpochEvent>(
      R"({"type":"epoch","epoch":3,"train_loss":0.25,"metrics":{"accuracy":0.5},"train_seconds":2})");
  EXPECT_EQ(epoch.epoch, 3);
  EXPECT_EQ(*epoch.train_loss, 0.25);
  EXPECT_EQ(epoch.metrics.at("accuracy"), 0.5);
  EXPECT_EQ(*epoch.train_seconds, 2);
  EXPECT_EQ(epoch.eval_seconds.reason(), "not reported by the trainer");
  EXPECT_EQ(parsed<FinalEvent>(R"({"type":"final","epochs":4,"metrics":{"f1":1}})").epochs, 4);
  EXPECT_EQ(parsed<FailedEvent>(R"({"type":"failed","reason":"r","message":"m"})").message, "m");
}

TEST(ParseEvent, TakesNullForANumberThatWasNotFinite) {
  const auto epoch = parsed<EpochEvent>(
      R"({"type":"epoch","epoch":1,"train_loss":null,"metrics":{"accuracy":null,"f1":1}})");
  EXPECT_FALSE(epoch.train_loss.has_value());
  EXPECT_FALSE(epoch.metrics.contains("accuracy"));
  EXPECT_TRUE(epoch.metrics.contains("f1"));
}

TEST(ParseEvent, IgnoresMembersItDoesNotKnow) {
  parsed<StartedEvent>(R"({"type":"started","new_in_version_2":[1]})");
}

TEST(ParseEvent, TakesALossThatIsNotToldForNoDivergence) {
  const auto epoch =
      std::get<EpochEvent>(parse_event(R"({"type":"epoch","epoch":1,"metrics":{"accuracy":1}})"));
  EXPECT_FALSE(epoch.loss_is_not_finite);
  EXPECT_EQ(epoch.train_loss.reason(), "not reported by the trainer");
}

TEST(ParseEvent, RefusesALineThatNestsTooDeeply) {
  const auto ready = [](size_t levels) {
    return R"({"type":"ready","protocol":1,"x":)" + std::string(levels, '[') +
           std::string(levels, ']') + "}";
  };
  EXPECT_EQ(complaint(ready(31)), "");
  EXPECT_THAT(complaint(ready(32)), HasSubstr("more than 32 levels"));
  EXPECT_THAT(complaint(ready(32'700)), HasSubstr("more than 32 levels"));
}

TEST(ParseEvent, SaysWhatIsWrongWithALine) {
  EXPECT_THAT(complaint("Epoch 1"), HasSubstr("not a JSON object"));
  EXPECT_THAT(complaint("[1]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(complaint("{}"), HasSubstr("no member \"type\""));
  EXPECT_THAT(complaint(R"({"type":1})"), HasSubstr("\"type\" is not a text"));
  EXPECT_THAT(complaint(R"({"type":"go"})"), HasSubstr("unknown type"));
  EXPECT_THAT(complaint(R"({"type":"ready","protocol":2})"), HasSubstr("speaks 1"));
  EXPECT_THAT(complaint(R"({"type":"epoch","epoch":-1,"train_loss":1,"metrics":{}})"),
              HasSubstr("not a count"));
  EXPECT_THAT(complaint(R"({"type":"epoch","epoch":1,"train_loss":"x","metrics":{}})"),
              HasSubstr("not a number"));
  EXPECT_THAT(complaint(R"({"type":"final","epochs":1,"metrics":[1]})"),
              HasSubstr("not an object"));
  EXPECT_THAT(complaint(R"({"type":"final","epochs":1,"metrics":{"a":"b"}})"),
              HasSubstr("not a number"));
  EXPECT_THAT(complaint(R"({"type":"final","epochs":1e99,"metrics":{}})"),
              HasSubstr("not a count"));
  EXPECT_THAT(complaint(R"({"type":"failed","reason":"\u001b[2J","message":"m"})"),
              HasSubstr("plain word"));
  EXPECT_THAT(complaint(std::string(longest_line_bytes, ' ')), HasSubstr("longer than"));
}

TEST(ParseEvent, KeepsControlCharactersOutOfItsComplaints) {
  EXPECT_EQ(complaint("\x1b[2J").find('\x1b'), std::string::npos);
}

TEST(LineSplitter, JoinsWhatComesInPieces) {
  LineSplitter splitter;
  EXPECT_THAT(splitter.feed("{\"a\""), IsEmpty());
  EXPECT_THAT(splitter.feed(":1}\n{}\n{"), ElementsAre("{\"a\":1}", "{}"));
  EXPECT_THAT(splitter.feed("}\n\n"), ElementsAre("{}", ""));
}

TEST(LineSplitter, GivesALineThatIsTooLongOnceAndDropsItsRest) {
  LineSplitter splitter;
  const std::string half(longest_line_bytes / 2 + 1, 'x');
  EXPECT_THAT(splitter.feed(half), IsEmpty());
  const auto lines = splitter.feed(half);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].size(), longest_line_bytes);
  EXPECT_THAT(splitter.feed(half), IsEmpty());
  EXPECT_THAT(splitter.feed("still the same line\nnext\n"), ElementsAre("next"));
}

}  // namespace
}  // namespace tandem::execute

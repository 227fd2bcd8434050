#include "serve/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/file.h"
#include "temporary_folder.h"

namespace tandem::serve {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::ThrowsMessage;

TEST(Token, IsNewEachTimeAndLong) {
  EXPECT_THAT(new_token(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(new_token(), new_token());
}

TEST(Token, IsMadeInItsFileForTheOwnerAloneAndFoundThereAgain) {
  const test::TemporaryFolder folder;
  const std::string token = token_in(folder / "token");
  EXPECT_THAT(token, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(token_in(folder / "token"), token);
  EXPECT_EQ(fs::status(folder / "token").permissions(), fs::perms(0600));
}

TEST(Token, IsRefusedWhenOthersMayReadItOrItIsNone) {
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& text, int mode) {
    const fs::path file = folder.write("token", text);
    fs::permissions(file, fs::perms(mode));
    return [file] { token_in(file); };
  };
  EXPECT_THAT(write("0123456789abcdef\n", 0644),
              ThrowsMessage<core::UserError>(
                  AllOf(HasSubstr("mode 0644"), HasSubstr("its owner alone may read"))));
  EXPECT_THAT(write("short\n", 0600), ThrowsMessage<core::UserError>(HasSubstr("5 bytes")));
  EXPECT_THAT(write("0123456789 abcdef\n", 0600),
              ThrowsMessage<core::UserError>(HasSubstr("spaces among them")));
  EXPECT_THAT([&] { token_in(folder / "no/such/folder"); },
              ThrowsMessage<core::UserError>(HasSubstr("No such file or directory")));
  EXPECT_THAT([&] { token_in(folder.path()); },
              ThrowsMessage<core::UserError>(HasSubstr("no regular file")));
}

TEST(Token, GrantsAccessOnlyWholeAndAsABearer) {
  EXPECT_TRUE(grants_access("Bearer abcdef", "abcdef"));
  EXPECT_TRUE(grants_access("bearer abcdef", "abcdef"));
  for (const char* wrong : {"", "abcdef", "Bearer", "Bearer ", "Bearer abcdeg", "Bearer abcde",
                            "Bearer abcdefg", "Basic abcdef", "Bearer  abcdef"}) {
    EXPECT_FALSE(grants_access(wrong, "abcdef")) << wrong;
  }
}

TEST(ConstantTimeComparison, SaysTheSameAsTheUsualOne) {
  const std::string text(64, 'a');
  EXPECT_TRUE(are_equal_in_constant_time(text, text));
  EXPECT_TRUE(are_equal_in_constant_time("", ""));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = '\x61' ^ '\x80';
    EXPECT_FALSE(are_equal_in_constant_time(text, other)) << i;
  }
}

TEST(OwnHost, IsAnAddressLocalhostOrAStatedNameWithAnyPort) {
  for (const char* own : {"127.0.0.1", "127.0.0.1:8765", "localhost", "LocalHost:1", "[::1]:8765",
                          "[::1]", "192.168.1.7:80", "gpu-box", "GPU-Box:8765"}) {
    EXPECT_TRUE(is_own_host(own, {"gpu-box"})) << own;
  }
  for (const char* foreign :
       {"", "evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.evil.example",
        "[::1", "[::1]x", "localhost:80x", "gpu-box.evil.example", "127.0.0.1@evil.example", ":80",
        "1.2.3", "[evil]"}) {
    EXPECT_FALSE(is_own_host(foreign, {"gpu-box"})) << foreign;
  }
}

TEST(SameOrigin, IsThePageItselfOrNoPageAtAll) {
  EXPECT_TRUE(is_same_origin("", "", "localhost:1")) << "curl";
  EXPECT_TRUE(is_same_origin("http://localhost:1", "same-origin", "localhost:1"));
  EXPECT_TRUE(is_same_origin("https://Localhost:1", "", "localhost:1")) << "a proxy with TLS";
  EXPECT_FALSE(is_same_origin("http://evil.example", "", "localhost:1"));
  EXPECT_FALSE(is_same_origin("http://localhost:2", "", "localhost:1"));
  EXPECT_FALSE(is_same_origin("null", "", "localhost:1")) << "a sandboxed frame or a file";
  EXPECT_FALSE(is_same_origin("", "cross-site", "localhost:1"));
  EXPECT_FALSE(is_same_origin("http://localhost:1", "same-site", "localhost:1"));
}

}  // namespace
}  // namespace tandem::serve

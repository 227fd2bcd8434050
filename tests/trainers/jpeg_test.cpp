#include "data/jpeg.h"

#include <sys/stat.h>

#include "expect_error.h"
#include "jpeg_files.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

class Jpeg : public testing::Test {
 protected:
  /// Writes the bytes and expects that they are refused with these words and the file's name.
  void expect_refused(const std::string& bytes, std::vector<std::string> message) {
    write_file(file_, bytes);
    message.push_back(file_.string());
    expect_error(ExitCode::bad_data, message, [&] { read_jpeg(file_); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "image.jpg";
};

TEST_F(Jpeg, GivesSizeAndColours) {
  write_file(file_, jpeg_bytes(12, 20, {200, 100, 30}));
  const RgbImage image = read_jpeg(file_);
  EXPECT_EQ(image.width, 12);
  EXPECT_EQ(image.height, 20);
  ASSERT_EQ(image.values.size(), 12U * 20 * 3);
  for (std::size_t i = 0; i < image.values.size(); i += 3) {
    EXPECT_NEAR(image.values[i], 200, 3);
    EXPECT_NEAR(image.values[i + 1], 100, 3);
    EXPECT_NEAR(image.values[i + 2], 30, 3);
  }
}

TEST_F(Jpeg, RefusesWhatIsNoImage) {
  expect_refused("", {"found no JPEG image", "expected one"});
  expect_refused("\x89PNG\r\n\x1a\n and so on", {"found no JPEG image", "expected one"});
  expect_refused("\xff\xd8\xff", {"found no JPEG image", "expected one"});
}

TEST_F(Jpeg, RefusesAnImageThatIsCutOff) {
  const std::string whole = jpeg_bytes(64, 128, {200, 100, 30});
  for (const std::size_t size : {whole.size() - 2, whole.size() - 40}) {
    expect_refused(whole.substr(0, size), {"found a damaged JPEG image", "expected a whole one"});
  }
}

TEST_F(Jpeg, RefusesAnAbsurdSizeBeforeItTakesMemory) {
  const std::string image = jpeg_bytes(64, 128, {200, 100, 30});
  expect_refused(with_claimed_size(image, 65500, 65500),
                 {"found an image of 65500 × 65500 pixels", "expected 1 to 4096 a side"});
  expect_refused(with_claimed_size(image, 64, 4097), {"found an image of 64 × 4097 pixels"});
  // Within the limits, but not what the data are.
  expect_refused(with_claimed_size(image, 4096, 4096), {"found a damaged JPEG image"});
}

TEST_F(Jpeg, RefusesAFileThatIsTooLarge) {
  write_file(file_, jpeg_bytes(8, 8, {1, 2, 3}));
  std::filesystem::resize_file(file_, jpeg_file_limit_bytes + 1);  // sparse
  expect_error(ExitCode::bad_data,
               {file_.string(), "found 33554433 bytes, expected at most 33554432"},
               [&] { read_jpeg(file_); });
}

TEST_F(Jpeg, RefusesWhatIsNoFile) {
  expect_error(ExitCode::bad_data, {file_.string(), "found no such file"},
               [&] { read_jpeg(file_); });
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);  // would wait for a writer
  expect_error(ExitCode::bad_data, {file_.string(), "found no such file"},
               [&] { read_jpeg(file_); });
}

}  // namespace
}  // namespace tandem::trainers::test

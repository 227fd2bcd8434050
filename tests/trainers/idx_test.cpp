#include "data/idx.h"

#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

class Idx : public testing::Test {
 protected:
  void expect_rejected(const std::string& bytes, int dimensions,
                       const std::vector<std::string>& message) {
    write_file(file_, bytes);
    auto parts = message;
    parts.push_back(file_.string());
    expect_error(ExitCode::bad_data, parts, [&] { read_idx(file_, dimensions); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "images";
};

TEST_F(Idx, ReadsSizesAndValues) {
  write_file(file_, idx_bytes({2, 3}, "abcdef"));
  const IdxArray array = read_idx(file_, 2);
  EXPECT_EQ(array.sizes, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdef");
}

TEST_F(Idx, ReadsMoreThanOneChunk) {
  const std::string values(3'000'000, 'x');
  write_file(file_, idx_bytes({3'000'000}, values));
  EXPECT_EQ(read_idx(file_, 1).values.size(), values.size());
}

TEST_F(Idx, ReadsGzippedFilesAlike) {
  write_gzip(file_, idx_bytes({6}, "abcdef"));
  const IdxArray array = read_idx(file_, 1);
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdef");
}

TEST_F(Idx, ReadsAnEmptyArray) {
  write_file(file_, idx_bytes({0}, ""));
  EXPECT_TRUE(read_idx(file_, 1).values.empty());
}

TEST_F(Idx, RejectsAMissingFile) {
  expect_error(ExitCode::bad_data, {"/nowhere/images", "cannot be opened", "No such file"},
               [] { read_idx("/nowhere/images", 3); });
}

TEST_F(Idx, RejectsAFolder) {
  expect_error(ExitCode::bad_data, {folder_.path().string(), "cannot be read"},
               [&] { read_idx(folder_.path(), 3); });
}

TEST_F(Idx, RejectsAnEmptyFile) {
  expect_rejected("", 1, {"found 0 bytes", "IDX header"});
}

TEST_F(Idx, RejectsAnotherMagicNumber) {
  expect_rejected("GIF89a..", 3, {"found magic number 0x47494638", "expected 0x00000803"});
}

TEST_F(Idx, RejectsLabelsWhereImagesAreExpected) {
  expect_rejected(idx_bytes({3}, "abc"), 3, {"found magic number 0x00000801", "0x00000803"});
}

TEST_F(Idx, RejectsAHeaderThatBreaksOff) {
  expect_rejected(idx_bytes({2, 3}, "").substr(0, 10), 2, {"found 1 sizes, expected 2"});
}

TEST_F(Idx, RejectsValuesThatBreakOff) {
  expect_rejected(idx_bytes({2, 3}, "abcde"), 2, {"only 5 bytes", "expected 6 (2 × 3)"});
}

TEST_F(Idx, RejectsValuesBeyondTheSizes) {
  expect_rejected(idx_bytes({2, 3}, "abcdefg"), 2, {"more than 6 bytes", "expected 6"});
}

TEST_F(Idx, RejectsAbsurdSizesWithoutAllocatingThem) {
  // 4.6e18 bytes: an allocation by the header would throw something else or take the machine down.
  expect_rejected(idx_bytes({0x7fffffff, 0x7fffffff}, "abc"), 2, {"only 3 bytes"});
}

TEST_F(Idx, RejectsSizesWhoseProductOverflows) {
  expect_rejected(idx_bytes({0xffffffff, 0xffffffff, 0xffffffff}, "abc"), 3, {"beyond 64 bits"});
}

TEST_F(Idx, RejectsGzippedDataThatBreakOff) {
  write_gzip(file_, idx_bytes({6}, "abcdef"));
  const std::string whole = read_file(file_);
  expect_rejected(whole.substr(0, whole.size() - 12), 1, {"cannot be read", "unexpected end"});
}

}  // namespace
}  // namespace tandem::trainers::test

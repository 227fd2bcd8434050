#include "data/cifar.h"

#include <torch/torch.h>

#include "data/pixels.h"
#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

constexpr std::size_t record_bytes = 3073;

/// A label, and colours that tell row, column and channel of each pixel.
std::string record(int label) {
  std::string bytes{static_cast<char>(label)};
  for (int channel = 0; channel < 3; ++channel) {
    for (int row = 0; row < 32; ++row) {
      for (int column = 0; column < 32; ++column) {
        bytes += static_cast<char>(64 * channel + row + column);
      }
    }
  }
  return bytes;
}

class Cifar : public testing::Test {
 protected:
  Cifar() { write(folder_.path()); }

  static void write(const std::filesystem::path& folder) {
    for (int batch = 1; batch <= 5; ++batch) {
      write_file(folder / ("data_batch_" + std::to_string(batch) + ".bin"),
                 record(batch) + record(batch + 1));
    }
    write_file(folder / "test_batch.bin", record(0) + record(9) + record(3));
  }

  void expect_bad_data(const std::filesystem::path& file, const std::string& what) {
    expect_error(ExitCode::bad_data, {file.string() + ": " + what},
                 [&] { load_cifar10(folder_.path(), 100, 100); });
    write(folder_.path());
  }

  TemporaryFolder folder_;
};

TEST_F(Cifar, IsReadPixelByPixelWithItsLabels) {
  const ImageDataSet data = load_cifar10(folder_.path(), 100, 100);
  EXPECT_FALSE(data.synthetic);
  EXPECT_TRUE(data.train.labels.equal(torch::tensor({1, 2, 2, 3, 3, 4, 4, 5, 5, 6})));
  EXPECT_TRUE(data.test.labels.equal(torch::tensor({0, 9, 3})));
  ASSERT_EQ(data.train.images.sizes(), (std::vector<std::int64_t>{10, 32, 32, 3}));
  EXPECT_EQ(data.train.images.dtype(), torch::kUInt8);
  EXPECT_EQ(data.train.images[7][3][20][1].item<int>(), 64 + 3 + 20);
  EXPECT_EQ(data.test.images[2][31][30][2].item<int>(), 128 + 31 + 30);
}

TEST_F(Cifar, IsReadUpToTheLimit) {
  const ImageDataSet data = load_cifar10(folder_.path(), 3, 2);
  EXPECT_TRUE(data.train.labels.equal(torch::tensor({1, 2, 2})));
  EXPECT_TRUE(data.test.labels.equal(torch::tensor({0, 9})));
}

TEST_F(Cifar, IsFoundInTheFolderOfItsArchive) {
  const TemporaryFolder parent;
  const auto unpacked = parent.path() / "cifar-10-batches-bin";
  std::filesystem::create_directory(unpacked);
  write(unpacked);
  EXPECT_EQ(load_cifar10(parent.path(), 100, 100).train.size(), 10);
}

TEST_F(Cifar, FilesThatDoNotFitAreRejected) {
  const auto batch = folder_.path() / "data_batch_4.bin", test = folder_.path() / "test_batch.bin";
  std::filesystem::remove(batch);
  expect_bad_data(batch, "found no such file, expected CIFAR-10's binary version there");
  write_file(test, record(1).substr(1));
  expect_bad_data(test, "found 3072 bytes, expected 1 to 10000 records of 3073 bytes");
  write_file(batch, "");
  expect_bad_data(batch, "found 0 bytes");
  write_file(batch, record(1) + record(2) + record(10));
  expect_bad_data(batch, "found label 10 in record 2, expected 0 to 9");
  std::filesystem::resize_file(batch, record_bytes << 30);  // without as many blocks on the disk
  expect_bad_data(batch, "found 3299608625152 bytes, expected 1 to 10000 records");
}

TEST_F(Cifar, AFileThatIsMissingIsMissedEvenIfItIsNotNeeded) {
  std::filesystem::remove(folder_.path() / "data_batch_5.bin");
  expect_error(ExitCode::bad_data, {"data_batch_5.bin: found no such file"},
               [&] { load_cifar10(folder_.path(), 1, 1); });
}

TEST(MadeUpCifar, IsAlwaysTheSameAndHasAllClasses) {
  const ImageDataSet data = make_up_cifar10(40, 20), again = make_up_cifar10(40, 20);
  EXPECT_TRUE(data.synthetic);
  EXPECT_EQ(data.train.images.sizes(), (std::vector<std::int64_t>{40, 32, 32, 3}));
  EXPECT_EQ(data.test.size(), 20);
  EXPECT_TRUE(data.train.images.equal(again.train.images));
  EXPECT_TRUE(data.test.images.equal(again.test.images));
  EXPECT_FALSE(data.train.images.slice(0, 0, 20).equal(data.test.images));
  EXPECT_TRUE(torch::bincount(data.train.labels).equal(torch::full({10}, 4)));
}

/// An image of one row and one channel.
torch::Tensor row(std::vector<std::int64_t> values) {
  const auto width = static_cast<std::int64_t>(values.size());
  return torch::tensor(values).to(torch::kUInt8).view({1, 1, width, 1});
}

torch::Tensor seen(const torch::Tensor& image, std::int64_t down, std::int64_t right,
                   bool mirrored) {
  return crop_and_flip(image, torch::tensor({0}),
                       torch::tensor({{down, right, std::int64_t{mirrored}}}));
}

TEST(Pixels, AreShiftedWithZerosOutsideOfTheImage) {
  const auto image = row({1, 2, 3, 4});
  EXPECT_TRUE(seen(image, 0, 0, false).equal(image));
  EXPECT_TRUE(seen(image, 0, 1, false).equal(row({2, 3, 4, 0})));
  EXPECT_TRUE(seen(image, 0, -3, false).equal(row({0, 0, 0, 1})));
  EXPECT_TRUE(seen(image, 0, 9, false).equal(row({0, 0, 0, 0})));
  EXPECT_TRUE(seen(image, 1, 0, false).equal(row({0, 0, 0, 0})));
}

TEST(Pixels, AreMirroredWithinTheShiftedWindow) {
  EXPECT_TRUE(seen(row({1, 2, 3, 4}), 0, 0, true).equal(row({4, 3, 2, 1})));
  EXPECT_TRUE(seen(row({1, 2, 3, 4}), 0, 1, true).equal(row({0, 4, 3, 2})));
}

TEST(Pixels, OfABatchAreWhatEachSampleAloneWouldBe) {
  const auto images =
      torch::arange(5 * 6 * 7 * 3).remainder(251).to(torch::kUInt8).view({5, 6, 7, 3});
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(1);
  const auto indices = torch::tensor({4, 0, 4, 2});
  const auto shifts = random_shifts(4, 3, generator);
  const auto batch = crop_and_flip(images, indices, shifts);
  const auto padded = torch::constant_pad_nd(images, {0, 0, 3, 3, 3, 3});
  for (std::int64_t i = 0; i < 4; ++i) {
    const auto down = shifts[i][0].item<std::int64_t>(), right = shifts[i][1].item<std::int64_t>();
    auto expected = padded[indices[i].item<std::int64_t>()]
                        .slice(0, 3 + down, 9 + down)
                        .slice(1, 3 + right, 10 + right);
    if (shifts[i][2].item<std::int64_t>() == 1) expected = expected.flip(1);
    EXPECT_TRUE(batch[i].equal(expected)) << i;
  }
}

TEST(Pixels, AreShiftedByUpToThePaddingEitherWay) {
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(1);
  const auto shifts = random_shifts(1000, 4, generator);
  EXPECT_TRUE(std::get<0>(shifts.min(0)).equal(torch::tensor({-4, -4, 0})));
  EXPECT_TRUE(std::get<0>(shifts.max(0)).equal(torch::tensor({4, 4, 1})));
}

TEST(Pixels, OfHalvedImagesAreMeansOfFour) {
  const auto image = torch::tensor({{1, 3, 10, 10}, {5, 7, 10, 11}}).to(torch::kUInt8);
  EXPECT_TRUE(halve(image.view({1, 2, 4, 1})).equal(row({4, 10})));
}

}  // namespace
}  // namespace tandem::trainers::test

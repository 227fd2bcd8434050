#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <set>
#include <utility>

#include "data/made_up_persons.h"
#include "data/market1501.h"
#include "expect_error.h"
#include "jpeg_files.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using std::filesystem::path;

const std::string small_image = jpeg_bytes(8, 16, {40, 80, 120});

/// Market-1501's three folders with a few images.
class Market : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& part : {train_, query_, gallery_}) std::filesystem::create_directory(part);
    for (const char* const name :
         {"0002_c1s1_000451_03.jpg", "0002_c1s1_000551_01.jpg", "0002_c2s1_000776_01.jpg",
          "0002_c3s1_000776_01.jpg", "0007_c2s3_070952_01.jpg", "0007_c3s3_077419_03.jpg"}) {
      add(train_, name);
    }
    for (const char* const name : {"0001_c1s1_001051_00.jpg", "0003_c4s6_015641_00.jpg"}) {
      add(query_, name);
    }
    for (const char* const name :
         {"-1_c1s1_000401_03.jpg", "0000_c1s1_000151_01.jpg", "0000_c2s1_000151_02.jpg",
          "0001_c1s1_001051_03.jpg", "0001_c1s2_001051_03.jpg", "0001_c2s1_000301_00.jpg",
          "0003_c1s6_015841_02.jpg", "0005_c1s1_001351_01.jpg"}) {
      add(gallery_, name);
    }
  }

  static void add(const path& folder, const std::string& name,
                  const std::string& bytes = small_image) {
    write_file(folder / name, bytes);
  }
  PersonDataSet load(PersonDataSize size = {.height = 16, .width = 8}) {
    return load_market1501(folder_.path(), size);
  }
  void expect_bad_data(const std::vector<std::string>& message) {
    expect_error(ExitCode::bad_data, message, [&] { load(); });
  }
  static std::vector<std::int64_t> values(const torch::Tensor& tensor) {
    return {tensor.data_ptr<std::int64_t>(), tensor.data_ptr<std::int64_t>() + tensor.numel()};
  }

  using Values = std::vector<std::int64_t>;
  TemporaryFolder folder_;
  path train_ = folder_.path() / "bounding_box_train", query_ = folder_.path() / "query",
       gallery_ = folder_.path() / "bounding_box_test";
};

TEST_F(Market, TellsIdentitiesAndCamerasByTheFilesNames) {
  add(train_, "Thumbs.db", "not an image");  // as in the published archive
  const PersonDataSet data = load();
  EXPECT_FALSE(data.synthetic);
  EXPECT_EQ(data.identities, 2);
  // The cameras give their images in turn.
  EXPECT_EQ(values(data.train.identities), (Values{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(values(data.train.cameras), (Values{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(values(data.query.identities), (Values{1, 3}));
  EXPECT_EQ(values(data.query.cameras), (Values{1, 4}));
  // Without junk; 0005 is asked for by no query; distractors last.
  EXPECT_EQ(values(data.gallery.identities), (Values{1, 1, 1, 3, 5, 0, 0}));
  EXPECT_EQ(values(data.gallery.cameras), (Values{1, 2, 1, 1, 1, 1, 2}));
  EXPECT_EQ(data.describe().train_samples, 6);
  EXPECT_EQ(data.describe().test_samples, 9);
}

TEST_F(Market, KeepsPixelsAndResizesOthers) {
  add(query_, "0001_c1s1_001051_00.jpg", jpeg_bytes(31, 77, {200, 100, 30}));
  const PersonDataSet data = load();
  EXPECT_EQ(data.query.pixels.sizes(), (torch::IntArrayRef{2, 16, 8, 3}));
  const auto distance = [](const torch::Tensor& image, const torch::Tensor& color) {
    return (image.to(torch::kInt32) - color).abs().max().item<int>();
  };
  EXPECT_LE(distance(data.query.pixels[0], torch::tensor({200, 100, 30})), 3);
  EXPECT_LE(distance(data.query.pixels[1], torch::tensor({40, 80, 120})), 3);
}

TEST_F(Market, TakesASmallPartWhoseQueriesAreAnswered) {
  const PersonDataSet data = load({.height = 16,
                                   .width = 8,
                                   .train_identities = 1,
                                   .train_images_each = 3,
                                   .test_identities = 1,
                                   .query_images_each = 1,
                                   .gallery_images_each = 2,
                                   .distractors = 1});
  EXPECT_EQ(values(data.train.cameras), (Values{1, 2, 3}));
  EXPECT_EQ(data.identities, 1);
  EXPECT_EQ(values(data.gallery.identities), (Values{1, 1, 0}));
  EXPECT_EQ(values(data.gallery.cameras), (Values{1, 2, 1}));
}

TEST_F(Market, RefusesFoldersThatAreNotThereOrEmpty) {
  std::filesystem::rename(query_, folder_.path() / "elsewhere");
  expect_bad_data({query_.string(), "found no such folder", "expected Market-1501 there"});
  std::filesystem::create_directory(query_);
  expect_bad_data({query_.string(), "found no .jpg files"});
}

TEST_F(Market, RefusesFilesWithOtherNames) {
  for (const char* const name :
       {"2.jpg", "0002_c1s1_000451.jpg", "002_c1s1_000451_03.jpg", "0002_x1s1_000451_03.jpg",
        "0002_c1s1_000451_03_copy.jpg", "-2_c1s1_000451_03.jpg", "-102_c1s1_000451_03.jpg",
        "0002_c-1s1_000451_03.jpg", "00o2_c1s1_000451_03.jpg"}) {
    add(gallery_, name);
    expect_bad_data({(gallery_ / name).string(), "expected names like 0002_c1s1_000451_03.jpg"});
    std::filesystem::remove(gallery_ / name);
  }
}

TEST_F(Market, RefusesJunkAndDistractorsAmongPersons) {
  add(train_, "-1_c1s1_000401_03.jpg");
  expect_bad_data({(train_ / "-1_c1s1_000401_03.jpg").string(), "found identity -1"});
  std::filesystem::remove(train_ / "-1_c1s1_000401_03.jpg");
  add(query_, "0000_c1s1_000401_03.jpg");
  expect_bad_data({(query_ / "0000_c1s1_000401_03.jpg").string(), "found identity 0000"});
}

TEST_F(Market, RefusesQueriesThatNothingAnswers) {
  add(query_, "0009_c1s1_001051_00.jpg");  // nobody in the gallery
  expect_bad_data({(query_ / "0009_c1s1_001051_00.jpg").string(),
                   "found no image of person 0009 by another camera than 1"});
  std::filesystem::remove(query_ / "0009_c1s1_001051_00.jpg");
  add(query_, "0005_c1s1_001351_00.jpg");  // only the same camera saw 0005
  expect_bad_data({"found no image of person 0005 by another camera than 1"});
}

TEST_F(Market, RefusesTrainingImagesOfOnePerson) {
  for (const char* const name : {"0007_c2s3_070952_01.jpg", "0007_c3s3_077419_03.jpg"}) {
    std::filesystem::remove(train_ / name);
  }
  expect_bad_data({train_.string(), "found images of 1 person, expected at least 2"});
}

TEST_F(Market, RefusesDamagedImages) {
  add(gallery_, "0003_c1s6_015841_02.jpg", small_image.substr(0, small_image.size() - 2));
  expect_bad_data({(gallery_ / "0003_c1s6_015841_02.jpg").string(), "found a damaged JPEG image"});
  add(gallery_, "0003_c1s6_015841_02.jpg", with_claimed_size(small_image, 65500, 65500));
  expect_bad_data({"found an image of 65500 × 65500 pixels"});
}

TEST_F(Market, RefusesMoreImagesThanTheMemoryIsFor) {
  PersonDataSize size{.height = 1024, .width = 512};
  size.memory_limit_bytes = 20 << 20;
  expect_error(ExitCode::bad_data,
               {folder_.path().string(), "found 15 images, which take 22 MiB of 512 × 1024 pixels",
                "expected at most 20 MiB"},
               [&] { load(size); });
}

constexpr PersonDataSize few{.height = 64,
                             .width = 32,
                             .train_identities = 5,
                             .train_images_each = 7,
                             .test_identities = 4,
                             .query_images_each = 2,
                             .gallery_images_each = 3,
                             .distractors = 6};

TEST(MadeUpPersons, AreAsManyAsAskedForAndCalledSynthetic) {
  const PersonDataSet data = make_up_persons(few);
  EXPECT_TRUE(data.synthetic);
  EXPECT_EQ(data.identities, 5);
  EXPECT_EQ(data.train.pixels.sizes(), (torch::IntArrayRef{35, 64, 32, 3}));
  EXPECT_EQ(data.query.size(), 8);
  EXPECT_EQ(data.gallery.size(), 4 * 3 + 6);
  EXPECT_EQ(data.gallery.identities.eq(distractor).sum().item<int>(), 6);
  EXPECT_EQ(data.train.identities.max().item<int>(), 4);
  EXPECT_TRUE(data.train.cameras.ge(1).logical_and(data.train.cameras.le(6)).all().item<bool>());
}

TEST(MadeUpPersons, AreTheSameEveryTimeAndInEveryNumber) {
  const PersonDataSet data = make_up_persons(few);
  PersonDataSize more = few;
  more.train_identities = 8;
  more.distractors = 9;
  const PersonDataSet others = make_up_persons(more);
  EXPECT_TRUE(data.train.pixels.equal(others.train.pixels.slice(0, 0, 35)));
  EXPECT_TRUE(data.query.pixels.equal(others.query.pixels));
  EXPECT_TRUE(data.gallery.pixels.equal(others.gallery.pixels.slice(0, 0, 18)));
}

TEST(MadeUpPersons, AreSeenByAnotherCameraInTheGallery) {
  const PersonDataSet data = make_up_persons(few);
  for (std::int64_t i = 0; i < data.query.size(); ++i) {
    const auto answers = data.gallery.identities.eq(data.query.identities[i])
                             .logical_and(data.gallery.cameras.ne(data.query.cameras[i]));
    EXPECT_TRUE(answers.any().item<bool>()) << i;
  }
}

/// How much a value (persons × images) differs between the means of persons, and within a person.
std::pair<double, double> between_and_within(const torch::Tensor& value) {
  return {value.mean(1).std(0).mean().item<double>(), value.std(1).mean().item<double>()};
}

TEST(MadeUpPersons, AreToldApartByPatternsAndNotByMeanColors) {
  PersonDataSize size = few;
  size.train_identities = 30;
  size.train_images_each = 12;  // two of each camera
  const PersonDataSet data = make_up_persons(size);
  const auto upper_body =
      data.train.pixels.to(torch::kFloat32).slice(1, 16, 30).slice(2, 11, 21);  // N × 14 × 10 × 3
  const auto [color_between, color_within] =
      between_and_within(upper_body.mean({1, 2}).view({30, 12, 3}));
  EXPECT_LT(color_between, 0.5 * color_within);
  EXPECT_GT(color_within, 5);  // light and noise

  // Hoops change from row to row, stripes from column to column, checks as the one as the other.
  const auto across = upper_body.diff(1, 2).abs().mean({1, 2, 3});
  const auto down = upper_body.diff(1, 1).abs().mean({1, 2, 3});
  const auto [pattern_between, pattern_within] =
      between_and_within((down / across).log().view({30, 12, 1}));
  EXPECT_GT(pattern_between, 2 * pattern_within);
}

}  // namespace
}  // namespace tandem::trainers::test

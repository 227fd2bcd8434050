#include "data/market1501.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "data/jpeg.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t junk = -1;
constexpr std::int64_t channels = 3;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", path.string(), what));
}

/// One file as its name describes it.
struct Entry {
  std::filesystem::path file;
  std::int64_t identity = 0;
  std::int64_t camera = 0;
};

/// Reads `digits` decimal digits off the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') return {};
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Reads a name of the form 0002_c1s1_000451_03.jpg (identity, camera, sequence, frame, box).
Entry parse_name(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  std::string_view rest = name;
  const auto identity = take(rest, "-1") ? std::optional(junk) : take_number(rest, 4);
  const auto camera = identity && take(rest, "_c") ? take_number(rest, 1) : std::nullopt;
  if (!camera || !take(rest, "s") || !take_number(rest, 1) || !take(rest, "_") ||
      !take_number(rest, 6) || !take(rest, "_") || !take_number(rest, 2) || rest != ".jpg") {
    fail(file, "found a file of this name, expected names like 0002_c1s1_000451_03.jpg");
  }
  return {file, *identity, *camera};
}

/// The images of a folder in the order of their names.
std::vector<Entry> list(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    fail(folder,
         "found no such folder, expected Market-1501 there (bounding_box_train, query, "
         "bounding_box_test)");
  }
  std::vector<Entry> entries;
  std::filesystem::directory_iterator file(folder, error), end;
  for (; !error && file != end; file.increment(error)) {
    // The published folders hold thumbnail databases beside the images.
    if (file->path().extension() == ".jpg") entries.push_back(parse_name(file->path()));
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  if (entries.empty()) fail(folder, "found no .jpg files, expected the images of Market-1501");
  std::ranges::sort(entries, {}, &Entry::file);
  return entries;
}

/// Images by identity, ascending.
using Persons = std::map<std::int64_t, std::vector<Entry>>;

Persons group(const std::vector<Entry>& entries) {
  Persons persons;
  for (const Entry& entry : entries) persons[entry.identity].push_back(entry);
  return persons;
}

void require_persons(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.identity <= distractor) {
      fail(entry.file, fmt::format("found identity {}, expected a person (0001 to 9999) in this "
                                   "folder",
                                   entry.identity == junk ? "-1" : "0000"));
    }
  }
}

/// The first `limit` images when each camera gives one in turn.
std::vector<Entry> in_turn(const std::vector<Entry>& entries, std::int64_t limit) {
  std::map<std::int64_t, std::int64_t> images_of_camera;
  std::vector<std::pair<std::int64_t, Entry>> by_turn;
  for (const Entry& entry : entries) by_turn.emplace_back(images_of_camera[entry.camera]++, entry);
  std::ranges::stable_sort(by_turn, {}, [](const auto& each) { return each.first; });
  std::vector<Entry> result;
  for (const auto& [turn, entry] : by_turn) {
    if (static_cast<std::int64_t>(result.size()) == limit) break;
    result.push_back(entry);
  }
  return result;
}

/// An image (values of `rgb`) as floats, 1 × 3 × height × width.
torch::Tensor resize(RgbImage& rgb, std::int64_t height, std::int64_t width) {
  const auto pixels =
      torch::from_blob(rgb.values.data(), {1, rgb.height, rgb.width, channels}, torch::kUInt8);
  namespace F = torch::nn::functional;
  return F::interpolate(pixels.permute({0, 3, 1, 2}).to(torch::kFloat32),
                        F::InterpolateFuncOptions()
                            .size(std::vector<std::int64_t>{height, width})
                            .mode(torch::kBilinear)
                            .align_corners(false)
                            .antialias(true));
}

PersonImages load(const std::vector<Entry>& entries, const PersonDataSize& size) {
  const auto count = static_cast<std::int64_t>(entries.size());
  auto pixels = torch::empty({count, size.height, size.width, channels}, torch::kUInt8);
  std::vector<std::int64_t> identities, cameras;
  for (const Entry& entry : entries) {
    RgbImage image = read_jpeg(entry.file);
    auto place = pixels[static_cast<std::int64_t>(identities.size())];
    if (image.height == size.height && image.width == size.width) {
      std::ranges::copy(image.values, place.data_ptr<std::uint8_t>());
    } else {
      place.copy_(resize(image, size.height, size.width)[0].permute({1, 2, 0}).round_());
    }
    identities.push_back(entry.identity);
    cameras.push_back(entry.camera);
  }
  return {pixels, torch::tensor(identities, torch::kInt64), torch::tensor(cameras, torch::kInt64)};
}

void append(std::vector<Entry>& entries, const std::vector<Entry>& more) {
  entries.insert(entries.end(), more.begin(), more.end());
}

}  // namespace

PersonDataSet load_market1501(const std::filesystem::path& folder, const PersonDataSize& size) {
  const auto all_train = list(folder / "bounding_box_train");
  const auto all_query = list(folder / "query");
  const auto all_gallery = list(folder / "bounding_box_test");
  require_persons(all_train);
  require_persons(all_query);
  const Persons train_persons = group(all_train);
  const Persons query_persons = group(all_query);
  const Persons gallery_persons = group(all_gallery);
  if (train_persons.size() < 2) {
    fail(folder / "bounding_box_train", "found images of 1 person, expected at least 2");
  }

  std::vector<Entry> train, query, gallery;
  std::int64_t label = 0;
  for (const auto& [identity, images] : train_persons) {
    if (label == size.train_identities) break;
    for (Entry entry : in_turn(images, size.train_images_each)) {
      entry.identity = label;
      train.push_back(std::move(entry));
    }
    ++label;
  }
  std::int64_t test_identities = 0;
  for (const auto& [identity, images] : query_persons) {
    const auto same = gallery_persons.find(identity);
    for (const Entry& entry : images) {
      const bool answered = same != gallery_persons.end() &&
                            std::ranges::any_of(same->second, [&](const Entry& other) {
                              return other.camera != entry.camera;
                            });
      if (!answered) {
        fail(entry.file, fmt::format("found no image of person {:04} by another camera than {} in "
                                     "bounding_box_test, expected at least one for each query",
                                     identity, entry.camera));
      }
    }
    if (test_identities++ >= size.test_identities) continue;  // checked all the same
    append(query, in_turn(images, size.query_images_each));
    append(gallery, in_turn(same->second, size.gallery_images_each));
  }
  // At full size persons of the gallery need not be queried.
  if (size.test_identities == PersonDataSize::all) {
    for (const auto& [identity, images] : gallery_persons) {
      if (identity > distractor && !query_persons.contains(identity)) append(gallery, images);
    }
  }
  if (const auto found = gallery_persons.find(distractor); found != gallery_persons.end()) {
    append(gallery, in_turn(found->second, size.distractors));
  }

  const auto images = static_cast<std::int64_t>(train.size() + query.size() + gallery.size());
  const std::int64_t bytes = images * size.height * size.width * channels;
  if (bytes > size.memory_limit_bytes) {
    fail(folder,
         fmt::format("found {} images, which take {} MiB of {} × {} pixels, expected at "
                     "most {} MiB",
                     images, bytes >> 20, size.width, size.height, size.memory_limit_bytes >> 20));
  }
  return {.train = load(train, size),
          .query = load(query, size),
          .gallery = load(gallery, size),
          .identities = label,
          .synthetic = false};
}

}  // namespace tandem::trainers

#include "data/made_up_persons.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace tandem::trainers {
namespace {

constexpr std::int64_t cameras = 6;  // as Market-1501
// Where the test's persons begin: few combine textures as training's do at quick scale.
constexpr std::int64_t first_test_person = 40;

/// Uniform random numbers of one thing to draw, the same on every machine.
class Random {
 public:
  /// The stream number `index` of its `kind`.
  Random(std::uint32_t kind, std::int64_t index)
      : engine_(kind * 0x9e3779b9U + static_cast<std::uint32_t>(index) * 0x85ebca6bU + 1501U) {
    engine_.discard(8);
  }

  float between(float low, float high) {
    return low + (high - low) * static_cast<float>(engine_() >> 8) * 0x1p-24F;
  }
  bool happens(float probability) { return between(0, 1) < probability; }
  std::size_t below(std::size_t count) { return engine_() % count; }

 private:
  std::mt19937 engine_;
};

struct Color {
  float red = 0, green = 0, blue = 0;

  friend Color operator*(Color a, Color b) {
    return {a.red * b.red, a.green * b.green, a.blue * b.blue};
  }
  friend Color operator+(Color color, float value) {
    return {color.red + value, color.green + value, color.blue + value};
  }
};

Color random_color(Random& random, float low, float high) {
  const float red = random.between(low, high), green = random.between(low, high);
  return {red, green, random.between(low, high)};
}

/// Something grey with a touch of colour.
Color random_grey(Random& random, float variation) {
  const float brightness = .475F + random.between(-.225F, .225F) * variation;
  return random_color(random, -.12F * variation, .12F * variation) + brightness;
}

constexpr Color cloth{.45F, .45F, .45F};  // the mean of what everyone wears
constexpr float contrast = .3F;           // of its two tones to that mean
constexpr Color hair{.12F, .09F, .07F};
constexpr Color bag{.2F, .17F, .15F};
constexpr Color skin{.6F, .47F, .39F};

enum class Weave { plain, hoops, stripes, diagonals, checks };
enum class Legwear { trousers, shorts, skirt };

/// A pattern in two tones, as much of the one as of the other: all have the same mean colour.
struct Texture {
  /// The texture of this number; those of numbers that differ by a multiple of `kinds` are alike,
  /// but for what `random` adds.
  Texture(std::int64_t number, Random& random)
      : weave(static_cast<Weave>((number % kinds + 1) / 2)),
        period((number % kinds % 2 == 0 ? .16F : .085F) * random.between(.92F, 1.08F)) {}

  static constexpr std::int64_t kinds = 9;

  /// −1 or 1, 0 for a plain one, at lengths in body heights.
  float tone(float u, float v) const {
    const auto wave = [this](float x) {
      return x / period - std::floor(x / period) < .5F ? 1 : -1;
    };
    switch (weave) {
      case Weave::plain:
        return 0;
      case Weave::hoops:
        return static_cast<float>(wave(v));
      case Weave::stripes:
        return static_cast<float>(wave(u));
      case Weave::diagonals:
        return static_cast<float>(wave((u + v) * .7071F));
      case Weave::checks:
        return static_cast<float>(wave(u) * wave(v));
    }
    return 0;
  }

  Weave weave;
  float period;  // in body heights
};

/// What makes a person the same in all images.
struct Person {
  /// The person of this number: persons of nearby numbers differ in a texture.
  Person(std::int64_t number, Random random)
      : top(number, random),
        legs(2 * number + number / Texture::kinds, random),
        legwear(static_cast<Legwear>(random.below(3))),
        bag_side(static_cast<float>(random.below(3)) - 1),
        stature(random.between(.86F, .94F)),
        build(random.between(.9F, 1.15F)) {}

  Texture top, legs;
  Legwear legwear;
  float bag_side;  // −1, 0 (no bag) or 1
  float stature;   // of the image's height
  float build;     // factor on the width
};

/// What a camera does to all its images.
struct Camera {
  Camera(Random random, float variation)
      : light(random_color(random, -.25F * variation, .25F * variation) + .95F),
        haze(random.between(0, .1F * variation)),
        ground(random_grey(random, variation)),
        wall(random_grey(random, variation)),
        post(random_grey(random, variation)),
        horizon(random.between(.35F, .7F)),
        from_behind(random.between(.1F, .9F)),
        distance(random.between(.85F, 1.05F)) {}

  Color light;
  float haze;
  Color ground, wall, post;
  float horizon;
  float from_behind;  // probability that it sees a back
  float distance;     // factor on the stature
};

/// How a person happens to stand in one image. Lengths are shares of the image's height.
struct Pose {
  Pose(const Camera& camera, Random& random, float variation)
      : behind(random.happens(camera.from_behind)),
        centre(random.between(-.04F, .04F)),
        feet(random.between(.93F, 1.02F)),
        scale(camera.distance * random.between(.94F, 1.04F)),
        stride(random.between(.01F, .05F)),
        light(1 + random.between(-.15F, .15F) * variation),
        post(random.between(-.3F, .3F)),
        phase(random.between(0, 1)) {}

  bool behind;
  float centre, feet, scale, stride, light, post, phase;
};

/// A garment's colour; the textures of an image begin somewhere else in each.
Color cloth_color(const Texture& texture, const Pose& pose, float u, float v) {
  return cloth + contrast * texture.tone(u + pose.phase, v + pose.phase);
}

/// The scene at x (to the right of the middle) and y (from the top), in image heights.
Color scene_color(const Camera& camera, const Pose& pose, float x, float y) {
  if (std::abs(x - pose.post) < .03F) return camera.post;
  return y < camera.horizon ? camera.wall : camera.ground;
}

/// The person at u (to the right of the body's middle) and v (0 at the crown, 1 at the feet), in
/// body heights; `hit` says whether it is there.
Color body_color(const Person& person, const Pose& pose, float u, float v, bool& hit) {
  hit = true;
  const float side = pose.behind ? -1.F : 1.F;
  const float head_v = (v - .08F) / .08F, head_u = u / .06F;
  if (head_v * head_v + head_u * head_u < 1) {
    return pose.behind || v < .06F ? hair : skin;
  }
  const float width = .14F * person.build;
  if (person.bag_side != 0 && std::abs(u - side * person.bag_side * (width + .03F)) < .045F &&
      v > .34F && v < .52F) {
    return bag;
  }
  if (v > .15F && v < .5F) {
    if (std::abs(u) < width) return cloth_color(person.top, pose, u, v);
    if (std::abs(u) < width + .045F) return v < .44F ? cloth_color(person.top, pose, u, v) : skin;
  }
  if (person.legwear == Legwear::skirt && v >= .5F && v < .72F &&
      std::abs(u) < width * (.8F + (v - .5F) * 1.5F)) {
    return cloth_color(person.legs, pose, u, v);
  }
  if (v >= .5F && v < 1) {
    const float spread = .065F * person.build + pose.stride * (v - .5F) * 2;
    if (std::abs(std::abs(u) - spread) < .062F * person.build) {
      if (v > .94F) return bag;
      return person.legwear == Legwear::trousers || v < .72F ? cloth_color(person.legs, pose, u, v)
                                                             : skin;
    }
  }
  hit = false;
  return {};
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.F, 1.F) * 255 + .5F);
}

/// Draws one image (height × width × 3) at `target`; without a person an empty scene.
void draw(const Person* person, const Camera& camera, Random random, const PersonDataSize& size,
          std::uint8_t* target) {
  const auto [height, width] = std::pair(size.height, size.width);
  const Pose pose(camera, random, size.variation);
  const Color light = camera.light * Color{pose.light, pose.light, pose.light};
  const float scale = person == nullptr ? 1 : person->stature * pose.scale;
  for (std::int64_t row = 0; row < height; ++row) {
    const float y = (static_cast<float>(row) + .5F) / static_cast<float>(height);
    for (std::int64_t column = 0; column < width; ++column) {
      const float x = (static_cast<float>(column) + .5F - static_cast<float>(width) / 2) /
                      static_cast<float>(height);
      bool hit = false;
      Color color;
      if (person != nullptr) {
        color =
            body_color(*person, pose, (x - pose.centre) / scale, (y - pose.feet) / scale + 1, hit);
      }
      if (!hit) color = scene_color(camera, pose, x, y);
      color = color * light + (camera.haze + random.between(-.05F, .05F) * size.variation);
      *target++ = to_byte(color.red);
      *target++ = to_byte(color.green);
      *target++ = to_byte(color.blue);
    }
  }
}

// The kinds of random streams.
enum Stream : std::uint32_t {
  camera_stream,
  train_stream,
  test_stream,
  passer_by_stream,
  image_stream
};

/// Collects images of one part of the data set.
class Album {
 public:
  Album(Stream part, std::int64_t images, const PersonDataSize& size) : part_(part), size_(size) {
    images_.pixels = torch::empty({images, size.height, size.width, 3}, torch::kUInt8);
    images_.identities = torch::empty({images}, torch::kInt64);
    images_.cameras = torch::empty({images}, torch::kInt64);
  }

  void add(const Person* person, std::int64_t identity, std::int64_t camera, std::int64_t number) {
    const Random random(image_stream + static_cast<std::uint32_t>(part_) * 16,
                        identity * 4096 + number);
    auto place = images_.pixels[count_];
    draw(person, Camera(Random(camera_stream, camera), size_.variation), random, size_,
         place.data_ptr<std::uint8_t>());
    images_.identities[count_] = identity;
    images_.cameras[count_] = camera + 1;
    ++count_;
  }

  const PersonImages& images() const { return images_; }

 private:
  Stream part_;
  PersonDataSize size_;
  PersonImages images_;
  std::int64_t count_ = 0;
};

}  // namespace

PersonDataSet make_up_persons(const PersonDataSize& size) {
  Album train(train_stream, size.train_identities * size.train_images_each, size);
  for (std::int64_t identity = 0; identity < size.train_identities; ++identity) {
    const Person person(identity, Random(train_stream, identity));
    for (std::int64_t i = 0; i < size.train_images_each; ++i) {
      train.add(&person, identity, (identity + i) % cameras, i);
    }
  }
  Album query(test_stream, size.test_identities * size.query_images_each, size);
  Album gallery(test_stream, size.test_identities * size.gallery_images_each + size.distractors,
                size);
  for (std::int64_t identity = 1; identity <= size.test_identities; ++identity) {
    const Person person(identity + first_test_person, Random(test_stream, identity));
    // The gallery goes on with the camera after the last query's, so that even one image of a
    // person answers all its queries but that camera's own.
    for (std::int64_t i = 0; i < size.query_images_each; ++i) {
      query.add(&person, identity, (identity + i) % cameras, i);
    }
    for (std::int64_t i = 0; i < size.gallery_images_each; ++i) {
      const std::int64_t number = size.query_images_each + i;
      gallery.add(&person, identity, (identity + number) % cameras, number);
    }
  }
  for (std::int64_t i = 0; i < size.distractors; ++i) {
    const Person passer_by(i, Random(passer_by_stream, i));
    gallery.add(i % 4 == 0 ? nullptr : &passer_by, distractor, i % cameras, i);
  }
  return {.train = train.images(),
          .query = query.images(),
          .gallery = gallery.images(),
          .identities = size.train_identities,
          .synthetic = true};
}

}  // namespace tandem::trainers

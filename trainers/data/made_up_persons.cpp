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

constexpr std::array<Color, 9> cloth{{{.1F, .1F, .12F},
                                      {.85F, .85F, .8F},
                                      {.5F, .5F, .5F},
                                      {.75F, .12F, .15F},
                                      {.12F, .2F, .6F},
                                      {.15F, .5F, .2F},
                                      {.8F, .7F, .2F},
                                      {.45F, .3F, .2F},
                                      {.6F, .35F, .65F}}};
constexpr std::array<Color, 4> hairs{
    {{.08F, .06F, .05F}, {.3F, .18F, .1F}, {.7F, .55F, .3F}, {.55F, .55F, .55F}}};

enum class Pattern { plain, hoops, stripes, halves, open_jacket };
enum class Legwear { trousers, shorts, skirt };

/// What makes a person the same in all images.
struct Person {
  explicit Person(Random random)
      : top(cloth[random.below(cloth.size())]),
        second(cloth[random.below(cloth.size())]),
        legs(cloth[random.below(cloth.size())]),
        shoes(cloth[random.below(cloth.size())]),
        bag(cloth[random.below(cloth.size())]),
        hair(hairs[random.below(hairs.size())]),
        pattern(static_cast<Pattern>(random.below(5))),
        legwear(static_cast<Legwear>(random.below(3))),
        bag_side(static_cast<float>(random.below(3)) - 1),
        stature(random.between(.82F, .94F)),
        build(random.between(.8F, 1.25F)) {
    const float tone = random.between(.35F, .85F);
    skin = {tone, tone * .78F, tone * .65F};
  }

  Color top, second, legs, shoes, bag, hair, skin;
  Pattern pattern;
  Legwear legwear;
  float bag_side;  // −1, 0 (no bag) or 1
  float stature;   // of the image's height
  float build;     // factor on the width
};

/// What a camera does to all its images.
struct Camera {
  Camera(Random random, float variation)
      : light(random_color(random, -.125F * variation, .125F * variation) + .975F),
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
        post(random.between(-.3F, .3F)) {}

  bool behind;
  float centre, feet, scale, stride, light, post;
};

Color top_color(const Person& person, const Pose& pose, float u, float v) {
  const float across = u / person.build;
  switch (person.pattern) {
    case Pattern::plain:
      return person.top;
    case Pattern::hoops:
      return std::fmod(v, .1F) < .05F ? person.top : person.second;
    case Pattern::stripes:
      return std::fmod(across + 1, .08F) < .04F ? person.top : person.second;
    case Pattern::halves:
      return v < .32F ? person.top : person.second;
    case Pattern::open_jacket:
      return !pose.behind && std::abs(across) < .04F ? person.second : person.top;
  }
  return person.top;
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
    return pose.behind || v < .06F ? person.hair : person.skin;
  }
  const float width = .11F * person.build;
  if (person.bag_side != 0 && std::abs(u - side * person.bag_side * (width + .03F)) < .045F &&
      v > .34F && v < .52F) {
    return person.bag;
  }
  if (v > .15F && v < .5F) {
    if (std::abs(u) < width) return top_color(person, pose, u, v);
    if (std::abs(u) < width + .045F) return v < .44F ? person.top : person.skin;
  }
  if (person.legwear == Legwear::skirt && v >= .5F && v < .72F &&
      std::abs(u) < width * (.8F + (v - .5F) * 1.5F)) {
    return person.legs;
  }
  if (v >= .5F && v < 1) {
    const float spread = .05F * person.build + pose.stride * (v - .5F) * 2;
    if (std::abs(std::abs(u) - spread) < .045F * person.build) {
      if (v > .94F) return person.shoes;
      return person.legwear == Legwear::trousers || v < .68F ? person.legs : person.skin;
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
      color = color * light + (camera.haze + random.between(-.08F, .08F) * size.variation);
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
    const Person person(Random(train_stream, identity));
    for (std::int64_t i = 0; i < size.train_images_each; ++i) {
      train.add(&person, identity, (identity + i) % cameras, i);
    }
  }
  Album query(test_stream, size.test_identities * size.query_images_each, size);
  Album gallery(test_stream, size.test_identities * size.gallery_images_each + size.distractors,
                size);
  for (std::int64_t identity = 1; identity <= size.test_identities; ++identity) {
    const Person person(Random(test_stream, identity));
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
    const Person passer_by(Random(passer_by_stream, i));
    gallery.add(i % 4 == 0 ? nullptr : &passer_by, distractor, i % cameras, i);
  }
  return {.train = train.images(),
          .query = query.images(),
          .gallery = gallery.images(),
          .identities = size.train_identities,
          .synthetic = true};
}

}  // namespace tandem::trainers

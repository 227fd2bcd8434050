#pragma once

#include "data/person_images.h"

namespace tandem::trainers {

/// Draws a re-identification data set in the form of Market-1501: figures whose identity is in the
/// patterns of their clothes (kind and period), in build and bag; all wear the same two tones, half
/// of each, so that nobody is known by a mean colour. Six cameras see them, which differ in cast,
/// light, background and the side that they see, and crop differently in each image. Persons of
/// training and test are different ones; distractors are passers-by and empty scenes. The same for
/// the same size; an image doesn't depend on how many others there are. Every limit of `size` but
/// the memory's must be a number of images to draw, of at least 2 identities.
PersonDataSet make_up_persons(const PersonDataSize& size);

}  // namespace tandem::trainers

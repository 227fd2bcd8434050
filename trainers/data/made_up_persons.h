#pragma once

#include "data/person_images.h"

namespace tandem::trainers {

/// Draws a re-identification data set in the form of Market-1501: figures whose identity is in the
/// colours and patterns of their clothes, hair, build and bag, seen by six cameras that differ in
/// light, background and the side that they see. Many share a colour, none shares all. Persons of
/// training and test are different ones; distractors are passers-by and empty scenes. The same for
/// the same size; an image doesn't depend on how many others there are. Every limit of `size` but
/// the memory's must be a number of images to draw, of at least 2 identities.
PersonDataSet make_up_persons(const PersonDataSize& size);

}  // namespace tandem::trainers

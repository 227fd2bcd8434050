#pragma once

#include <filesystem>

#include "data/person_images.h"

namespace tandem::trainers {

inline constexpr const char* market1501_source =
    "Market-1501 as published (Zheng et al. 2015, \"Scalable Person Re-identification: A "
    "Benchmark\"; on request from its authors): the folders bounding_box_train, query and "
    "bounding_box_test with files like 0002_c1s1_000451_03.jpg";

/// Reads Market-1501, or a data set in its form, from a folder. A file's name says who is on it and
/// which camera took it; identity 0000 is a distractor, −1 junk, which the protocol ignores and is
/// left out here. Of an identity the images are taken in turn from its cameras, so that a small
/// part of the data set still has queries that other cameras answer. Images of other than the asked
/// size are resized bilinearly. Throws TrainingError (bad_data).
PersonDataSet load_market1501(const std::filesystem::path& folder, const PersonDataSize& size);

}  // namespace tandem::trainers

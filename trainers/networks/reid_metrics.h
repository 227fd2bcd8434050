#pragma once

#include <torch/types.h>

#include "workload.h"

namespace tandem::trainers {

/// Images as vectors to compare, with who is on them and which camera took them.
struct ReidFeatures {
  torch::Tensor values;      ///< float, N × values, each row of length 1
  torch::Tensor identities;  ///< int64, N
  torch::Tensor cameras;     ///< int64, N
};

/// How well queries find their person in a gallery, by the protocol of Market-1501 (Zheng et al.
/// 2015, section 5.1 and their evaluation code). For each query the gallery is sorted by cosine
/// similarity, without its junk (identity −1) and without the query's person as its own camera saw
/// it. Then over the queries
///   rank1: share whose first image shows their person;
///   mAP: mean of the areas below the curves of precision over recall (trapezoids from precision 1
///        at recall 0, as in the evaluation code).
/// A query whose person no other camera saw counts 0 in both. Images of equal similarity keep the
/// gallery's order.
Metrics rank_gallery(const ReidFeatures& query, const ReidFeatures& gallery);

}  // namespace tandem::trainers

#pragma once

namespace tandem::test {

/// How often the calling thread has asked for memory (malloc, calloc, realloc and what stands on
/// them: new, opendir) since it began.
long allocations_of_this_thread();

}  // namespace tandem::test

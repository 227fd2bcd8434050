#include "allocation_count.h"

#include <cstddef>

namespace tandem::test {
namespace {

thread_local long allocations = 0;

}  // namespace

long allocations_of_this_thread() {
  return allocations;
}

}  // namespace tandem::test

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// The sanitizers bring an allocator of their own, with hooks; g++ 12 lacks their header.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void* block, std::size_t size),
    void (*freed)(const volatile void* block));

namespace {
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++tandem::test::allocations; },
    [](const volatile void*) {});
}  // namespace

#else

// The C library's allocator under names of its own; a program may put functions before it.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);

void* malloc(std::size_t size) {
  ++tandem::test::allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++tandem::test::allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  ++tandem::test::allocations;
  return __libc_realloc(block, size);
}
}

#endif

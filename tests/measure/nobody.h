#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

namespace tandem::measure {

/// Where the test is root, who may read and write everything: it is nobody while this lives.
class Nobody {
 public:
  Nobody() {
    if (is_root_) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~Nobody() {
    if (is_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  bool is_root_ = ::geteuid() == 0;
};

}  // namespace tandem::measure

#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace tandem::measure {

/// What `function` answers when it comes back within `seconds`, and otherwise nothing: a driver
/// that hangs must not hang its caller. The function runs in a thread of its own, which is left
/// behind when it is late and can't be ended; so it must own what it works on, by copies or shared
/// ownership, and give the answer as its value. What it throws in time is thrown here.
template <typename Function>
std::optional<std::invoke_result_t<Function&>> answer_within(double seconds, Function function) {
  std::packaged_task<std::invoke_result_t<Function&>()> task(std::move(function));
  auto answer = task.get_future();
  std::thread thread(std::move(task));
  if (answer.wait_for(std::chrono::duration<double>(seconds)) != std::future_status::ready) {
    thread.detach();
    return std::nullopt;
  }
  thread.join();  // so that nothing of the function outlives a call that was answered
  return answer.get();
}

}  // namespace tandem::measure

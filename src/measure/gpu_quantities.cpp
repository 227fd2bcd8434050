#include "measure/gpu_quantities.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tandem::measure {
namespace {
using nvml::Return;
using Answers = std::span<GpuAnswer>;

constexpr double mib_per_byte = 1.0 / (1024.0 * 1024.0);

GpuAnswer failed(const char* function, Return code) noexcept {
  return {missing_sample, code, function};
}

template <typename Number>
GpuAnswer answer_of(const char* function, Return code, Number number, double scale) noexcept {
  if (code != Return::success) return failed(function, code);
  if (number == static_cast<Number>(nvml::value_not_available)) {
    return failed(function, Return::not_supported);
  }
  return {static_cast<double>(number) * scale, code, function};
}

/// Calls a function that writes a number behind its last argument.
template <typename Number, typename Function, typename... Arguments>
GpuAnswer ask_number(const Function& function, double scale, Arguments... arguments) noexcept {
  Number number{};
  const Return code = function(arguments..., &number);
  return answer_of(function.name(), code, number, scale);
}

/// nvmlValue_t is a union; which member of it is told by the type.
template <typename Member>
double member_of(const nvml::FieldValue& field) noexcept {
  std::array<std::byte, sizeof(Member)> bytes;
  std::copy_n(field.value.begin(), bytes.size(), bytes.begin());
  return static_cast<double>(std::bit_cast<Member>(bytes));
}

GpuAnswer watts_of(const nvml::FieldValue& field, const char* function) noexcept {
  constexpr double watts = 1e-3;
  const auto answer = [&](double milliwatts) {
    return GpuAnswer{milliwatts * watts, field.code, function};
  };
  if (field.code != Return::success) return failed(function, field.code);
  switch (field.type) {
    case nvml::ValueType::float64:
      return answer(member_of<double>(field));
    case nvml::ValueType::unsigned_int:
      return answer(member_of<unsigned>(field));
    case nvml::ValueType::unsigned_long:
    case nvml::ValueType::unsigned_long_long:
      return answer(member_of<std::uint64_t>(field));
    case nvml::ValueType::signed_long_long:
      return answer(member_of<std::int64_t>(field));
    case nvml::ValueType::signed_int:
      return answer(member_of<int>(field));
    case nvml::ValueType::unsigned_short:
      return answer(member_of<std::uint16_t>(field));
  }
  return failed(function, Return::not_supported);
}

void ask_energy(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  answers[0] = gpu_energy_j(library, device);
}

void ask_power(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  std::array<nvml::FieldValue, 2> fields{};
  fields[0].field = nvml::field_power_instant;
  fields[1].field = nvml::field_power_average;
  for (nvml::FieldValue& field : fields) field.scope = nvml::scope_gpu;
  const char* const function = library.field_values.name();
  const Return code = library.field_values(device, static_cast<int>(fields.size()), fields.data());
  for (size_t i = 0; i < fields.size(); ++i) {
    answers[i] = code == Return::success ? watts_of(fields[i], function) : failed(function, code);
  }
  if (answers[1] || answers[1].code == Return::gpu_is_lost) return;
  answers[1] = ask_number<unsigned>(library.power_mw, 1e-3, device);
}

void ask_utilization(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  nvml::Utilization percent{};
  const Return code = library.utilization(device, &percent);
  answers[0] = answer_of(library.utilization.name(), code, percent.gpu, 1);
  answers[1] = answer_of(library.utilization.name(), code, percent.memory, 1);
}

void ask_memory(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  answers[0] = gpu_memory(library, device).used_mib;
}

void ask_temperature(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  answers[0] = ask_number<unsigned>(library.temperature_c, 1, device, nvml::temperature_of_gpu);
}

template <int clock>
void ask_clock(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  answers[0] = ask_number<unsigned>(library.clock_mhz, 1, device, clock);
}

void ask_throttle(const NvmlLibrary& library, nvml::Device device, Answers answers) noexcept {
  answers[0] = ask_number<unsigned long long>(library.throttle_bits, 1, device);
}

constexpr std::array<GpuQuantity, 1> energy = {
    {{"energy_j", "J", Behaviour::counter, "energy of the whole board (NVML's counter)"}}};
constexpr std::array<GpuQuantity, 2> power = {
    {{"power_instant_w", "W", Behaviour::gauge, "power of the whole board now (NVML field 186)"},
     {"power_average_w", "W", Behaviour::gauge,
      "power of the whole board, on Ampere and later (except GA100) the mean of the last second"}}};
constexpr std::array<GpuQuantity, 2> utilization = {
    {{"util_percent", "%", Behaviour::gauge, "part of the time in which any kernel ran"},
     {"memory_util_percent", "%", Behaviour::gauge,
      "part of the time in which the GPU's memory was read or written"}}};
constexpr std::array<GpuQuantity, 1> memory = {
    {{"memory_mib", "MiB", Behaviour::gauge,
      "the GPU's memory in use, the driver's part included"}}};
constexpr std::array<GpuQuantity, 1> temperature = {
    {{"temperature_c", "°C", Behaviour::gauge, "temperature of the GPU"}}};
constexpr std::array<GpuQuantity, 1> sm_clock = {
    {{"sm_clock_mhz", "MHz", Behaviour::gauge, "clock of the multiprocessors"}}};
constexpr std::array<GpuQuantity, 1> memory_clock = {
    {{"memory_clock_mhz", "MHz", Behaviour::gauge, "clock of the memory"}}};
constexpr std::array<GpuQuantity, 1> throttle = {
    {{"throttle_bits", "1", Behaviour::gauge, "why the clocks aren't higher, as NVML's bits"}}};

constexpr std::array<GpuQuery, 8> queries = {{{energy, ask_energy},
                                              {power, ask_power},
                                              {utilization, ask_utilization},
                                              {memory, ask_memory},
                                              {temperature, ask_temperature},
                                              {sm_clock, ask_clock<nvml::clock_sm>},
                                              {memory_clock, ask_clock<nvml::clock_memory>},
                                              {throttle, ask_throttle}}};

}  // namespace

std::span<const GpuQuery> gpu_queries() {
  return queries;
}

GpuMemory gpu_memory(const NvmlLibrary& library, nvml::Device device) noexcept {
  nvml::Memory bytes{};
  const Return code = library.memory(device, &bytes);
  return {answer_of(library.memory.name(), code, bytes.used, mib_per_byte),
          answer_of(library.memory.name(), code, bytes.total, mib_per_byte)};
}

GpuAnswer gpu_energy_j(const NvmlLibrary& library, nvml::Device device) noexcept {
  return ask_number<unsigned long long>(library.energy_mj, 1e-3, device);
}

}  // namespace tandem::measure

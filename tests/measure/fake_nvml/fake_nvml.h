#pragma once

// What the stand-in exports beside NVML's functions, for the program that it was loaded into. A
// program that doesn't know them has its script read from the file that TANDEM_FAKE_NVML names.
extern "C" {
/// Begins at time 0 with this script (fake_device.h), with no calls counted.
void fake_nvml_script(const char* json);
/// Lets this script go on where the one before is.
void fake_nvml_change(const char* json);
void fake_nvml_advance(double seconds);
/// Tells of the begin (true) and the end of each call about a device, on its thread, until the next
/// script; nullptr for nobody.
typedef void (*fake_nvml_observer)(bool begins);
void fake_nvml_observe(fake_nvml_observer observer);
/// How often a function was called since the script began.
int fake_nvml_calls(const char* function);
/// Initialisations that weren't shut down.
int fake_nvml_users();
}

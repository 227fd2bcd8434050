// The faults that scripts/fault-campaign injects, and what becomes of a study that has them.
#include <signal.h>

#include "core/file.h"
#include "faults/fault.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using core::Json;

constexpr const char* starts = "How a training starts";
constexpr const char* protocol = "What a training says";
constexpr const char* ends = "How a training ends";
constexpr const char* resources = "What a training takes";
constexpr const char* times = "Time";
constexpr const char* pairs = "Pairs";
constexpr const char* disk = "Files and disk";
constexpr const char* system_ = "The operating system";
constexpr const char* folder = "The study's folder";
constexpr const char* session = "The session";
constexpr const char* gpu = "The GPU";

/// A training of B fails for itself, and with it the pair; the session goes on.
Found spoils_both(const std::string& name) {
  return {name, "ok", name, "3"};
}
Found spoils_pair(const std::string& name) {
  return {"partner_ended (" + name + ")", "ok", name, "3"};
}
const Found all_ok = {"ok", "ok", "ok", "0"};
/// The first session ends at its first run, the next one makes all of them.
Found stops_then_ok(const std::string& name) {
  return {name + ", ok", "ok", "ok", "1, 0"};
}

Json device(Json more) {
  Json device = {
      {"uuid", "GPU-1"}, {"power_w", 200}, {"counter_step_ms", 20}, {"temperature_c", 55}};
  device.update(more);
  return device;
}

void overwrite(const FaultScene& scene, const fs::path& file, size_t keep_bytes,
               std::string_view more = "") {
  scene.write(file, core::read_file(file).substr(0, keep_bytes) + std::string(more));
}

std::vector<Fault> make_faults() {
  std::vector<Fault> all;
  const auto add = [&all](Fault fault) { all.push_back(std::move(fault)); };

  add({.group = starts,
       .name = "no interpreter",
       .injected = "the trainer is a script whose interpreter is not on the machine",
       .expected = spoils_both("not_started"),
       .b = "no_interpreter"});
  add({.group = starts,
       .name = "no data",
       .injected = "exit code 3 before \"ready\"",
       .expected = spoils_both("exit_code"),
       .b = "exits_before_ready",
       .says = "no data in /nowhere"});
  add({.group = starts,
       .name = "crash in the warm-up",
       .injected = "SIGABRT before \"ready\"",
       .expected = spoils_both("signal"),
       .b = "aborts_while_it_loads"});
  add({.group = starts,
       .name = "not a word",
       .injected = "exit code 0 without any line",
       .expected = spoils_both("missing_final"),
       .b = "silent"});
  add({.group = starts,
       .name = "never ready",
       .injected = "hangs while it loads, ready_timeout_s 1",
       .expected = spoils_both("ready_timeout"),
       .slow = true,
       .b = "hangs_before_ready",
       .study = {{"ready_timeout_s", 1}}});
  add({.group = starts,
       .name = "launcher killed",
       .injected = "the process that watches the training gets SIGKILL",
       .expected = {"lost, lost", "ok", "lost, lost", "3"},
       .b = "loses_its_launcher"});

  add({.group = protocol,
       .name = "free text",
       .injected = "`Epoch 1: loss 0.3` on the protocol",
       .expected = spoils_both("protocol_violation"),
       .b = "garbage"});
  add({.group = protocol,
       .name = "binary",
       .injected = "bytes that are no UTF-8, an escape sequence and a zero",
       .expected = spoils_both("protocol_violation"),
       .b = "binary"});
  add({.group = protocol,
       .name = "another JSON",
       .injected = "an array",
       .expected = spoils_both("protocol_violation"),
       .b = "array"});
  add({.group = protocol,
       .name = "unknown type",
       .injected = "a line of type `progress`",
       .expected = spoils_both("protocol_violation"),
       .b = "unknown_type"});
  add({.group = protocol,
       .name = "half a line",
       .injected = "ends in the middle of \"ready\", exit code 0",
       .expected = spoils_both("missing_final"),
       .b = "half_a_line"});
  add({.group = protocol,
       .name = "giant line",
       .injected = "a line without an end",
       .expected = spoils_both("protocol_violation"),
       .b = "endless_line"});
  add({.group = protocol,
       .name = "another protocol",
       .injected = "\"ready\" of version 2",
       .expected = spoils_both("protocol_violation"),
       .b = "other_protocol"});
  add({.group = protocol,
       .name = "ready twice",
       .injected = "a second \"ready\"",
       .expected = spoils_both("protocol_violation"),
       .b = "ready_twice"});
  add({.group = protocol,
       .name = "too early",
       .injected = "an \"epoch\" before the start signal",
       .expected = spoils_both("protocol_violation"),
       .b = "epoch_before_go"});
  add({.group = protocol,
       .name = "final too early",
       .injected = "\"final\" before the start signal",
       .expected = spoils_both("protocol_violation"),
       .b = "final_before_go"});
  add({.group = protocol,
       .name = "an epoch left out",
       .injected = "epoch 3 after epoch 1",
       .expected = spoils_pair("protocol_violation"),
       .b = "skips_an_epoch"});
  add({.group = protocol,
       .name = "an epoch twice",
       .injected = "epoch 1 again",
       .expected = spoils_pair("protocol_violation"),
       .b = "repeats_an_epoch"});
  add({.group = protocol,
       .name = "an epoch too late",
       .injected = "an \"epoch\" after \"final\"",
       .expected = spoils_pair("protocol_violation"),
       .b = "epoch_after_final"});
  add({.group = protocol,
       .name = "endless talk",
       .injected = "\"started\" without end",
       .expected = spoils_pair("protocol_violation"),
       .b = "starts_for_ever"});
  add({.group = protocol,
       .name = "no metrics",
       .injected = "an \"epoch\" without `metrics`",
       .expected = spoils_pair("protocol_violation"),
       .b = "no_metrics"});
  add({.group = protocol,
       .name = "a word for a loss",
       .injected = "`\"train_loss\": \"low\"`",
       .expected = spoils_pair("protocol_violation"),
       .b = "word_for_a_loss"});
  add({.group = protocol,
       .name = "NaN",
       .injected = "`\"train_loss\": NaN`, which is no JSON",
       .expected = spoils_pair("protocol_violation"),
       .b = "nan_is_no_json"});
  add({.group = protocol,
       .name = "protocol closed",
       .injected = "closes its events and ends at once",
       .expected = spoils_both("exit_code"),
       .b = "closes_its_events"});

  add({.group = ends,
       .name = "loss null",
       .injected = "`\"train_loss\": null`",
       .expected = spoils_pair("non_finite_loss"),
       .b = "null_loss"});
  add({.group = ends,
       .name = "divergence",
       .injected = "\"failed\" with `non_finite_loss`, exit code 4",
       .expected = spoils_pair("non_finite_loss"),
       .b = "fails"});
  add({.group = ends,
       .name = "divergence, then a hang",
       .injected = "\"failed\" with `non_finite_loss`, and doesn't end; no_progress_s 1",
       .expected = spoils_pair("non_finite_loss"),
       .slow = true,
       .b = "fails_and_hangs",
       .study = {{"no_progress_s", 1}}});
  add({.group = ends,
       .name = "a reason of its own",
       .injected = "\"failed\" with `bad_data`",
       .expected = spoils_pair("bad_data"),
       .b = "fails_by_its_own_name"});
  add({.group = ends,
       .name = "no final",
       .injected = "exit code 0 after the first epoch",
       .expected = spoils_pair("missing_final"),
       .b = "exits_early"});
  add({.group = ends,
       .name = "an epoch too few",
       .injected = "\"final\" after 3 of 4 epochs",
       .expected = spoils_pair("missing_epochs"),
       .b = "one_epoch_less"});
  add({.group = ends,
       .name = "epochs without end",
       .injected = "goes on with epoch 5, 6, 7 …, 4 were asked for",
       .expected = spoils_pair("missing_epochs"),
       .b = "trains_for_ever"});
  add({.group = ends,
       .name = "another metric",
       .injected = "`f1` where the manifest says `accuracy`",
       .expected = spoils_pair("missing_metric"),
       .b = "other_metric"});
  add({.group = ends,
       .name = "bad end after a good training",
       .injected = "exit code 7 after \"final\"",
       .expected = spoils_pair("exit_code"),
       .b = "exit_code_after_final"});
  add({.group = ends,
       .name = "crash",
       .injected = "SIGABRT in epoch 2",
       .expected = spoils_pair("signal"),
       .b = "aborts"});
  add({.group = ends,
       .name = "killed",
       .injected = "SIGKILL in epoch 2",
       .expected = spoils_pair("signal"),
       .b = "kills_itself"});

  add({.group = resources,
       .name = "CUDA out of memory",
       .injected = "PyTorch's message and exit code 1",
       .expected = spoils_pair("out_of_memory"),
       .b = "cuda_out_of_memory"});
  add({.group = resources,
       .name = "bad_alloc",
       .injected = "\"failed\" with `std::bad_alloc`",
       .expected = spoils_pair("out_of_memory"),
       .b = "says_out_of_memory"});
  add({.group = resources,
       .name = "more memory than stated",
       .injected = "holds 400 MiB in epoch 2, memory_limit_mib 200",
       .expected = spoils_pair("out_of_memory"),
       .slow = true,
       .b = "holds_memory",
       .study = {{"memory_limit_mib", 200}}});
  add({.group = resources,
       .name = "log flood",
       .injected = "writes to its standard output without end, log_limit_mib 1",
       .expected = spoils_pair("log_flood"),
       .b = "floods_its_log",
       .study = {{"log_limit_mib", 1}}});
  add({.group = resources,
       .name = "error flood",
       .injected = "the same to its standard error",
       .expected = spoils_pair("log_flood"),
       .b = "floods_its_errors",
       .study = {{"log_limit_mib", 1}}});
  add({.group = resources,
       .name = "many children",
       .injected = "30 children that go on: in its group, in sessions of their own, and orphans",
       .expected = all_ok,
       .b = "leaves_many_children"});
  add({.group = resources,
       .name = "a child that will not go",
       .injected = "a child in a session of its own that ignores SIGTERM",
       .expected = all_ok,
       .slow = true,
       .b = "leaves_a_child"});
  add({.group = resources,
       .name = "disk full, says the training",
       .injected = "`No space left on device` and exit code 1",
       .expected = {"partner_ended (disk_full)", "ok", "disk_full", "3"},
       .b = "disk_full"});

  add({.group = times,
       .name = "hang",
       .injected = "stands still in epoch 2, no_progress_s 1",
       .expected = spoils_pair("no_progress"),
       .slow = true,
       .b = "hangs",
       .study = {{"no_progress_s", 1}}});
  add({.group = times,
       .name = "stopped",
       .injected = "SIGSTOP in epoch 2, no_progress_s 1",
       .expected = spoils_pair("no_progress"),
       .slow = true,
       .b = "stops_itself",
       .study = {{"no_progress_s", 1}}});
  add({.group = times,
       .name = "hang at the end",
       .injected = "doesn't end after \"final\", no_progress_s 1",
       .expected = spoils_pair("no_progress"),
       .slow = true,
       .b = "hangs_after_final",
       .study = {{"no_progress_s", 1}}});
  add({.group = times,
       .name = "deaf",
       .injected = "the same, and ignores SIGTERM",
       .expected = spoils_pair("no_progress"),
       .slow = true,
       .b = "ignores_term",
       .study = {{"no_progress_s", 1}}});
  add({.group = times,
       .name = "too slow",
       .injected = "epochs of 1 s, timeout_s 1",
       .expected = {"timeout", "timeout", "timeout", "3"},
       .slow = true,
       .epoch_s = 1,
       .study = {{"timeout_s", 1}}});
  add({.group = times,
       .name = "wall clock set forward",
       .injected = "by an hour during the first run",
       .expected = all_ok,
       .calls = "call=clock,clock=realtime,shift_s=3600,when={reached}",
       .marks = "wall_clock_moved"});
  add({.group = times,
       .name = "wall clock set back",
       .injected = "by an hour during the first run",
       .expected = all_ok,
       .calls = "call=clock,clock=realtime,shift_s=-3600,when={reached}",
       .marks = "wall_clock_moved"});
  add({.group = times,
       .name = "sleep",
       .injected = "the machine sleeps for an hour during the first run",
       .expected = {"suspended, ok", "ok", "ok", "0"},
       .calls = "call=clock,clock=boottime,shift_s=3600,when={reached};"
                "call=clock,clock=realtime,shift_s=3600,when={reached}"});

  add({.group = pairs,
       .name = "late start",
       .injected = "B starts 0.4 s after the signal, start_skew_at_most_s 0.2",
       .expected = {"start_skew, start_skew", "ok", "ok", "3"},
       .slow = true,
       .b = "starts_late",
       .study = {{"start_skew_at_most_s", 0.2}}});
  add({.group = pairs,
       .name = "A is not there",
       .injected = "A ends before \"ready\"",
       .expected = {"exit_code", "exit_code", "ok", "3"},
       .a = "exits_before_ready"});
  add({.group = pairs,
       .name = "A dies meanwhile",
       .injected = "SIGKILL of A in epoch 2",
       .expected = {"partner_ended (signal)", "signal", "ok", "3"},
       .a = "kills_itself",
       .epoch_s = 0.05});
  add({.group = pairs,
       .name = "A dies at its end",
       .injected = "exit code 7 of A after \"final\"",
       .expected = {"partner_ended (exit_code)", "exit_code", "ok", "3"},
       .a = "exit_code_after_final",
       .epoch_s = 0.05});
  add({.group = pairs,
       .name = "A dies in a further round",
       .injected = "overlap `sustained`, A ends with exit code 9 in every round but its first",
       .expected = {"partner_ended", "exit_code", "ok", "3"},
       .slow = true,
       .b = "starts_late",
       .a = "second_round_fails",
       .study = {{"overlap", "sustained"}}});

  add({.group = disk,
       .name = "file system full",
       .injected = "a training takes all that is left of a file system of 300 MiB and goes on",
       .expected = {"disk_full, ok", "ok", "ok", "1, 0"},
       .b = "fills_the_disk",
       .filesystem_mib = 300,
       .calls_unmounted = "call=write,path=events.jsonl,errno=28,when={reached}",
       .sessions = 2});
  add({.group = disk,
       .name = "too little room",
       .injected = "a file system of 64 MiB",
       .expected = {"disk_full", "–", "–", "1"},
       .filesystem_mib = 64,
       .calls_unmounted = "call=space,path={results}",

       .says = "make room"});
  add({.group = disk,
       .name = "read-only",
       .injected = "a file system that can't be written to",
       .expected = {"ok", "ok", "ok", "1, 0"},
       .filesystem_mib = 300,
       .calls_unmounted = "call=open,path={results},errno=30;call=mkdir,path={results},errno=30",
       .before = [](FaultScene& scene) { scene.let_write(false); },
       .sessions = 2,
       .between = [](FaultScene& scene) { scene.let_write(true); }});
  add({.group = disk,
       .name = "fsync fails once",
       .injected = "EIO for the first `result.json`",
       .expected = stops_then_ok("system_failure"),
       .calls = "call=fsync,path=result.json,errno=5,times=1",
       .sessions = 2,
       .says = "result.json"});
  add({.group = disk,
       .name = "fsync fails",
       .injected = "EIO for every `result.json`",
       .expected = stops_then_ok("cut_off"),
       .calls = "call=fsync,path=result.json,errno=5",
       .sessions = 2,
       .says = "fsync"});
  add({.group = disk,
       .name = "fsync of a folder fails",
       .injected = "EIO once, after the first `result.json` has its name",
       .expected = {"ok", "ok", "ok", "1, 0"},
       .calls = "call=fsync,path=/1$,errno=5,skip=1,times=1",
       .sessions = 2});
  add({.group = disk,
       .name = "link fails once",
       .injected = "EIO for the first `result.json`",
       .expected = stops_then_ok("system_failure"),
       .calls = "call=link,path=result.json,errno=5,times=1",
       .sessions = 2,
       .says = "link"});
  add({.group = disk,
       .name = "no room for a result",
       .injected = "ENOSPC for the first `result.json`",
       .expected = stops_then_ok("disk_full"),
       .calls = "call=write,path=result.json,errno=28,times=1",
       .sessions = 2,
       .says = "No space left on device"});
  add({.group = disk,
       .name = "no room at all",
       .injected = "ENOSPC for every `result.json`",
       .expected = stops_then_ok("cut_off"),
       .calls = "call=write,path=result.json,errno=28",
       .sessions = 2,
       .says = "No space left on device"});
  add({.group = disk,
       .name = "no room for events",
       .injected = "ENOSPC for `events.jsonl` during the first run",
       .expected = stops_then_ok("disk_full"),
       .calls = "call=write,path=events.jsonl,errno=28,when={reached}",
       .sessions = 2,
       .says = "events.jsonl"});
  add({.group = disk,
       .name = "no room for samples",
       .injected = "ENOSPC for `samples.csv` from the second epoch of the first run on",
       .expected = {"disk_full, ok", "disk_full, ok", "disk_full, ok", "3, 0"},
       .calls = "call=write,path=samples.csv,errno=28,when={reached}",
       .sessions = 2});
  add({.group = disk,
       .name = "quota",
       .injected = "EDQUOT for the first attempt's folder",
       .expected = {"ok", "ok", "ok", "1, 0"},
       .calls = "call=mkdir,path=/1$,errno=122",
       .sessions = 2,
       .says = "quota"});
  add({.group = disk,
       .name = "no room for the index",
       .injected = "ENOSPC for every write to it",
       .expected = all_ok,
       .calls = "call=pwrite,path=index.sqlite,errno=28",
       .says = "warning"});

  add({.group = system_,
       .name = "no descriptors",
       .injected = "EMFILE for a socket of the first run",
       .expected = stops_then_ok("system_failure"),
       .calls = "call=socketpair,errno=24",
       .sessions = 2,
       .says = "socket pair"});
  add({.group = system_,
       .name = "no processes",
       .injected = "EAGAIN for the first launcher",
       .expected = stops_then_ok("system_failure"),
       .calls = "call=spawn,path=tandem-launch,errno=11",
       .sessions = 2,
       .says = "tandem-launch"});
  add({.group = system_,
       .name = "no threads",
       .injected = "EAGAIN for the first one",
       .expected = {"ok", "ok", "ok", "1, 0"},
       .calls = "call=thread,errno=11",
       .sessions = 2});

  add({.group = system_,
       .name = "no thread for the meter",
       .injected = "EAGAIN for the second thread",
       .expected = stops_then_ok("system_failure"),
       .calls = "call=thread,errno=11,skip=1",
       .sessions = 2});

  add({.group = folder,
       .name = "index is no database",
       .injected = "garbage in `index.sqlite` between two sessions, with a result left to make",
       .expected = {"ok", "ok", "ok", "0, 0"},
       .sessions = 2,
       .between = [](FaultScene& scene) {
         scene.write(scene.results() / "index.sqlite", std::string(5000, 'x'));
         fs::remove_all(scene.first_attempt("b-"));
       }});
  add({.group = folder,
       .name = "attempt half-begun",
       .injected = "half of `run.json` and no result",
       .expected = {"ok", "ok", "cut_off, ok", "0, 0"},
       .sessions = 2,
       .between = [](FaultScene& scene) {
         const fs::path attempt = scene.first_attempt("b-");
         overwrite(scene, attempt / "run.json", 100);
         fs::remove(attempt / "result.json");
       }});
  add({.group = folder,
       .name = "result cut short",
       .injected = "half of a `result.json`: the next session names it and changes nothing",
       .expected = {"ok", "ok", "unreadable", "0, 1"},
       .sessions = 2,
       .between = [](FaultScene& scene) {
         overwrite(scene, scene.first_attempt("b-") / "result.json", 700);
       }});
  add({.group = folder,
       .name = "stale lock",
       .injected = "`session.lock` names a process that is gone",
       .expected = {"ok", "ok", "ok", "0, 0"},
       .sessions = 2,
       .between = [](FaultScene& scene) {
         scene.write(scene.results() / "session.lock",
                     "999999 elsewhere 2025-01-01T00:00:00.000Z\n");
       }});
  add({.group = folder,
       .name = "state is garbage",
       .injected = "`session.json` is no JSON while the session runs and `tandem status` is called",
       .expected = all_ok,
       .b = "waits",
       .during = [](FaultScene& scene) {
         scene.write(scene.results() / "session.json", "{\"process\": ");
         if (scene.call({"status", scene.results()}) != 0) scene.complain("tandem status fails");
       }});

  add({.group = session,
       .name = "killed",
       .injected = "SIGKILL of tandem during the first run",
       .expected = {"cut_off, ok", "ok", "ok", "-9, 0"},
       .b = "waits",
       .sessions = 2,
       .during = [](FaultScene& scene) { ::kill(scene.session(), SIGKILL); }});
  add({.group = session,
       .name = "Ctrl-C",
       .injected = "SIGINT of tandem during the first run",
       .expected = {"interrupted, ok", "ok", "ok", "130, 0"},
       .b = "waits",
       .sessions = 2,
       .during = [](FaultScene& scene) { ::kill(scene.session(), SIGINT); }});
  add({.group = session,
       .name = "stop after this run",
       .injected = "`tandem stop` during the first run",
       .expected = {"ok", "ok", "ok", "130, 0"},
       .b = "waits",
       .sessions = 2,
       .during = [](FaultScene& scene) {
         scene.call({"stop", scene.results()});
       }});
  add({.group = session,
       .name = "a second session",
       .injected = "`tandem run` while a session works on the study: exit code 4",
       .expected = all_ok,
       .b = "waits",
       .during =
           [](FaultScene& scene) {
             if (scene.run_another_session() != 4)
               scene.complain("the second session was not refused");
           },
       .says = "another session works on"});
  add({.group = session,
       .name = "nobody reads",
       .injected = "ENOSPC for all that tandem prints",
       .expected = all_ok,
       .calls = "call=write,path=/out,errno=28"});

  add({.group = gpu,
       .name = "lost",
       .injected = "the GPU falls off the bus 2.5 s after the session's begin",
       .expected = {"sensor_lost", "system_failure", "–", "1"},
       .slow = true,
       .epoch_s = 0.7,
       .study = {{"wait_for_gpu_at_most_s", 1}},
       .gpu = device({{"lost_after_s", 2.5}}),
       .says = "does not answer any more"});
  add({.group = gpu,
       .name = "contaminated",
       .injected = "another program computes on the GPU from 3 s to 5 s",
       .expected = {"contaminated, ok", "ok", "ok", "0"},
       .slow = true,
       .epoch_s = 1,
       .gpu = device({{"processes", {{{"pid", 1}, {"from_s", 3}, {"to_s", 5}}}}})});
  add({.group = gpu,
       .name = "in use",
       .injected = "another program computes on the GPU all the time, wait_for_gpu_at_most_s 1",
       .expected = {"system_failure, system_failure", "–", "–", "1, 1"},
       .slow = true,
       .study = {{"wait_for_gpu_at_most_s", 1}},
       .gpu = device({{"processes", {{{"pid", 1}}}}}),
       .sessions = 2,
       .says = "end them, or choose another GPU"});
  add({.group = gpu,
       .name = "another layout",
       .injected = "the driver's list of processes has entries of 32 bytes instead of 24",
       .expected = all_ok,
       .slow = true,
       .epoch_s = 0.7,
       .gpu = device(
           {{"processes", {{{"pid", 1}, {"kind", "graphics"}}, {{"pid", 1}, {"kind", "graphics"}}}},
            {"entry_bytes",
             {{"nvmlDeviceGetComputeRunningProcesses_v3", 32},
              {"nvmlDeviceGetGraphicsRunningProcesses_v3", 32}}}})});
  add({.group = gpu,
       .name = "slow driver",
       .injected = "50 ms for each reading of power and energy",
       .expected = all_ok,
       .slow = true,
       .epoch_s = 0.7,
       .gpu = device(
           {{"delays_ms",
             {{"nvmlDeviceGetTotalEnergyConsumption", 50}, {"nvmlDeviceGetPowerUsage", 50}}}})});
  add({.group = gpu,
       .name = "counter starts again",
       .injected = "the energy counter counts from 0 again 3 s after the session's begin",
       .expected = all_ok,
       .slow = true,
       .epoch_s = 0.7,
       .gpu = device({{"counter_restarts_at_s", 3}})});
  add({.group = gpu,
       .name = "hot",
       .injected = "the GPU stays at 80 °C, cool_down_to_c 50, cool_down_at_most_s 1",
       .expected = all_ok,
       .slow = true,
       .epoch_s = 0.7,
       .study = {{"cool_down_to_c", 50}, {"cool_down_at_most_s", 1}},
       .gpu = device({{"temperature_c", 80}}),
       .marks = "not_cooled_down"});
  return all;
}

}  // namespace

std::span<const Fault> faults() {
  static const std::vector<Fault> all = make_faults();
  return all;
}

}  // namespace tandem::test

"""Runs of tandem-train, for bench/trainer_speed and scripts/workload-table: one training as tandem
would see it, and small data sets in the published layouts for a few steps at full scale."""
import json
import os
import pathlib
import random
import resource
import socket
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(ROOT / "build/release/bin/tandem-train")
EPOCHS = 2  # of a training whose steps are timed


def environment(threads, wait_policy="passive"):
    return dict(os.environ, OMP_WAIT_POLICY=wait_policy, OMP_NUM_THREADS=str(threads))


def listed(program):
    """The workloads of the program by their names, as its --list describes them."""
    output = subprocess.run([program, "--list"], check=True, stdout=subprocess.PIPE).stdout
    return {kind["name"]: kind for kind in json.loads(output)}


def default_batch_size(kind, scale):
    """Of a workload as listed() has it, at `full` or `quick` scale."""
    return next(each[f"{scale}_default"] for each in kind["hyperparameters"]
                if each["name"] == "batch_size")


def run_trainer(program, workload, threads, scale, data, flags=(), call_off=False):
    """One run. Returns its ready message, its epochs, its final metrics, the seconds from the start
    signal to the final message (`wall_s`) and the CPU seconds of the whole process (`cpu_s`); when
    it is to be called off before its start, the ready message alone."""
    ours, theirs = socket.socketpair()
    command = [program, workload, "--scale", scale, "--data", str(data), "--threads", str(threads),
               *flags]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL,
                               env=dict(environment(threads), TANDEM_EVENTS=str(theirs.fileno())))
    theirs.close()
    final = wall_s = None
    epochs = []
    with ours, ours.makefile("rw") as stream:
        ready = json.loads(stream.readline() or "{}")
        if ready.get("type") == "ready" and not call_off:
            stream.write('{"type":"go"}\n')
            stream.flush()
            start = time.monotonic()
            for event in map(json.loads, stream):
                if event["type"] == "epoch":
                    epochs.append(event)
                elif event["type"] == "final":
                    final, wall_s = event["metrics"], time.monotonic() - start
    code = process.wait()
    if code != (5 if call_off else 0):
        raise SystemExit(f"{' '.join(command)}: exit code {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"ready": ready, "epochs": epochs, "final": final, "wall_s": wall_s, "cpu_s": cpu_s}


def write_mnist(folder, samples):
    pixels = random.Random(1)
    for stem, count in [("train", samples), ("t10k", 20)]:
        images = struct.pack(">4sIII", b"\0\0\x08\x03", count, 28, 28) + pixels.randbytes(count * 784)
        labels = struct.pack(">4sI", b"\0\0\x08\x01", count) + bytes(i % 10 for i in range(count))
        (folder / f"{stem}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(labels)


def write_cifar(folder, samples):
    pixels = random.Random(1)
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        count = samples // 5 if name != "test_batch" else 20
        (folder / f"{name}.bin").write_bytes(
            b"".join(bytes([i % 10]) + pixels.randbytes(3072) for i in range(count)))


def write_market(folder, samples, identities=8):
    from PIL import Image  # comes with python3-torchvision
    pixels = random.Random(1)
    persons = [("bounding_box_train", 1 + i % identities, 1 + i // identities % 6, i)
               for i in range(samples)]
    stranger = identities + 1
    persons += [("query", stranger, 1, 0), ("bounding_box_test", stranger, 2, 0)]
    for part, person, camera, frame in persons:
        (folder / part).mkdir(exist_ok=True)
        image = Image.frombytes("RGB", (64, 128), pixels.randbytes(64 * 128 * 3))
        image.save(folder / part / f"{person:04}_c{camera}s1_{frame:06}_00.jpg")


def write_devign(folder, samples):
    code = "void f(int x) {" + "x = x + 1;" * 200 + "}"  # beyond the 1,024 tokens that are taken
    functions = [{"func": code, "target": i % 2} for i in range(samples + 4)]
    (folder / "function.json").write_text(json.dumps(functions))
    for name, places in [("train", range(samples)), ("test", range(samples, samples + 4))]:
        (folder / f"{name}.txt").write_text("".join(f"{i}\n" for i in places))


def write_clones(folder, samples):
    problem = folder / "made_up_src" / "1"
    problem.mkdir(parents=True)
    for name, call in [("a", "f();"), ("b", "g();")]:  # beyond the 256 nodes that are taken
        (problem / f"{name}.java").write_text("class A { void f() {" + call * 300 + "} }")
    for name, count in [("train", samples), ("test", 4)]:
        pairs = "".join(f"1,a.java,1,{'ab'[i % 2]}.java,{1 - i % 2}\n" for i in range(count))
        (folder / f"made_up_{name}.csv").write_text("index1,file1,index2,file2,label\n" + pairs)


WIKITEXT_WORDS = 33278  # WikiText-2's vocabulary, with <eos> and <unk>


def write_text(folder, samples):
    """Texts of `samples` words side by side, 35 of each in a step, the last one only to be said."""
    for name, count in [("train", 35 * samples * 50 + samples), ("valid", 40), ("test", 40)]:
        words = " ".join(f"w{i % (WIKITEXT_WORDS - 2)}" for i in range(count - 1))
        (folder / f"{name}.txt").write_text(words + "\n")  # the line's end is a word too


def write_bugs(folder, samples):
    """So many reports with a right file and fifty wrong ones each."""
    values = random.Random(1)
    rows = ["report_id,match,rVSM_similarity,collab_filter,classname_similarity,bug_recency,"
            "bug_frequency"]
    for report in range(samples):
        for place in range(51):
            features = ",".join(f"{values.random():.4f}" for _ in range(5))
            rows.append(f"{report},{int(place == 0)},{features}")
    (folder / "features.csv").write_text("\n".join(rows) + "\n")


# Workload → what writes data for a few steps at full scale, how much of it, and the steps that an
# epoch then has; more flags. None: as many batches as there are steps.
FULL_SCALE = {
    **{name: (write_mnist, None, 10, []) for name in ("mnist", "mnist_rnn", "siamese")},
    "mnist_ff": (write_mnist, 60000, 2, ["--passes-per-epoch", "2"]),
    "word_lm": (write_text, 20, 50, []),
    **{f"resnet{n}": (write_cifar, None, 10, []) for n in (20, 32, 44, 56)},
    **{name: (write_market, None, 2, []) for name in ("densenet121", "hrnet18", "pcb")},
    "mrt_oast": (write_clones, None, 2, []),
    "vulberta_mlp": (write_devign, None, 2, []),
    "vulberta_cnn": (write_devign, None, 2, []),
    # Nine tenths of a hundred reports, the right files ten times: 90 · (10 + 50) rows a fold.
    "bug_localization": (write_bugs, 100, 27, []),
}


class FullScaleSteps:
    """A few training steps of a workload at full scale, on made-up files that exist while it does
    (a context manager)."""

    def __init__(self, program, workload):
        self.program, self.workload = program, workload
        self.write, samples, self.steps, self.flags = FULL_SCALE[workload]
        self.batch_size = default_batch_size(listed(program)[workload], "full")
        self.samples = samples or self.steps * self.batch_size

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.write(pathlib.Path(self.folder.name), self.samples)
        return self

    def __exit__(self, *error):
        self.folder.cleanup()

    def run(self, threads):
        """Returns the run and the mean seconds of a step."""
        run = run_trainer(self.program, self.workload, threads, "full", self.folder.name,
                          ["--epochs", str(EPOCHS), *self.flags])
        seconds = sum(epoch["train_seconds"] for epoch in run["epochs"])
        return run, seconds / (EPOCHS * self.steps)

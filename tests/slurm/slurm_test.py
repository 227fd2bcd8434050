#!/usr/bin/python3
"""tandem on a cluster of Slurm (cluster.py): three nodes on this machine, fake trainers.

    slurm_test.py BIN          in the build's bin folder: what scripts/test runs
    slurm_test.py BIN --all    also what takes minutes: nodes are lost, the controller is down, jobs are
                               stopped, cancelled, suspended and preempted, time limits are hit, the shared
                               disk is full (needs root, for it mounts one)
    slurm_test.py BIN --pilot  the MNIST family by real trainers, there and here: ten minutes
    slurm_test.py BIN TEST     one of them, such as SlurmFaults.test_a_time_limit_is_named_and_doubled
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from cluster import LIMIT_S, Cluster, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(sys.argv[1]).resolve()
TESTS = {"--all": ["SlurmTest", "SlurmFaults", "SlurmDisk"], "--pilot": ["SlurmPilot"]}


def manifest(model, position, epoch_s):
    return {
        "manifest_version": 1, "repo": "fake", "model": model, "title": "a made-up workload", "domain": "vision",
        "architecture": "none",
        "catalogue": {"position": position, "memory_mb": 100, "gpu_util_percent": 50, "duration_s": 1},
        "command": [str(BIN / "fake-trainer"), "waits", str(epoch_s), "--seed", "{seed}"],
        "hyperparameters": {
            "epochs": {"flag": "--epochs", "type": "integer", "default": 4, "least": 1, "most": 100000},
            "learning_rate": {"flag": "--learning-rate", "type": "real", "default": 0.1, "least": 0}},
        "performance_metric": {"name": "accuracy", "direction": "higher_is_better"}}


def pair(a, b):
    return {"model_a": {"repo": "fake", "model": a}, "model_b": {"repo": "fake", "model": b}}


class ClusterTest(unittest.TestCase):
    max_array_size = 1001

    @classmethod
    def setUpClass(cls):
        cls.base = pathlib.Path(tempfile.mkdtemp(prefix="tandem-slurm-"))
        cls.addClassCleanup(shutil.rmtree, cls.base, ignore_errors=True)
        cls.before_cluster()
        cls.cluster = Cluster(cls.base / "cluster", max_array_size=cls.max_array_size)
        cls.addClassCleanup(cls.cluster.__exit__)

    @classmethod
    def before_cluster(cls):
        pass

    def setUp(self):
        # A blank, a quote and what a shell would act upon.
        self.folder = self.base / (self._testMethodName + " it's $(touch injected)")
        self.folder.mkdir()
        self.results = self.folder / "results"
        # With a person's habits, which would hide the jobs and move them.
        self.environment = {**self.cluster.environment, "SQUEUE_PARTITION": "urgent", "SQUEUE_USERS": "nobody",
                            "SBATCH_PARTITION": "urgent", "SBATCH_TIMELIMIT": "1", "SBATCH_WAIT": "1",
                            "TMPDIR": str(self.base)}

    def hold_trainings(self):
        """From now on submitted ones begin and then wait for let_go()."""
        self.environment["FAKE_TRAINER_GOES_ON"] = str(self.folder / "go on")

    def let_go(self):
        (self.folder / "go on").touch()

    def let_one_run_end(self):
        """Of a study whose runs take a second or more. Those after it wait again."""
        self.let_go()
        wait_for("a run has ended", lambda: list(self.results.glob("runs/*/*/result.json")), step_s=0.02)
        (self.folder / "go on").unlink()

    def write_study(self, pairs=(("one", "two"), ("three", "four")), slurm=None, epoch_s=0.02, **members):
        workloads = self.folder / "workloads"
        workloads.mkdir(exist_ok=True)
        for position, model in enumerate(("one", "two", "three", "four")):
            (workloads / f"{model}.json").write_text(json.dumps(manifest(model, 101 + position, epoch_s)))
        study = {"experiment_name": "made_up", "scale": "quick", "idle_s": 0, "no_progress_s": 3600, "timeout_s": 3600,
                 "mutate": {"epochs": {"min": "default/2"}},
                 "model_pairs": [pair(a, b) for a, b in pairs], "slurm": {"pack_to_s": 0, **(slurm or {})}, **members}
        (self.folder / "study.json").write_text(json.dumps(study))

    def call(self, command, *options, code=0, limit_s=300):
        done = subprocess.run([BIN / "tandem", command, *options], env=self.environment, capture_output=True, text=True,
                              timeout=limit_s, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def study_arguments(self):
        return [self.folder / "study.json", "--workloads", self.folder / "workloads", "--results", self.results]

    def submit(self, *options, code=0):
        return self.call("run", *self.study_arguments(), "--executor", "slurm", *options, code=code)

    def status(self):
        return json.loads(self.call("status", self.results, "--json"))

    def wait_until_over(self, limit_s=LIMIT_S):
        def is_over():
            slurm = self.status()["slurm"]
            return slurm is None or (slurm["live"] == 0 and not slurm["silence"])
        wait_for("no task is live", is_over, limit_s)

    def wait_for_run_in_flight(self):
        """Path of an attempt whose trainings have begun."""
        def begun():
            for log in self.results.glob("runs/*/*/events.jsonl"):
                if '"started"' in log.read_text() and not (log.parent / "result.json").exists():
                    return log.parent
            return None
        return wait_for("a run is in flight", begun)

    def planned_ids(self):
        plan = json.loads(self.call("plan", *self.study_arguments(), "--json"))
        return sorted(run["run_id"] for run in plan["runs"])

    def attempts(self):
        """Results by run: [(attempt, outcome, device)]."""
        found = {}
        for run in sorted((self.results / "runs").iterdir()):
            for attempt in sorted(run.iterdir()):
                result = json.loads((attempt / "result.json").read_text())
                found.setdefault(run.name, []).append((int(attempt.name), result["outcome"]["name"], result["device"]))
        return found

    def nodes_at_work(self):
        return {node for _, _, state, node in self.cluster.tasks() if state == "RUNNING"}

    def assert_each_run_ok_once(self):
        attempts = self.attempts()
        self.assertEqual(sorted(attempts), self.planned_ids())
        for run, made in attempts.items():
            self.assertEqual([outcome for _, outcome, _ in made].count("ok"), 1, (run, made))
        return attempts

    def outcomes(self):
        return sorted({outcome for made in self.attempts().values() for _, outcome, _ in made})


class SlurmTest(ClusterTest):
    def test_a_study_is_made_on_the_nodes_like_here(self):
        self.write_study(repetitions=2)
        profile = self.folder / "site.json"
        profile.write_text(json.dumps({"tasks_at_once": 3, "pack_to_s": 99999}))
        with_profile = ["--slurm-profile", profile]
        environment, self.environment = self.environment, {"PATH": "/nowhere"}
        self.assertIn("Nothing was submitted", self.submit("--dry-run", *with_profile))
        self.environment = environment
        script = (self.results / "slurm-dry-run/array-1.sh").read_text()
        self.assertIn("#SBATCH --exclusive\n", script)
        self.assertIn("#SBATCH --array=0-3%3\n", script, "the study's pack_to_s goes before the profile's")
        self.assertFalse((self.results / "study.json").exists())
        self.hold_trainings()
        self.assertIn("submitted in 4 tasks", self.submit(*with_profile))
        wait_for("two nodes are at work", lambda: len(self.nodes_at_work()) > 1)
        self.assertIn("Slurm works on", self.call("run", *self.study_arguments(), code=4))
        self.assertIn("0 runs submitted", self.submit())
        self.let_go()
        self.call("watch", self.results)
        attempts = self.assert_each_run_ok_once()
        for made in attempts.values():
            self.assertEqual(len(made), 1, made)
        plan = json.loads(self.call("plan", *self.study_arguments(), "--json"))
        nodes = {}
        for cell in plan["cells"]:
            nodes.setdefault((cell["pair"], cell["repetition"]), set()).add(attempts[cell["run_id"]][0][2])
        self.assertEqual({len(of_block) for of_block in nodes.values()}, {1}, "a block stays on one node")
        self.assertGreater(len({node for of_block in nodes.values() for node in of_block}), 1, "several nodes had work")
        self.assertIn("0 runs submitted", self.submit())
        self.assertEqual(self.status()["slurm"], None)
        self.call("report", self.results)
        self.assertFalse((self.folder / "injected").exists())

    def test_mistakes_are_told_before_anything_is_submitted(self):
        self.write_study()
        profile = self.folder / "site.json"
        profile.write_text('{"partitio": "gpu"}')
        out = self.submit("--slurm-profile", profile, code=2)
        self.assertIn("site.json", out)
        self.assertIn("partitio", out)
        self.assertIn("$.devices", self.submit("--device", "cores=0", "--device", "cores=1", code=2))
        self.assertIn("--detach", self.submit("--detach", code=2))
        self.assertIn("--dry-run", self.call("run", *self.study_arguments(), "--dry-run", code=2))
        self.results = self.folder / "50%"
        self.assertIn("backslash", self.submit(code=2))
        self.assertEqual(list(self.folder.glob("*/slurm")), [])

    def test_nothing_is_submitted_twice_when_tandem_is_killed_between_submit_and_note(self):
        self.write_study()
        before = {name for name, *_ in self.cluster.tasks()}
        fake = self.folder / "path"
        fake.mkdir()
        # Submits, and kills tandem before it hears of that: the launcher's parent.
        (fake / "sbatch").write_text("#!/bin/sh\n" + shutil.which("sbatch") + ' "$@" >/dev/null\n'
                                     "launcher=$PPID\nkill -KILL $(ps -o ppid= -p $launcher)\n")
        (fake / "sbatch").chmod(0o755)
        self.environment["PATH"] = f"{fake}:{self.environment['PATH']}"
        self.submit(code=-signal.SIGKILL)
        self.environment["PATH"] = self.cluster.environment["PATH"]
        jobs = list((self.results / "slurm").iterdir())
        self.assertEqual([(job / "job.json").exists() for job in jobs], [False])
        out = self.submit()
        self.assertIn("0 runs submitted", out)
        self.wait_until_over()
        self.submit()
        for made in self.assert_each_run_ok_once().values():
            self.assertEqual(len(made), 1, made)
        self.assertEqual({name for name, *_ in self.cluster.tasks()} - before, {jobs[0].name})


class SlurmFaults(ClusterTest):
    max_array_size = 3

    def test_arrays_are_no_longer_than_the_cluster_allows(self):
        self.write_study(repetitions=2)
        self.assertIn("submitted in 4 tasks, 2 job arrays", self.submit())
        self.wait_until_over()
        self.submit()
        self.assert_each_run_ok_once()

    def test_cancelled_runs_are_named_and_made_by_the_next_call(self):
        self.write_study(pairs=[("one", "two")])
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.call("stop", self.results, "--now", "--wait")
        self.assertEqual(self.outcomes(), ["job_cancelled"])
        self.let_go()
        self.submit()
        self.wait_until_over()
        self.assert_each_run_ok_once()

    def test_stop_lets_the_run_in_flight_end(self):
        self.write_study(pairs=[("one", "two")], epoch_s=0.5)
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.call("stop", self.results)
        time.sleep(3)  # scancel doesn't wait for the node
        self.let_go()
        self.wait_until_over()
        self.assertEqual(self.outcomes(), ["ok"])
        self.assertLess(len(self.attempts()), len(self.planned_ids()))

    def test_a_node_of_another_kind_makes_no_run_and_says_so(self):
        self.write_study(slurm={"machine_class": "another machine"})
        self.submit()
        self.wait_until_over()
        self.assertIn("planned for another machine", self.submit())
        self.assertEqual(list(self.results.glob("runs/*")), [])
        self.call("stop", self.results, "--now", "--wait")

    def only_job(self):
        (file,) = self.results.glob("slurm/*/job.json")
        return json.loads(file.read_text())["job_id"]

    def has_task_in(self, state):
        return any(one == state for _, _, one, _ in self.cluster.tasks("--jobs=" + self.only_job()))

    def suspend_a_run_in_flight(self):
        self.write_study(pairs=[("one", "two")])
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.cluster.ask("scontrol", "suspend", self.only_job())
        wait_for("the task is suspended", lambda: self.has_task_in("SUSPENDED"))

    def test_a_suspended_run_is_made_again(self):
        self.suspend_a_run_in_flight()
        time.sleep(5)  # for the processes too
        self.assertIn("0 runs submitted", self.submit())
        self.assertEqual(self.status()["slurm"]["live"], 1)
        self.let_go()
        self.cluster.ask("scontrol", "resume", self.only_job())
        self.wait_until_over()
        self.assert_each_run_ok_once()
        self.assertEqual(self.outcomes(), ["ok", "suspended"])

    def test_a_suspended_task_can_be_stopped(self):
        self.suspend_a_run_in_flight()
        self.call("stop", self.results, "--now", "--wait")
        self.assertEqual(self.outcomes(), ["job_cancelled"])

    def test_a_preempted_run_is_named_and_made_by_the_next_call(self):
        self.write_study(pairs=[("one", "two")])
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.cluster.ask("sbatch", "--partition=urgent", "--nodes=3", "--exclusive", "--output=/dev/null", "--wrap=true")
        self.wait_until_over()
        self.let_go()
        self.submit()
        self.wait_until_over()
        self.assert_each_run_ok_once()
        self.assertEqual(self.outcomes(), ["job_preempted", "ok"])

    def test_lost_nodes_are_named_and_their_runs_made_where_the_block_is(self):
        self.write_study(pairs=[("one", "two")], epoch_s=0.5)
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.let_one_run_end()
        lost = self.wait_for_run_in_flight()
        self.call("report", self.results)
        (node,) = self.nodes_at_work()
        self.cluster.kill_node(node)
        self.assertFalse((lost / "result.json").exists())
        self.wait_until_over()
        self.let_go()
        self.assertIn("node_lost", self.submit())
        wait_for("the task waits", lambda: self.status()["slurm"]["live"] == 1)
        self.cluster.start_node(node)
        self.wait_until_over()
        attempts = self.assert_each_run_ok_once()
        self.assertEqual(self.outcomes(), ["node_lost", "ok"])
        self.assertEqual({device for made in attempts.values() for _, outcome, device in made if outcome == "ok"}, {node})

    def test_a_controller_that_is_down_loses_nothing(self):
        self.write_study()
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        self.cluster.stop_controller()
        self.addCleanup(self.cluster.start_controller)
        begin = time.monotonic()
        status = self.call("status", self.results)
        self.assertIn("Unable to contact slurm controller", status)
        self.assertIn("in flight or cut off", status)
        self.let_go()
        self.assertIn("says:", self.submit(code=1))
        time.sleep(max(0, 20 - (time.monotonic() - begin)))
        self.cluster.start_controller()
        self.wait_until_over()
        self.submit()
        self.wait_until_over()
        for made in self.assert_each_run_ok_once().values():
            self.assertEqual(len(made), 1, made)

    def test_a_time_limit_is_named_and_doubled(self):
        self.write_study(pairs=[("one", "two")], slurm={"time_margin": 1, "time_at_least_s": 60})
        self.hold_trainings()
        self.submit()
        self.wait_until_over(limit_s=600)
        self.submit()
        self.assertIn("job_time_limit", self.outcomes())
        limits = [json.loads(file.read_text())["time_limit_min"]
                  for file in self.results.glob("slurm/*/submission.json")]
        self.assertEqual(sorted(limits), [1, 2])
        self.call("stop", self.results, "--now", "--wait")


class SlurmDisk(ClusterTest):
    @classmethod
    def before_cluster(cls):
        """So that the nodes, which have mounts of their own, see the disk."""
        cls.disk = cls.base / "disk"
        cls.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", cls.disk], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "-l", cls.disk])

    def test_a_full_shared_disk_is_named_and_nothing_is_lost(self):
        self.results = self.disk / "results"
        self.write_study(pairs=[("one", "two")])
        self.hold_trainings()
        self.submit()
        self.wait_for_run_in_flight()
        ballast = self.disk / "ballast"
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(b"x" * (1 << 16))
                    file.flush()
            except OSError:
                pass
        self.let_go()
        self.wait_until_over()
        ballast.unlink()
        self.submit()
        self.wait_until_over()
        self.assert_each_run_ok_once()
        self.assertIn("disk_full", self.outcomes())


class SlurmPilot(ClusterTest):
    def test_the_mnist_family_is_made_by_real_trainers_like_here(self):
        study = json.loads((ROOT / "studies/mnist-family.json").read_text())
        # Each pair is a block of its own, and no training is bound to cores: all nodes are one machine.
        study.update(resources={"threads": 1}, idle_s=0, solo_runs="literal",
                     slurm={"time_at_least_s": 3600, "pack_to_s": 0})
        (self.folder / "workloads").mkdir()
        (self.folder / "study.json").write_text(json.dumps(study))
        self.submit("--data", ROOT / "data")
        self.wait_until_over(limit_s=3600)
        self.submit("--data", ROOT / "data")
        self.assertGreater(len({made[-1][2] for made in self.attempts().values()}), 1, "several nodes had work")
        attempts = self.assert_each_run_ok_once()
        there, self.results = self.results, self.folder / "here"
        self.call("run", *self.study_arguments(), "--data", ROOT / "data", limit_s=3600)
        self.assertEqual(attempts.keys(), self.assert_each_run_ok_once().keys())
        # The same trainings to the bit, wherever they are made; one is shown by its final figure.
        self.assertEqual(self.performances(there), self.performances(self.results))

    def performances(self, results):
        found = {}
        for file in results.glob("runs/*/*/result.json"):
            result = json.loads(file.read_text())
            if result["outcome"]["name"] == "ok":
                found[file.parent.parent.name] = [one["performance"] for one in result["participants"]]
        return found


if __name__ == "__main__":
    wanted = [name for argument in sys.argv[2:] for name in TESTS.get(argument, [argument])]
    unittest.main(argv=[sys.argv[0], *(wanted or ["SlurmTest"])], verbosity=2)

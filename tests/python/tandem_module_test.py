"""python/tandem.py as a training uses it: each case in a process of its own with a real socket."""
import json
import os
import socket
import subprocess
import sys
import unittest

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "python")
LIMIT_S = 60


class Training:
    """A program that imports the module, and tandem's end of its socket."""

    def __init__(self, text, with_tandem=True):
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(LIMIT_S)
        environment = {**os.environ, "PYTHONPATH": FOLDER, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("TANDEM_EVENTS", None)
        if with_tandem:
            environment["TANDEM_EVENTS"] = str(theirs.fileno())
        self.process = subprocess.Popen([sys.executable, "-c", "import tandem\n" + text],
                                        env=environment, pass_fds=[theirs.fileno()],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        theirs.close()
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def hear(self):
        return json.loads(self.lines.readline(), parse_constant=self.refuse)

    @staticmethod
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    def go(self):
        self.socket.sendall(b'{"type":"go"}\n')

    def rest(self):
        return [json.loads(line) for line in self.lines]

    def end(self):
        out, err = self.process.communicate(timeout=LIMIT_S)
        self.lines.close()
        self.socket.close()
        return self.process.returncode, out, err


class TandemModule(unittest.TestCase):
    def test_does_nothing_outside_of_tandem(self):
        training = Training("tandem.ready()\ntandem.epoch(1.0, {'a': 1})\ntandem.final({'a': 1})\n"
                            "print(tandem.active())", with_tandem=False)
        self.assertEqual(training.end(), (0, "False\n", ""))

    def test_speaks_the_protocol_in_its_order(self):
        training = Training("tandem.ready(data='real', parameters=7, shape=(1, 2))\n"
                            "tandem.epoch(0.5, {'accuracy': 0.25}, train_seconds=2)\n"
                            "tandem.epoch(0.25, {'accuracy': 0.5})\n"
                            "tandem.final({'accuracy': 0.5})\ntandem.epoch(1)\ntandem.final({})")
        self.assertEqual(training.hear(), {"type": "ready", "protocol": 1, "data": "real",
                                           "parameters": 7, "shape": "(1, 2)"})
        training.go()
        self.assertEqual(training.hear(), {"type": "started"})
        self.assertEqual(training.hear(), {"type": "epoch", "epoch": 1, "train_loss": 0.5,
                                           "metrics": {"accuracy": 0.25}, "train_seconds": 2})
        self.assertEqual(training.hear()["epoch"], 2)
        self.assertEqual(training.hear(), {"type": "final", "epochs": 2,
                                           "metrics": {"accuracy": 0.5}})
        self.assertEqual(training.rest(), [])
        self.assertEqual(training.end(), (0, "", ""))

    def test_makes_null_of_what_is_no_finite_number(self):
        training = Training("class Tensor:\n  def __float__(self): return 2.5\n"
                            "class Odd:\n  def __float__(self): raise RuntimeError('no')\n"
                            "tandem.ready()\n"
                            "tandem.epoch(float('nan'), {'a': float('inf'), 'b': Tensor(), 'c': Odd(),"
                            " 'd': 'x'}, further=float('-inf'))\ntandem.final(None)")
        training.hear()
        training.go()
        training.hear()
        self.assertEqual(training.hear(), {"type": "epoch", "epoch": 1, "train_loss": None,
                                           "metrics": {"a": None, "b": 2.5, "c": None, "d": None},
                                           "further": None})
        self.assertEqual(training.hear()["metrics"], {})
        self.assertEqual(training.end()[0], 0)

    def test_tells_no_loss_that_is_none_and_no_reading_that_is_no_number(self):
        training = Training("tandem.ready()\ntandem.epoch(None, {'a': 1}, train_seconds='12 s')\n"
                            "tandem.epoch('low', {'a': 1}, train_seconds=True, eval_seconds=None,"
                            " steps=10**400)\ntandem.final({'a': 1})")
        training.hear()
        training.go()
        training.hear()
        self.assertEqual(training.hear(), {"type": "epoch", "epoch": 1, "metrics": {"a": 1}})
        second = training.hear()
        self.assertNotIn("train_loss", second)
        self.assertEqual(second["train_seconds"], 1)
        self.assertIsInstance(second["steps"], str)
        self.assertNotIn("eval_seconds", second)
        code, _, err = training.end()
        self.assertEqual(code, 0)
        self.assertIn("train_seconds is no number and isn't told: '12 s'", err)
        self.assertIn("train_loss is no number and isn't told: 'low'", err)

    def test_says_nothing_that_is_no_utf8(self):
        training = Training("tandem.ready(data='real', note='\\udc80 \\u00e9')\n"
                            "tandem.epoch(1, {'a\\ud800': 1})\ntandem.final({'a': 1})")
        self.assertEqual(training.hear()["note"], "? \u00e9")
        training.go()
        training.hear()
        self.assertEqual(training.hear()["metrics"], {"a?": 1})
        self.assertEqual(training.end()[0], 0)

    def test_makes_a_plain_word_of_a_reason(self):
        for reason, word in (("bad_data", "bad_data"), ("CUDA error: (2)", "cuda_error_2"),
                             ("", "failed"), ("\u00fc", "failed"), ("x" * 50, "x" * 40)):
            training = Training(f"tandem.failed({reason!r}, 'why')")
            self.assertEqual(training.hear()["reason"], word)
            training.end()

    def test_says_ready_by_itself_when_the_script_forgets_to(self):
        training = Training("tandem.epoch(1, {'a': 1})\ntandem.final({'a': 1})")
        self.assertEqual(training.hear(), {"type": "ready", "protocol": 1})
        training.go()
        self.assertEqual([line["type"] for line in training.rest()], ["started", "epoch", "final"])
        self.assertEqual(training.end()[0], 0)

    def test_ends_with_5_when_it_is_called_off(self):
        training = Training("tandem.ready()\nprint('trained')")
        training.hear()
        training.socket.shutdown(socket.SHUT_RDWR)
        code, out, _ = training.end()
        self.assertEqual((code, out), (5, ""))

    def test_waits_for_no_signal_after_a_failure(self):
        training = Training("tandem.failed('bad_data', 'label 12')\ntandem.epoch(1, {'a': 1})\n"
                            "tandem.final({'a': 1})\ntandem.ready()\nprint('over')")
        self.assertEqual([line["type"] for line in training.rest()], ["failed"])
        self.assertEqual(training.end(), (0, "over\n", ""))

    def test_warns_nobody_where_the_standard_error_is_closed(self):
        for closing in ("sys.stderr.close()", "sys.stderr = None"):
            training = Training(f"import sys\n{closing}\ntandem.ready()\n"
                                "tandem.epoch('low', {'a': 1})\ntandem.final({'a': 1})\n"
                                "print('trained')")
            training.hear()
            training.go()
            self.assertEqual([line["type"] for line in training.rest()],
                             ["started", "epoch", "final"])
            self.assertEqual(training.end(), (0, "trained\n", ""))

    def test_goes_on_training_when_tandem_is_gone(self):
        training = Training("import sys\ntandem.ready()\nsys.stdin = None\n"
                            "import time\nfor i in range(6000):\n  tandem.epoch(1, {'a': 1})\n"
                            "  if not tandem.active(): break\n  time.sleep(0.01)\n"
                            "tandem.final({})\nprint('trained', tandem.active())")
        training.hear()
        training.go()
        training.hear()
        training.lines.close()
        training.socket.close()
        out, err = training.process.communicate(timeout=LIMIT_S)
        self.assertEqual((training.process.returncode, out, err), (0, "trained False\n", ""))

    def test_is_silent_in_forked_children_and_in_what_it_starts(self):
        training = Training("import os, subprocess, sys\ntandem.ready()\n"
                            "if os.fork() == 0:\n  tandem.epoch(9, {})\n  tandem.final({})\n  os._exit(0)\n"
                            "os.wait()\n"
                            "subprocess.run([sys.executable, '-c', 'import tandem; print(tandem.active());"
                            " tandem.final({})'], close_fds=False)\n"
                            "tandem.epoch(1, {'a': 1})\ntandem.final({'a': 1})")
        training.hear()
        training.go()
        self.assertEqual([line["type"] for line in training.rest()], ["started", "epoch", "final"])
        self.assertEqual(training.end(), (0, "False\n", ""))

    def test_never_raises_for_what_can_not_be_said(self):
        training = Training("loop = {}\nloop['x'] = loop\ntandem.ready(text='x' * 70000, loop=loop)\n"
                            "tandem.epoch(1, 5)\ntandem.epoch(1, {'a': 1}, odd=object)\n"
                            "tandem.epoch(1, {'a': 1}, text='x' * 70000)\n"
                            "tandem.epoch(1, {'a' * 70000: 1})\n"
                            "tandem.failed('bad_data', ValueError('label 12'))")
        training.go()
        lines = training.rest()
        self.assertEqual(lines[0], {"type": "ready", "protocol": 1})
        self.assertEqual([line["type"] for line in lines[1:]],
                         ["started"] + 4 * ["epoch"] + ["failed"])
        self.assertEqual(lines[-2]["metrics"], {})
        self.assertEqual(lines[-1], {"type": "failed", "reason": "bad_data", "message": "label 12"})
        code, _, err = training.end()
        self.assertEqual(code, 0)
        self.assertIn("too long to be told in epoch", err)

    def test_takes_no_socket_that_is_not_tandems(self):
        ours, theirs = socket.socketpair()
        kinds = [(socket.socket(socket.AF_INET, socket.SOCK_STREAM), None),
                 (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), None),
                 (theirs, str(os.fstat(ours.fileno()).st_ino)), (theirs, "x")]
        expected = (kinds, "False\n"), ([(theirs, str(os.fstat(theirs.fileno()).st_ino))], "True\n")
        for sockets, active in expected:
            for other, inode in sockets:
                environment = {**os.environ, "PYTHONPATH": FOLDER, "PYTHONDONTWRITEBYTECODE": "1",
                               "TANDEM_EVENTS": str(other.fileno())}
                if inode is not None:
                    environment["TANDEM_EVENTS_INODE"] = inode
                done = subprocess.run([sys.executable, "-c", "import tandem; print(tandem.active())"],
                                      env=environment, pass_fds=[other.fileno()],
                                      capture_output=True, text=True, timeout=LIMIT_S)
                self.assertEqual((done.stdout, done.stderr), (active, ""), (other, inode))
        for each in [kind for kind, _ in kinds] + [ours]:
            each.close()

    def test_takes_no_descriptor_that_is_no_socket(self):
        for number in ("x", "0", "999", "99999999999999999999"):
            done = subprocess.run([sys.executable, "-c", "import tandem; print(tandem.active())"],
                                  env={**os.environ, "PYTHONPATH": FOLDER, "TANDEM_EVENTS": number,
                                       "PYTHONDONTWRITEBYTECODE": "1"},
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=LIMIT_S)
            self.assertEqual((done.stdout, done.stderr), ("False\n", ""), number)


if __name__ == "__main__":
    unittest.main()

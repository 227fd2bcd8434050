"""Tells tandem how a training goes, in five lines and without any dependency.

    import tandem
    ...                                     # load the data, build the model
    tandem.ready()                          # waits for the common start signal
    for ...:
        ...
        tandem.epoch(train_loss, {"accuracy": accuracy})
    tandem.final({"accuracy": accuracy})

Outside of tandem every call does nothing and returns at once, so that the script stays what it was.
Nothing here raises into the training, with one exception: when tandem calls the run off before its
start, ready() ends the program (SystemExit, exit code 5), as epoch() and final() do where they are
the first to be called. Copy this file beside your script, or put
its folder on PYTHONPATH. The protocol is in docs/protocol.md.
"""

import json
import math
import os
import re
import socket
import sys
import threading

__all__ = ["active", "ready", "epoch", "final", "failed"]

_PROTOCOL = 1
_LONGEST_LINE_BYTES = 65535
_LONGEST_MESSAGE = 4096
_CALLED_OFF = 5
_READINGS = ("train_seconds", "eval_seconds", "tensor_memory_peak_mib")


class _Connection:
    """The socket that tandem gave this process; of a process without one, nothing."""

    def __init__(self):
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._fd = None
        self._is_ready = False
        self._is_over = False
        self._epochs = 0
        # Taken out of the environment: what this program starts is not the training.
        number = os.environ.pop("TANDEM_EVENTS", None)
        inode = os.environ.pop("TANDEM_EVENTS_INODE", None)
        try:
            if number is not None and _is_tandems_socket(int(number), inode):
                os.set_inheritable(int(number), False)
                self._fd = int(number)
        except (OSError, ValueError, OverflowError):
            pass

    def active(self):
        # A forked child (a data loader's worker) has the descriptor, but it is not its own.
        return self._fd is not None and os.getpid() == self._pid

    def say(self, line, more=None):
        """Writes a line; what `more` adds is left out where it can't be written."""
        if not self.active():
            return
        text = _text_of({**_plain(more), **line}) or _text_of(line)
        if text is None:
            _warn(f"metrics too long to be told in {line['type']}")
            text = _text_of({**line, "metrics": {}})
        try:
            while text:
                text = text[os.write(self._fd, text):]
        except OSError:
            self._fd = None  # tandem is gone; the training goes on

    def wait_for_go(self):
        while self.active():
            try:
                byte = os.read(self._fd, 1)
            except OSError:
                byte = b""
            if byte == b"\n":
                return
            if byte == b"":
                raise SystemExit(_CALLED_OFF)

    def ready(self, description):
        if not self.active():  # before the lock, which a forked child may find taken for ever
            return
        with self._lock:
            if self._is_ready or self._is_over:  # after failed() nobody gives the signal
                return
            self._is_ready = True
            self.say({"type": "ready", "protocol": _PROTOCOL}, description)
            self.wait_for_go()
            self.say({"type": "started"})

    def epoch(self, train_loss, metrics, more):
        self.ready({})
        if not self.active():
            return
        with self._lock:
            if self._is_over:
                return
            self._epochs += 1
            # A loss that isn't told is left out: null stands for one that is not finite.
            self.say({"type": "epoch", "epoch": self._epochs, **_told("train_loss", train_loss),
                      "metrics": _numbers(metrics)}, _with_readings(more))

    def final(self, metrics):
        self.ready({})
        if not self.active():
            return
        with self._lock:
            if not self._is_over:
                self.say({"type": "final", "epochs": self._epochs, "metrics": _numbers(metrics)})
            self._is_over = True

    def failed(self, reason, message):
        if not self.active():
            return
        with self._lock:
            if not self._is_over:
                self.say({"type": "failed", "reason": _plain_word(reason),
                          "message": _text(message)[:_LONGEST_MESSAGE]})
            self._is_over = True


def _is_tandems_socket(fd, inode):
    """False for another descriptor of that number, in a process that didn't inherit tandem's."""
    if inode is not None and os.fstat(fd).st_ino != int(inode):
        return False
    looked_at = socket.socket(fileno=fd)
    try:
        return looked_at.family == socket.AF_UNIX and looked_at.type == socket.SOCK_STREAM
    finally:
        looked_at.detach()  # it stays open


def _warn(text):
    if sys.stderr is None:
        return
    try:
        print(f"tandem: {text}", file=sys.stderr)
    except Exception:  # closed, perhaps: the training goes on
        pass


def _number(value):
    """A number, also from a tensor or an array of one; None for what is not finite or none."""
    try:
        number = float(value)
    except Exception:  # whatever a foreign type's conversion raises
        return None
    return number if math.isfinite(number) else None


def _told(name, value):
    """The member with a number; none for what is no number, which is not one that isn't finite."""
    if value is None:
        return {}
    try:
        float(value)
    except Exception:
        _warn(f"{name} is no number and isn't told: {_text(value)[:80]!r}")
        return {}
    return {name: _number(value)}


def _with_readings(more):
    """What else is said of an epoch; the members that the protocol knows as numbers are numbers."""
    kept = {}
    for name, value in more.items():
        kept.update(_told(name, value) if name in _READINGS else {name: value})
    return kept


def _numbers(metrics):
    try:
        return {str(name): _number(value) for name, value in dict(metrics or {}).items()}
    except Exception:
        return {}


def _plain(description):
    """What JSON can hold as it is, the rest as text; numbers that are not finite as None."""
    plain = {}
    for name, value in (description or {}).items():
        if value is None or isinstance(value, (bool, str)):
            plain[name] = value
        elif isinstance(value, int):
            plain[name] = value if abs(value) < 2**63 else _text(value)
        elif isinstance(value, float):
            plain[name] = _number(value)
        else:
            number = _number(value)
            plain[name] = _text(value) if number is None else number
    return plain


def _text(value):
    try:
        return str(value)
    except Exception:
        return type(value).__name__


def _plain_word(value):
    """A reason as the protocol has it: `CUDA error!` becomes `cuda_error`."""
    return re.sub("[^a-z0-9]+", "_", _text(value).lower())[:40].strip("_") or "failed"


def _text_of(line):
    """The line as bytes, or None when the protocol has no room for it."""
    try:
        # Half a surrogate pair is no text in UTF-8; it becomes a question mark.
        text = (json.dumps(line, allow_nan=False, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    except (TypeError, ValueError):
        return None
    return text if len(text) <= _LONGEST_LINE_BYTES else None


_connection = _Connection()


def active():
    """Whether this process is a training that tandem started and listens to."""
    return _connection.active()


def ready(**description):
    """Data is loaded, the model is built: waits until tandem gives the start signal.

    `description` is kept in the record: data="real" or "synthetic", parameters=…, threads=….
    Ends the program with exit code 5 when tandem calls the run off.
    """
    _connection.ready(description)


def epoch(train_loss, metrics=None, **more):
    """An epoch's training and evaluation are done. Epochs are counted from 1 by themselves.

    `train_loss` is None where it isn't known; one that is not finite means a divergence.
    `metrics`: name to value on held-out data. `more`: train_seconds, eval_seconds, ….
    """
    _connection.epoch(train_loss, metrics, more)


def final(metrics):
    """The training is done; these are its metrics."""
    _connection.final(metrics)


def failed(reason, message):
    """The training can't go on. `reason`: a word of a-z, 0-9 and _, such as non_finite_loss."""
    _connection.failed(reason, message)

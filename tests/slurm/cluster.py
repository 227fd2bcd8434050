"""A cluster of Slurm on this machine, bound to loopback: a controller and nodes n1, n2, ..., each with
two GPUs that are device files of no GPU. No systemd, cgroup, database or accounting; as root each node
has a hostname of its own. Everything lies in one folder, and nothing outlives close()."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

LIMIT_S = 180  # generous: the machine may be busy


def wait_for(what, condition, limit_s=LIMIT_S, step_s=0.2):
    end = time.monotonic() + limit_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit_s} s: {what}")
        time.sleep(step_s)
    return value


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    def __init__(self, folder, nodes=3, max_array_size=1001):
        self.folder = pathlib.Path(folder)
        self.nodes = [f"n{i + 1}" for i in range(nodes)]
        self.conf = self.folder / "slurm.conf"
        self.daemons = {}  # by name: those that this object started
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}
        for name in ("slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel"):
            if not shutil.which(name):
                raise AssertionError(f"there is no {name}: scripts/setup test installs it (packages.txt)")
        # Needs root, and not in every container is root allowed to.
        self.can_name_hosts = subprocess.run(["unshare", "--uts", "--mount", "true"], capture_output=True).returncode == 0
        self._write_configuration(max_array_size)
        try:
            self.start_controller()
            for node in self.nodes:
                self.start_node(node)
            wait_for("all nodes are idle", lambda: self.states_of_nodes() == ["idle"] * nodes)
        except BaseException:
            for log in sorted(self.folder.glob("*.log")):
                print(f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}")
            self.close()
            raise

    def _write_configuration(self, max_array_size):
        host = socket.gethostname().split(".")[0]
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        (self.folder / "state").mkdir(parents=True)
        controller_port, *node_ports = free_ports(1 + len(self.nodes))
        lines = [
            "ClusterName=test", f"SlurmctldHost={host}(127.0.0.1)", f"SlurmctldPort={controller_port}",
            f"SlurmUser={user}", f"SlurmdUser={user}", "AuthType=auth/none", "CredType=cred/none",
            "AuthInfo=cred_expire=5", f"StateSaveLocation={self.folder}/state",
            f"SlurmdSpoolDir={self.folder}/spool.%n", f"SlurmctldPidFile={self.folder}/slurmctld.pid",
            f"SlurmdPidFile={self.folder}/slurmd.%n.pid", "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none", "JobAcctGatherType=jobacct_gather/none", "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_Core_Memory", "SchedulerType=sched/backfill",
            "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0",
            "AccountingStorageType=accounting_storage/none", "MpiDefault=none", "SwitchType=switch/none",
            "SlurmdParameters=config_overrides", "ReturnToService=2", "SlurmctldTimeout=10", "SlurmdTimeout=5",
            "KillWait=5", "MinJobAge=3600", f"MaxArraySize={max_array_size}", "MailProg=/bin/true", "GresTypes=gpu",
            # As root and without authentication: nobody but this machine may reach them.
            "CommunicationParameters=NoCtldInAddrAny,NoInAddrAny",
            "PreemptType=preempt/partition_prio", "PreemptMode=CANCEL",
            "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO PriorityTier=1",
            # Its jobs take the nodes of others.
            "PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP OverSubscribe=NO PriorityTier=2"]
        gres = []
        for node, port in zip(self.nodes, node_ports):
            (self.folder / f"spool.{node}").mkdir()
            device = self.folder / f"{node}-gpu"
            for number in (0, 1):
                # A GPU must be a device node, or Slurm hands out none. Without root, terminals are.
                if subprocess.run(["mknod", f"{device}{number}", "c", "1", "3"], capture_output=True).returncode:
                    device = "/dev/tty"
            lines.append(f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=8 SocketsPerBoard=1 "
                         "CoresPerSocket=8 ThreadsPerCore=1 RealMemory=4000 Gres=gpu:fake:2 State=UNKNOWN")
            gres.append(f"NodeName={node} Name=gpu Type=fake File={device}[0-1]")
        names = " ".join(self.nodes)
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost {names}\n" + pathlib.Path("/etc/hosts").read_text())
        self.conf.write_text("\n".join(lines) + "\n")
        (self.folder / "gres.conf").write_text("\n".join(gres) + "\n")

    def _start(self, name, command, environment=()):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.daemons[name] = subprocess.Popen(command, env={**self.environment, **dict(environment)},
                                                  stdin=subprocess.DEVNULL, stdout=log,
                                                  stderr=subprocess.STDOUT, start_new_session=True)

    def start_controller(self):
        """Where it doesn't run."""
        if "slurmctld" in self.daemons:
            return
        self._start("slurmctld", ["slurmctld", "-D", "-i"])

    def stop_controller(self):
        daemon = self.daemons.pop("slurmctld")
        daemon.terminate()
        daemon.wait(60)

    def start_node(self, node):
        command = ["slurmd", "-D", "-N", node]
        if self.can_name_hosts:
            # slurmd listens where its host's name leads.
            command = ["unshare", "--uts", "--mount", "--propagation", "slave", "sh", "-c",
                       f"mount --bind {self.folder}/hosts /etc/hosts && hostname {node} && exec slurmd -D -N {node}"]
        self._start(node, command, {"TANDEM_TEST_NODE": f"{self.folder}/{node}"})

    def kill_node(self, node):
        """As if its power was cut: the daemon and all that runs on it at once."""
        daemon = self.daemons.pop(node)
        daemon.send_signal(signal.SIGSTOP)
        self._kill_processes_on(node)
        daemon.kill()
        daemon.wait(60)

    def _kill_processes_on(self, node):
        """Of the node's jobs, known by their environment: Slurm's own have slurmd's."""
        marks = ({f"TANDEM_TEST_NODE={self.folder}/{node}".encode()},
                 {f"SLURMD_NODENAME={node}".encode(), f"SLURM_CONF={self.conf}".encode()})
        daemons = {daemon.pid for daemon in self.daemons.values()}
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or int(entry.name) in daemons:
                    continue
                environ = set((entry / "environ").read_bytes().split(b"\0"))
                if any(mark <= environ for mark in marks):
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                pass  # it has ended meanwhile

    def ask(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60).stdout

    def states_of_nodes(self):
        return [line.rstrip("*") for line in self.ask("sinfo", "-h", "-N", "-p", "main", "-o", "%t").split()]

    def tasks(self, *options):
        """(job name, task, state, node) of every task that the controller knows."""
        out = self.ask("squeue", "-h", "-r", "-t", "all", "-o", "%j|%K|%T|%N", *options)
        return [tuple(line.split("|")) for line in out.splitlines() if line.count("|") == 3]

    def close(self):
        for node in self.nodes:
            self._kill_processes_on(node)
        daemons = [self.daemons.pop(name) for name in sorted(self.daemons)]  # the nodes' before the controller
        for daemon in daemons:
            daemon.terminate()
        for daemon in daemons:
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

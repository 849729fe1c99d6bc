"""What the node runs inside a workspace to try its walls; standard library alone.

Never imported by the node: :mod:`gdi_spe.node.containers.probe` sends this file's text to
``python -I -S -c`` with one argument, JSON: what to reach for. Each attempt prints one line of
JSON. An attempt that dies prints nothing, which counts as a failed control.
"""

import ctypes
import errno
import json
import os
import re
import resource
import socket
import stat
import sys
from collections.abc import Callable
from typing import Any

# Nobody of the same uid may open this process's output while it speaks.
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)

ASK = json.loads(sys.argv[1])

# Errors that say "there is no way at all". A refusal or a time-out came over a way.
NO_WAY = {"ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EPERM", "EACCES"}

OWN_PLACES = ("/home/spe", "/home/spe/work", "/run/workspace", "/tmp")  # noqa: S108
SHARED_MEMORY = ("/dev/shm", "/dev/mqueue")  # noqa: S108
FIXED_PLACES = """
/ /etc /usr /opt /opt/venv /opt/gdi-spe /var /var/tmp /home /root /run /run/node /cohorts /dev
/proc /sys /sys/fs/cgroup /etc/jupyter
""".split()  # noqa: SIM905  # read as a page
KERNEL_FILES = """
/proc/sys/kernel/hostname /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/self/mem_x
/sys/kernel/profiling /proc/sys/vm/drop_caches /proc/irq/0/smp_affinity
""".split()  # noqa: SIM905  # read as a page
KERNEL_SECRETS = """
/proc/kcore /proc/keys /proc/timer_list /sys/firmware/dmi/tables/DMI
""".split()  # noqa: SIM905  # read as a page
ENGINE_SOCKETS = """
/var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock /run/podman/podman.sock
/run/crio/crio.sock
""".split()  # noqa: SIM905  # read as a page
DEVICES = """
core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero console
""".split()  # noqa: SIM905  # read as a page
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
SECRET = re.compile(r"TOKEN|SECRET|PASSW|PRIVATE|CREDENTIAL|API_?KEY|JUPYTERHUB|^AWS_")

# name: (x86_64, aarch64, first argument); every call is made in a child of its own.
CALLS = {
    "ptrace": (101, 117, 0),
    "process_vm_readv": (310, 270, os.getpid()),
    "process_vm_writev": (311, 271, os.getpid()),
    "pidfd_getfd": (438, 438, -1),
    "kcmp": (312, 272, os.getpid()),
    "mount": (165, 40, 0),
    "umount2": (166, 39, 0),
    "pivot_root": (155, 41, 0),
    "open_tree": (428, 428, -1),
    "move_mount": (429, 429, -1),
    "fsopen": (430, 430, 0),
    "mount_setattr": (442, 442, -1),
    "unshare": (272, 97, 0x10000000),
    "setns": (308, 268, -1),
    "keyctl": (250, 219, 0),
    "add_key": (248, 217, 0),
    "request_key": (249, 218, 0),
    "bpf": (321, 280, 0),
    "userfaultfd": (323, 282, 1),
    "perf_event_open": (298, 241, 0),
    "io_uring_setup": (425, 425, 1),
    "open_by_handle_at": (304, 265, -1),
    "init_module": (175, 105, 0),
    "finit_module": (313, 273, -1),
    "kexec_load": (246, 104, 0),
    "quotactl": (179, 60, 0),
    "syslog": (103, 116, 3),
    "clone3": (435, 435, 0),
}


def say(control: str, observed: Any) -> None:
    """Print one line."""
    line = {"nonce": ASK["nonce"], "control": control, "observed": observed}
    print(json.dumps(line), flush=True)


def name_of(error: OSError) -> str:
    """Return an error's name."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def way(family: int, kind: int, address: tuple[str, int]) -> str:
    """Say whether there is a way to an address: 'no way' or what was met on it."""
    try:
        with socket.socket(family, kind) as client:
            client.settimeout(1.5)
            client.connect(address)
            return "REACHED"
    except TimeoutError:
        return "WAY: time-out"
    except OSError as error:
        return "no way" if name_of(error) in NO_WAY else "WAY: " + name_of(error)


def ways(kind: int, targets: list[tuple[str, int]]) -> list[str]:
    """Return what was met at each target that there is a way to."""
    met = []
    for host, port in targets:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found = way(family, kind, (host, port))
        if found != "no way":
            met.append(f"{host}:{port} {found}")
    return met


def name_lookup() -> str:
    """Return whether any name is resolved."""
    try:
        return "RESOLVED " + str(socket.getaddrinfo("gdi-spe-canary.example", 80)[0][4])
    except OSError:
        return "not resolved"


def name_servers() -> list[str]:
    """Return the name servers that are configured."""
    with open("/etc/resolv.conf") as lines:
        return [line.split()[1] for line in lines if line.startswith("nameserver")]


def routes() -> list[str]:
    """Return the routes to anywhere but lo."""
    found: list[Any] = []
    for path, column in (("/proc/net/route", 0), ("/proc/net/ipv6_route", -1)):
        if not os.path.exists(path):
            continue
        with open(path) as lines:
            names = [line.split()[column] for line in lines if line.split()]
        found += [name for name in names if name not in ("Iface", "lo")]
    return found


def families() -> list[int]:
    """Return the address families that a socket can be asked for."""
    found: list[Any] = []
    for family in range(1, 46):
        answers = set()
        for kind in (1, 2, 3, 5):
            try:
                socket.socket(family, kind).close()
                answers.add("made")
            except OSError as error:
                answers.add(name_of(error))
        if answers != {"EPERM"}:
            found.append(family)
    return found


def raw_sockets() -> list[str]:
    """Return the raw and packet sockets that could be made."""
    found: list[Any] = []
    for family, kind, protocol in ((2, 3, 1), (2, 3, 255), (10, 3, 58), (17, 3, 768), (17, 2, 768)):
        try:
            socket.socket(family, kind, protocol).close()
            found.append(f"{family}/{kind}")
        except OSError:
            continue
    return found


def call(numbers: tuple[int, int, int]) -> str:
    """Make one system call in a child and return the error's name, or MADE."""
    number = numbers[0] if os.uname().machine == "x86_64" else numbers[1]
    child = os.fork()
    if child == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        made = libc.syscall(number, ctypes.c_long(numbers[2]), 0, 0, 0, 0, 0)
        os._exit(0 if made >= 0 else ctypes.get_errno() % 256)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "KILLED"
    code = os.WEXITSTATUS(status)
    return "MADE" if code == 0 else errno.errorcode.get(code, str(code))


def clone_with_namespace() -> str:
    """Ask clone for a user namespace."""
    if os.uname().machine != "x86_64":
        return "EPERM"
    libc = ctypes.CDLL(None, use_errno=True)
    child = libc.syscall(56, ctypes.c_long(0x10000000 | 17), 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
        return "MADE"
    return errno.errorcode.get(ctypes.get_errno(), "?")


def can_write(folder: str) -> bool:
    """Say whether a file can be made in a folder."""
    path = os.path.join(folder, f".gdi-spe-probe-{os.getpid()}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return False
    os.unlink(path)
    return True


def can_open(path: str, mode: str) -> bool:
    """Say whether a file can be opened so."""
    try:
        with open(path, mode):
            return True
    except OSError:
        return False


def cohort_writes() -> list[str]:
    """Return what of the cohorts could be changed."""
    found: list[Any] = []
    for folder, folders, files in os.walk("/cohorts"):
        found += [os.path.join(folder, name) for name in folders if can_write(f"{folder}/{name}")]
        found += [
            os.path.join(folder, name) for name in files if can_open(f"{folder}/{name}", "ab")
        ]
    return found


def walk() -> None:
    """Look at every file and folder of the image once."""
    writable: list[str] = []
    privileged: list[str] = []
    sockets: list[str] = []
    node: list[str] = []
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys", "cohorts")]
        folders[:] = [name for name in folders if not own(os.path.join(folder, name))]
        if folder not in SHARED_MEMORY and os.access(folder, os.W_OK) and can_write(folder):
            writable.append(folder)
        if folder.endswith("gdi_spe/node"):
            node.append(folder)
        for name in files:
            look(os.path.join(folder, name), privileged, sockets)
    say("writable-folders", sorted(set(writable) | {p for p in FIXED_PLACES if can_write(p)}))
    say("privileged-files", sorted(privileged))
    say("sockets", sorted(sockets))
    say("node-code", sorted(node))


def own(path: str) -> bool:
    """Say whether a place is the workspace's own."""
    return path in OWN_PLACES


def look(path: str, privileged: list[str], sockets: list[str]) -> None:
    """Note a setuid file, a file with capabilities or a socket."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if stat.S_ISSOCK(mode) and path != "/run/node/node.sock":
        sockets.append(path)
    if stat.S_ISREG(mode):
        if mode & (stat.S_ISUID | stat.S_ISGID):
            privileged.append(path)
        elif mode & 0o111:
            try:
                os.getxattr(path, "security.capability")
                privileged.append(path)
            except OSError:
                return


def mounts() -> dict[str, list[str]]:
    """Return mount point -> options."""
    with open("/proc/self/mountinfo") as lines:
        rows = [line.split() for line in lines]
    return {row[4]: row[5].split(",") for row in rows}


def writable_mounts(table: dict[str, list[str]]) -> list[str]:
    """Return the mounts that are not read-only, the kernel's own aside."""
    kernels = ("/proc", "/dev", "/sys")
    return sorted(
        point
        for point, options in table.items()
        if "rw" in options and not point.startswith(kernels)
    )


def loose_mounts(table: dict[str, list[str]]) -> list[str]:
    """Return the workspace's own places that lack a flag."""
    found: list[Any] = []
    for place in OWN_PLACES:
        wanted = {"nosuid", "nodev"} | ({"noexec"} if place != OWN_PLACES[-1] else set())
        found += [f"{place} {flag}" for flag in sorted(wanted - set(table.get(place, ())))]
    return found


def cohorts(table: dict[str, list[str]]) -> list[str]:
    """Return the names of all that is mounted or lies under /cohorts."""
    names = set(os.listdir("/cohorts"))
    names |= {point.split("/", 2)[2] for point in table if point.startswith("/cohorts/")}
    return sorted(names)


def first_process() -> dict[str, str]:
    """Return the identity and the privileges of the workspace's first process."""
    keys = [
        "Uid",
        "Gid",
        "Groups",
        "CapInh",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "CapAmb",
        "NoNewPrivs",
        "Seccomp",
    ]
    with open("/proc/1/status") as lines:
        values = dict(line.split(":", 1) for line in lines if ":" in line)
    return {key: " ".join(values.get(key, "absent").split()) for key in keys}


def users() -> list[int]:
    """Return the uids of all processes that can be seen."""
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/status") as lines:
                    found |= {int(line.split()[1]) for line in lines if line.startswith("Uid:")}
            except OSError:
                continue
    return sorted(found)


def secrets() -> list[str]:
    """Return the names of environment variables that look like secrets, of any process."""
    names = set(os.environ)
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/environ", "rb") as text:
                    pairs = text.read().split(b"\0")
            except OSError:
                continue
            names |= {pair.split(b"=")[0].decode("utf-8", "replace") for pair in pairs}
    return sorted(name for name in names if SECRET.search(name))


def limits() -> dict[str, str]:
    """Return the limits that hold here."""

    def read(*paths: str) -> str:
        for path in paths:
            if os.path.exists(path):
                with open(path) as text:
                    return text.read().strip()
        return "absent"

    base = "/sys/fs/cgroup/"
    return {
        "processes": read(base + "pids/pids.max", base + "pids.max"),
        "memory": read(base + "memory/memory.limit_in_bytes", base + "memory.max"),
        "files": str(resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
        "core": str(resource.getrlimit(resource.RLIMIT_CORE)[1]),
    }


def readable_secrets() -> list[str]:
    """Return the kernel's files that should be masked and are not."""
    found: list[Any] = []
    for path in KERNEL_SECRETS:
        try:
            with open(path, "rb") as text:
                if text.read(1):
                    found.append(path)
        except OSError:
            continue
    return found


def main() -> None:
    """Try everything."""
    table = mounts()
    attempts: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("tcp", lambda: ways(socket.SOCK_STREAM, ASK["tcp"])),
        ("udp", lambda: ways(socket.SOCK_DGRAM, ASK["udp"])),
        ("metadata", lambda: ways(socket.SOCK_STREAM, ASK["metadata"])),
        ("ipv6", lambda: ways(socket.SOCK_DGRAM, ASK["ipv6"])),
        ("dns", name_lookup),
        ("name-servers", name_servers),
        ("interfaces", lambda: sorted(name for _, name in socket.if_nameindex())),
        ("routes", routes),
        ("address-families", families),
        ("raw-sockets", raw_sockets),
        ("call clone", clone_with_namespace),
        *(
            (f"call {name}", lambda numbers=numbers: call(numbers))
            for name, numbers in CALLS.items()
        ),
        ("own-folders", lambda: [place for place in OWN_PLACES if can_write(place)]),
        ("cohort-writes", cohort_writes),
        ("kernel-writes", lambda: [path for path in KERNEL_FILES if can_open(path, "r+b")]),
        ("writable-mounts", lambda: writable_mounts(table)),
        ("mount-flags", lambda: loose_mounts(table)),
        ("cohorts", lambda: cohorts(table)),
        ("engine-sockets", lambda: [path for path in ENGINE_SOCKETS if os.path.lexists(path)]),
        ("devices", lambda: sorted(set(os.listdir("/dev")) - set(DEVICES))),
        ("kernel-secrets", readable_secrets),
        ("first-process", first_process),
        ("users", users),
        ("secrets", secrets),
        ("limits", limits),
    )
    for control, attempt in attempts:
        try:
            say(control, attempt())
        except Exception as error:
            say(control, f"FAILED: {type(error).__name__}: {error}")
    walk()


main()

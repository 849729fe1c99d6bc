"""The system calls that a workspace may make: an allow-list, and the seccomp profile made of it.

What is not listed fails with EPERM. The list was taken from what Python, the JVM, JupyterLab,
DuckDB, plink2 and bcftools call, then stripped of everything that reaches another process
(ptrace, process_vm_*, pidfd_getfd, kcmp), another namespace (unshare, setns, mount and the new
mount calls), the kernel (bpf, keyctl, perf_event_open, userfaultfd, io_uring, modules, kexec) or
a file by handle. ``python -m gdi_spe.node.containers.system_calls`` prints the profile that is
kept in ``hub_config/seccomp.json``.
"""

from __future__ import annotations

import json
from typing import Any

ALLOWED = """
accept accept4 access alarm arch_prctl bind brk capget chdir chmod clock_getres clock_gettime
clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create
epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat
exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchown fchownat
fcntl fdatasync fgetxattr flistxattr flock fork fstat fstatfs fsync ftruncate futex futex_waitv
get_mempolicy get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups
getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid
getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getxattr
inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl kill lchown lgetxattr link
linkat listen listxattr llistxattr lseek lstat madvise membarrier memfd_create mincore mkdir
mkdirat mlock mlock2 mmap mprotect mremap msync munlock munmap nanosleep newfstatat open openat
openat2 pause pidfd_open pidfd_send_signal pipe pipe2 poll ppoll prctl pread64 preadv preadv2
prlimit64 pselect6 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recvfrom
recvmmsg recvmsg rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending
rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
sched_getscheduler sched_setaffinity sched_setparam sched_setscheduler sched_yield select semctl
semget semop semtimedop sendfile sendmmsg sendmsg sendto set_robust_list set_tid_address setgid
setgroups setitimer setpgid setpriority setresgid setresuid setrlimit setsid setsockopt setuid
shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 socketpair splice stat statfs
statx symlink symlinkat sync_file_range sysinfo tee tgkill time timer_create timer_delete
timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime
times tkill truncate umask uname unlink unlinkat utime utimensat utimes vfork wait4 waitid write
writev
""".split()  # noqa: SIM905  # read as a page, not as 230 lines

# TRUST: AF_UNIX, AF_INET and AF_INET6 (which end at lo) and AF_NETLINK (asked by glibc). Not
# AF_VSOCK, which no network namespace confines, AF_ALG, AF_PACKET or anything newer.
ADDRESS_FAMILIES = (1, 2, 10, 16)

# The flags of clone that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER,
# NEWPID, NEWNET. clone3 hides its flags from seccomp, so it is said not to exist and libc falls
# back to clone.
NAMESPACE_FLAGS = 0x7E020000
ENOSYS = 38

# What 32-bit code asks for (0x0008 and its like) is not here: no other architecture is allowed.
PERSONALITIES = (0x0, 0xFFFFFFFF)

ALLOW = "SCMP_ACT_ALLOW"


def profile() -> dict[str, Any]:
    """Return the seccomp profile, in the container engine's format."""
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
        ],
        "syscalls": [
            {"names": ALLOWED, "action": ALLOW},
            *(_equal("socket", family) for family in ADDRESS_FAMILIES),
            _without_namespaces(),
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS},
            *(_equal("personality", value) for value in PERSONALITIES),
        ],
    }


def _equal(name: str, value: int) -> dict[str, Any]:
    condition = {"index": 0, "value": value, "op": "SCMP_CMP_EQ"}
    return {"names": [name], "action": ALLOW, "args": [condition]}


def _without_namespaces() -> dict[str, Any]:
    condition = {"index": 0, "value": NAMESPACE_FLAGS, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    return {"names": ["clone"], "action": ALLOW, "args": [condition]}


def text() -> str:
    """Return the profile as the file in ``hub_config`` has it."""
    return json.dumps(profile(), indent=1) + "\n"


if __name__ == "__main__":
    print(text(), end="")

"""Run one command and print what it spent; a process of its own, since a peak is inherited.

A process's peak memory starts with that of the one it was forked from, so a small process must
fork. Run as ``python -I -S launch.py ERRORS WORD...``; prints wall seconds, CPU seconds of the
command and all that it waited for, the largest process's peak in KiB, and the exit status.
"""

import os
import sys
import time

errors = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
nothing = os.open(os.devnull, os.O_RDWR)
into = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, nothing, 1)]
into.append((os.POSIX_SPAWN_DUP2, errors, 2))
begun = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=into)
_, status, spent = os.wait4(pid, 0)
wall = time.perf_counter() - begun
code = os.waitstatus_to_exitcode(status)
print(wall, spent.ru_utime + spent.ru_stime, spent.ru_maxrss, code)

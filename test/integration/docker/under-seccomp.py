"""Runs a program as an unprivileged user under a seccomp profile, as a container engine would.

usage: under-seccomp.py PROFILE.json UID PROGRAM [ARGUMENT...]

Loads the profile (the parts of the OCI format that docker/seccomp.json uses) with libseccomp, drops every capability
and all privileges for good (no_new_privs), and becomes the program.
"""

import ctypes
import json
import os
import sys

PR_SET_NO_NEW_PRIVS = 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
COMPARE = {"SCMP_CMP_NE": 1, "SCMP_CMP_EQ": 4}


class Comparison(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def load(profile):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    context = library.seccomp_init(ERRNO | profile["defaultErrnoRet"])
    for rule in profile["syscalls"]:
        assert rule["action"] == "SCMP_ACT_ALLOW"
        given = [Comparison(c["index"], COMPARE[c["op"]], c["value"], 0) for c in rule.get("args", [])]
        array = (Comparison * len(given))(*given)
        for name in rule["names"]:
            number = library.seccomp_syscall_resolve_name(name.encode())
            # Unknown to this libseccomp, or to this architecture: engines skip it as well.
            if number < 0:
                continue
            failed = library.seccomp_rule_add_array(context, ALLOW, number, len(given), array)
            assert failed == 0, f"{name}: {failed}"
    assert ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert library.seccomp_load(context) == 0


with open(sys.argv[1], encoding="utf-8") as file:
    wanted = json.load(file)
user = int(sys.argv[2])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
load(wanted)
os.execvp(sys.argv[3], sys.argv[3:])

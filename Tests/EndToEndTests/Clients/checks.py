"""Counting checks, shared by the client scripts: each prints a line, the last line is the sum."""

import sys


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def equal(self, what, found, expected):
        self.that(what, found == expected and type(found) == type(expected), f"{found!r} is not {expected!r}")

    def that(self, what, holds, why=""):
        if holds:
            self.passed += 1
            print(f"ok   {what}")
        else:
            self.failed += 1
            print(f"FAIL {what}: {why}")

    def raises(self, what, kind, containing, call):
        try:
            value = call()
        except kind as error:
            self.that(what, containing in str(error), f"{error!s} does not contain {containing!r}")
            return error
        except Exception as error:  # noqa: BLE001
            self.that(what, False, f"raised {type(error).__name__}: {error}")
            return error
        self.that(what, False, f"answered {value!r} instead of raising")
        return None

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)

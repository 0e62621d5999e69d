"""Work on threads whose failures are failures of the script: left to itself, Python ends only the thread,
and says nothing at all where that raised SystemExit.
"""

import queue
import threading
import time


class Workers:
    """Functions without arguments, each on a thread of its own, which does not outlive the script."""

    def __init__(self, functions):
        self.endings = queue.SimpleQueue()
        self.running = 0
        for function in functions:
            self.running += 1
            threading.Thread(target=self._run, args=(function,), daemon=True).start()

    def _run(self, function):
        try:
            function()
        except BaseException as failure:  # noqa: BLE001
            self.endings.put(failure)
        else:
            self.endings.put(None)

    def watch(self, seconds):
        """Lets the workers work for a while; raises what one of them raised, as soon as it did."""
        end = time.monotonic() + seconds
        while True:
            try:
                failure = self.endings.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                return
            self.running -= 1
            if failure is not None:
                raise failure

    def join(self, seconds=None):
        """Waits until all have ended, so many seconds at most; raises what the first to fail raised."""
        end = None if seconds is None else time.monotonic() + seconds
        while self.running > 0:
            try:
                left = None if end is None else max(0, end - time.monotonic())
                failure = self.endings.get(timeout=left)
            except queue.Empty:
                raise TimeoutError(f"{self.running} workers have not ended in time") from None
            self.running -= 1
            if failure is not None:
                raise failure

"""Starts, stops and kills a real binary, always at the same address once it has one."""

import os
import re
import signal
import subprocess
import tempfile
import threading

PATIENCE = 60


class Server:
    def __init__(self, binary, data, arguments=(), environment=None):
        self.binary = binary
        self.data = data
        self.arguments = list(arguments)
        self.environment = {**os.environ, **(environment or {})}
        self.port = "0"
        self.errors = tempfile.TemporaryFile("w+")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "serve", "--port", self.port, "--data", self.data, *self.arguments],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )
        patience = threading.Timer(PATIENCE, self.process.kill)
        patience.start()
        try:
            for line in self.process.stdout:
                if match := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                    self.url, self.port = match[0], match[1]
                    return
        finally:
            patience.cancel()
        raise RuntimeError(f"{self.binary} ended without an address: {self.log()}")

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)

    def kill(self):
        """Ends the server with SIGKILL, which must be what ends it."""
        self.process.kill()
        status = self.process.wait()
        if status != -signal.SIGKILL:
            raise RuntimeError(f"the server had ended by itself with status {status}: {self.log()}")

    def restart(self):
        status = self.stop()
        if status != 0:
            raise RuntimeError(f"the server stopped with status {status}: {self.log()}")
        self.start()

    def log(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read()

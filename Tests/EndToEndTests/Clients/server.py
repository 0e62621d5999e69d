"""Starts, stops and kills a real binary, always at the same address once it has one."""

import os
import re
import subprocess
import tempfile


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
        for line in self.process.stdout:
            if match := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.url, self.port = match[0], match[1]
                return
        raise RuntimeError(f"{self.binary} ended without an address: {self.log()}")

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def log(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read()

"""`tidegate simulate` as a process, and what a client's environment must have to find it."""
import subprocess

from stage import BUILD


class Simulator:
    def __init__(self, folder, scenario, speed):
        """`scenario`: its text. `speed`: so many seconds pass in it in one."""
        path = folder / "scenario.yaml"
        path.write_text(scenario)
        command = [BUILD / "tidegate", "simulate", "--scenario", path, "--listen", "127.0.0.1:0", "--speed", str(speed)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = iter(self.process.stdout.readline, "# the simulated AWS listens; Ctrl-C ends it\n")
        self.exports = dict(line.removeprefix("export ").rstrip().split("=", 1) for line in lines)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

"""One stage for tests, demonstration and bench: moto, the proxy before it, the metadata service and a state directory,
and hooks of the machine file played on it."""
import os
import pathlib
import shutil
import tempfile

from hook import hook_environment, run
from imds import Imds
from proxy import Proxy
from world import REGION, Moto, World

SOURCE = pathlib.Path(os.environ.get("TIDEGATE_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("TIDEGATE_BUILD_DIR", SOURCE / "build"))
MACHINE = SOURCE / "machines" / "asg-standby.yaml"
PRELOAD = {"LD_PRELOAD": str(BUILD / "tests" / "interop" / "preload.so")}
LEAVE = "ApplicationStop"
RETURN = "ApplicationStart"


class Stage:
    def __init__(self, log_path=None):
        self.moto = Moto()
        self.proxy = Proxy(self.moto.url, self.moto.aws, log_path)
        self.imds = Imds()
        self.world = World(self.moto)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidegate-interop-"))
        self.state = self.folder / "state"

    def set_up(self, **world):
        """The world as it was in the beginning, and nothing on disk."""
        self.world.build(**world)
        self.imds.reset(self.world.instance)
        self.proxy.reset()
        shutil.rmtree(self.state, ignore_errors=True)
        return self

    def environment(self, event, **more):
        ahead = self.proxy.ahead_seconds
        return hook_environment(
            event,
            **{
                **({**PRELOAD, "SECONDS_AHEAD": str(ahead)} if ahead else {}),
                "TIDEGATE_STATE_DIR": str(self.state),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.imds.url,
                "AWS_ENDPOINT_URL": self.proxy.url,
                **more,
            },
        )

    def hook(self, event, machine=MACHINE, standard_input_open=True, **more):
        environment = self.environment(event, **more)
        self.proxy.victim_known.clear()
        return run([machine], environment, self.proxy.watch, standard_input_open=standard_input_open)

    def command(self, *arguments, **more):
        """tidegate as a person on a laptop runs it: credentials in the environment, no metadata service."""
        environment = {
            "PATH": f"{BUILD}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "TIDEGATE_STATE_DIR": str(self.state),
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
            "AWS_SECRET_ACCESS_KEY": "example-secret-that-no-log-may-show",
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }
        return run([BUILD / "tidegate", *arguments], environment, self.proxy.watch)

    def let_time_pass(self):
        """Long enough that no request of before can still take effect, and that AWS shows all that was done: on AWS's
        clock and on this machine's."""
        self.proxy.ahead_seconds += 450

    def calls(self):
        return list(self.proxy.calls)

    def mutations(self):
        return [call for call in self.proxy.calls if not call.reads]

    def close(self):
        self.proxy.close()
        self.imds.close()
        self.moto.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

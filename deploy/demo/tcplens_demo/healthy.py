"""Situations in which much happens, and nothing is wrong with TCP."""

from . import sockets
from .constants import RATES
from .situations import Situation


class Healthy(Situation):
    kind = "healthy"


class Quiet(Healthy):
    name, title = "quiet", "Nothing happens"


class LoadDoubled(Healthy):
    name, title = "load_doubled", "Twice the load"
    needs_shop = True

    def begin_with_shop(self):
        self.scene.set_load(factor=2)

    def end_with_shop(self):
        self.scene.set_load(factor=1)


class Deploy(Healthy):
    name, title = "deploy", "The service is replaced by a new process"
    needs_shop = True

    def begin_with_shop(self):
        self.scene.restart_shop()


class Backup(Healthy):
    name, title = "backup", "Some hundred megabytes over one connection"
    RATE = 20e6

    def begin(self, scene):
        self.scene = scene
        self.transfer = sockets.Transfer(self.namespace, 7201, self.RATE)

    def end(self):
        self.transfer.stop()


class ShortConnections(Healthy):
    name, title = "short_connections", "Many short connections at a moderate rate"

    def begin_with_shop(self):
        self.scene.set_load(kept=RATES["kept"] - 20, new=RATES["new"] + 20)

    def end_with_shop(self):
        self.scene.set_load(**RATES)

    def begin_alone(self):
        self.listener = sockets.listen(self.namespace, 7202)

    def keep_going_alone(self):
        sockets.churn(self.namespace, self.listener, 5)

    def end_alone(self):
        self.listener.close()


ALL = (Quiet, LoadDoubled, Deploy, Backup, ShortConnections)
NAMES = {situation.name: situation for situation in ALL}

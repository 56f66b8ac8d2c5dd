"""What a fault and a healthy situation have in common."""

import contextlib
import dataclasses


@dataclasses.dataclass(frozen=True)
class Signal:
    """A number that shows a fault, as a query that works in every backend."""

    title: str
    unit: str
    query: str
    # At most this while all is well, and at least `factor` times as much in the fault.
    quiet: float
    factor: float
    # What the number can't exceed, if there is something like that: a title and a query.
    limit: tuple = None


class Situation:
    """Something that lasts: `begin`, then `keep_going` a few times a second, then `end`.

    It can happen in a scene with the shop and, unless `needs_shop`, in one without.
    """

    name = title = ""
    # "fault" or "healthy".
    kind = "fault"
    needs_shop = False
    # How long it is shown, and how long it takes at least to show.
    seconds, least = 25, 10

    def __init__(self):
        self.scene = None

    @property
    def namespace(self):
        return self.scene.namespace

    def begin(self, scene):
        self.scene = scene
        if scene.shop:
            self.begin_with_shop()
        else:
            self.begin_alone()

    def keep_going(self):
        if not self.scene.shop:
            self.keep_going_alone()
        else:
            self.keep_going_with_shop()

    def end(self):
        if self.scene.shop:
            self.end_with_shop()
        else:
            self.end_alone()

    def begin_with_shop(self):
        pass

    def begin_alone(self):
        pass

    def keep_going_with_shop(self):
        pass

    def keep_going_alone(self):
        pass

    def end_with_shop(self):
        pass

    def end_alone(self):
        pass

    @contextlib.contextmanager
    def lasting(self, scene):
        """It lasts as long as the block. `scene.rest(seconds, situation)` keeps it going."""
        self.begin(scene)
        try:
            yield self
        finally:
            self.end()

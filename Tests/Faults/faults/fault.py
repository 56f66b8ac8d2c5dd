"""What a fault consists of."""

import contextlib


class Impossible(Exception):
    """This machine does not let a fault be made."""


class Fault:
    """One fault, for one agent.

    A subclass says what it is in its doc string, and what is promised. What it learns while it is made is for `seen()`.
    """

    name = ""
    promised = ""
    # How long it lasts.
    seconds = 5
    # How the agent is started.
    interval = "1s"
    arguments = ()
    environment = {}
    # Whether `make()` and `heal()` act on an agent that runs as any other, so that a soak can have the fault as well.
    acts_on_running = True
    # Whether the wall clock that the agent sees is set, so that times go back and starts move.
    sets_clock = False
    # Whether counters begin again; what arrived before and after is added.
    restarts_counters = False
    # What the agent may lose, by `error.type`: it must say so, and everything else must arrive.
    may_lose = ()
    # How many requests may arrive twice, because their answers can get lost.
    repeats = 0
    # The control group of the churn.
    cgroup = None
    # Whether the agent observes all of the machine, so that it also counts what others do.
    observes_machine = False
    # If the agent must not start, words that must be in its message.
    message = ()
    # Whether the fault has ended: an agent that did not start does now.
    is_healed = False
    # When the agent was started, by the monotonic clock.
    started = 0
    # Whether a fault that takes long may take its whole time (`--long`).
    is_long = False

    @contextlib.contextmanager
    def around(self, bench):
        """What there is from before the agent starts until after it has ended."""
        yield

    def prefix(self, bench):
        """A command that becomes the agent."""
        return ()

    def make(self, bench):
        """Makes the fault."""
        raise NotImplementedError

    def heal(self, bench):
        """Ends it."""

    def clean(self, bench):
        """Removes what an agent leaves on purpose; it has ended."""

    def made(self, bench):
        """How many connections were made besides the churn."""
        return 0

    def handshakes(self, bench):
        """The handshakes of servers that arrived, and those that were made."""
        found = bench.receiver.sum("tcplens.handshakes", tcplens_connection_role="server", error_type=None)
        return found, bench.made + bench.agent.scrapes

    def wrong(self, bench):
        """What did not happen as it must, a text for each; asked after recovery."""
        return []

    def seen(self, bench):
        """What was seen, in a few words."""
        return ""


class StartFault(Fault):
    """A fault that is there before an agent starts: it starts all the same, or says at once what is wrong."""

    acts_on_running = False

    def make(self, bench):
        """The agent was started with it."""

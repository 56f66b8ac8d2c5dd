"""Makes one fault, and checks what must hold after any of them."""

import contextlib
import dataclasses
import sys
import time
import traceback

from soak import exactness
from tcplens_demo.processes import Failed, eventually

from .bench import Bench
from .fault import Impossible
from .held import Held

RATE = 500
# How long after healing an agent may take: it waits up to 15 s between two attempts, and spreads what waits over 15 s.
RECOVERY = 60
ATTEMPTS = 6
REPEATS = 3
# How long an agent may take to say why it does not start.
SOON = 3


@dataclasses.dataclass
class Result:
    name: str
    promised: str
    seen: str
    wrong: list

    @property
    def row(self):
        return self.name, self.promised, self.seen if not self.wrong else f"**failed**: {'; '.join(self.wrong)}"


def recovered(bench, healed):
    """Waits until what was collected after healing has arrived, and all before it. Returns the seconds."""
    bench.agent.ready(lambda: bench.receiver.is_current(healed), RECOVERY)
    return time.time() - healed


def settled(find, seconds):
    """What `find()` says is wrong, when there has been time for it to become right."""
    found = []

    def check():
        found[:] = find()
        return not found

    with contextlib.suppress(Failed):
        eventually("nothing wrong", check, seconds)
    return found


def delivered(bench):
    """What did not arrive, arrived twice or in another order, or is not said to be lost; a text for each."""
    receiver, fault = bench.receiver, bench.fault
    wrong = sorted(set(receiver.faults))
    dropped = receiver.dropped
    if receiver.duplicates > fault.repeats:
        wrong.append(f"{receiver.duplicates} requests arrived twice")
    wrong += [f"{count:.0f} points lost ({reason})" for reason, count in dropped.items() if reason not in fault.may_lose]
    if fault.restarts_counters:
        # What was said before the last export of the old counters is not known to the new ones.
        return wrong
    if receiver.accepted != receiver.points_before:
        wrong.append(f"{receiver.points_before} points arrived, {receiver.accepted:.0f} are said to be accepted")
    # The last one is not in the number.
    missing = receiver.collections + 1 - len(receiver.times)
    if missing < 0 or missing and not dropped:
        wrong.append(f"{missing} collections did not arrive, and none is said to be lost")
    return wrong


def counted(bench):
    """Whether the counters that arrived are what was made; a text for each that is not."""
    found, expected = bench.fault.handshakes(bench)
    return [] if found == expected else [f"server's handshakes that arrived: {found:.0f}, made {expected}"]


def ended(bench):
    """Ends the agent. Returns what is left of it, and what is wrong with its end."""
    held = Held.by(bench.agent)
    bench.agent.stop()
    bench.fault.clean(bench)
    wrong = [] if bench.agent.status == 0 else [f"its exit status was {bench.agent.status}"]
    with contextlib.suppress(Failed):
        eventually("BPF objects to be gone", lambda: not held.left(), 10)
    left = held.left()
    return wrong + ([f"left in the kernel: {sorted(left)}"] if left else [])


def act(bench):
    """The course of a trial. Returns what was seen, and what was wrong."""
    fault = bench.fault
    bench.churn.resume()
    # Until the first connections have come and gone, and the first exports have been made.
    eventually("exports", lambda: bench.receiver.exports >= 3)
    before = Held.by(bench.agent)
    fault.make(bench)
    time.sleep(fault.seconds)
    fault.heal(bench)
    seconds = recovered(bench, time.time())
    bench.churn.pause()
    wrong, late = [], ""
    # An agent that observes the whole machine has sockets, files, maps and memory for what others do.
    if not fault.observes_machine:
        wrong, late = exactness.differences(bench.namespace, bench.agent,
                                            None if fault.restarts_counters else bench.made, ATTEMPTS)
        wrong += settled(lambda: Held.by(bench.agent).beyond(before), 15)
    wrong += list(fault.wrong(bench))
    wrong += settled(lambda: delivered(bench), 5) + ended(bench) + counted(bench)
    words = [fault.seen(bench), f"recovered after {seconds:.1f} s, {bench.made:,} connections exact{late}"]
    if bench.receiver.duplicates:
        words.append(f"{bench.receiver.duplicates} of the requests arrived twice")
    return "; ".join(word for word in words if word), wrong


def refused(fault, program):
    """Starts an agent that must not start. Returns what was seen, and what was wrong."""
    try:
        Bench(program, fault, RATE).close()
    except Failed as error:
        seconds, message = time.monotonic() - fault.started, str(error)
    else:
        return "", ["it started"]
    wrong = [f"the message does not have '{word}': {message}" for word in fault.message if word not in message]
    if seconds > SOON:
        wrong.append(f"it said so after {seconds:.1f} s")
    line = message.strip().splitlines()[-1].partition("tcplens: ")[2] or message.strip().splitlines()[-1]
    return f"it ends after {seconds:.1f} s: “{line.strip()}”", wrong


def run(make, program):
    """Makes a fault, again if the wall clock of this machine was set meanwhile. Returns the result."""
    for _ in range(REPEATS):
        fault = make()
        result, clock_was_set = _run(fault, program)
        if not result.wrong or not clock_was_set:
            break
        print(f"again, because this machine's clock was set: {fault.name}", flush=True)
    return result


def _run(fault, program):
    bench, begin = None, ("", [])
    try:
        if fault.message:
            begin = refused(fault, program)
            fault.is_healed = True
        bench = Bench(program, fault, RATE)
        seen, wrong = act(bench)
        seen, wrong = "; ".join(word for word in (begin[0], seen) if word), begin[1] + wrong
    except Impossible as error:
        seen, wrong = f"not made here: {error}", []
    except Exception as error:
        seen, wrong = "", [f"{type(error).__name__}: {error}"]
        if not isinstance(error, Failed):
            traceback.print_exc()
    finally:
        if bench:
            bench.close()
    if wrong and bench and bench.agent:
        print(f"{fault.name}: {bench.agent.output[-3000:]}", file=sys.stderr, flush=True)
    return Result(fault.name, fault.promised, seen, wrong), bench is not None and bench.clock_was_set

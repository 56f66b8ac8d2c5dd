"""Clients of the shop. They send requests at fixed rates, whether earlier ones are answered or not, and measure them.

Usage: python -m tcplens_demo.load

Settings (lines of JSON on standard input):

    kept, new, exports   requests a second: carts over kept connections, carts over new ones, exports
    factor               all rates times this
    pause                seconds that the clients of exports wait before they read the answer
"""

import asyncio
import time

from . import http_client, settings, telemetry
from .constants import RATES, SHOP_PORT

# Under 5 s, which is a bound of the histograms.
TIMEOUT = 4.5
# Requests that wait for an answer. There are no more than this, so that a stuck service does not fill our memory.
MOST = 2000


class Load:
    def __init__(self, current):
        address = ("127.0.0.1", SHOP_PORT)
        self.settings, self.telemetry = current, telemetry.Telemetry("client")
        # A small buffer shows at once that nobody reads.
        self.carts, self.exports = http_client.Client(address), http_client.Client(address, 262144)
        self.waiting = set()

    async def send(self, path, is_kept):
        begin, status, error = time.perf_counter(), None, None
        is_export = path == "/export"
        client = self.exports if is_export else self.carts
        try:
            status = await client.request(path, is_kept, TIMEOUT, self.settings.pause if is_export else 0)
        except TimeoutError:
            error = "timeout"
        except OSError as failure:
            error = type(failure).__name__
        self.telemetry.record(
            begin, url__template=path, http__response__status_code=status, error__type=error,
            server__address="127.0.0.1", server__port=SHOP_PORT,
        )

    async def repeat(self, kind, path, is_kept):
        due = time.monotonic()
        while not self.settings.ended.is_set():
            rate = getattr(self.settings, kind) * self.settings.factor
            due += 1 / rate if rate else 0.1
            await asyncio.sleep(max(0, due - time.monotonic()))
            # After a time without CPU the requests that were not sent are left out.
            due = max(due, time.monotonic() - 0.5)
            if rate and len(self.waiting) < MOST:
                task = asyncio.create_task(self.send(path, is_kept))
                self.waiting.add(task)
                task.add_done_callback(self.waiting.discard)

    async def run(self):
        await asyncio.gather(
            self.repeat("kept", "/cart", True), self.repeat("new", "/cart", False),
            self.repeat("exports", "/export", True),
        )
        for task in list(self.waiting):
            task.cancel()
        self.carts.close_idle()
        self.exports.close_idle()


def main():
    load = Load(settings.following(**RATES, factor=1, pause=0))
    asyncio.run(load.run())
    load.telemetry.close()


if __name__ == "__main__":
    main()

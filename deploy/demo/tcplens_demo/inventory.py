"""A service that the shop asks: one line in, one line out. It closes connections that are idle for too long.

Usage: python -m tcplens_demo.inventory
"""

import asyncio
import random

from . import settings
from .constants import INVENTORY_PORT

IDLE = 2.0


async def answer(reader, writer):
    try:
        while await asyncio.wait_for(reader.readline(), IDLE):
            await asyncio.sleep(random.uniform(0.002, 0.008))
            writer.write(b"in stock\n")
    except (asyncio.TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    current = settings.following()
    server = await asyncio.start_server(answer, "127.0.0.1", INVENTORY_PORT, backlog=128)
    async with server:
        while not current.ended.is_set():
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main())

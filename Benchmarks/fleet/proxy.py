"""A proxy that writes down when requests come: `time request`, `time accepted`, `time refused`, `time unreachable`.

Usage: proxy.py PORT UPSTREAM-PORT FILE
"""

import asyncio
import sys
import time

REQUEST = b"POST /v1/metrics"
RESPONSE = b"HTTP/1.1 "


async def forward(reader, writer, mark, note):
    """Copies, and calls `note` with what follows each `mark`."""
    rest = b""
    try:
        while data := await reader.read(1 << 16):
            text = rest + data
            begin = 0
            while (found := text.find(mark, begin)) >= 0 and len(text) > found + len(mark):
                note(text[found + len(mark)])
                begin = found + len(mark)
            rest = text[max(begin, len(text) - len(mark)):]
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main():
    port, upstream, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with open(path, "w", buffering=1) as log:
        def note(kind):
            log.write(f"{time.time():.4f} {kind}\n")

        async def serve(reader, writer):
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", upstream)
            except OSError:
                note("unreachable")
                writer.transport.abort()
                return
            await asyncio.gather(
                forward(reader, far_writer, REQUEST, lambda _: note("request")),
                forward(far_reader, writer, RESPONSE, lambda byte: note("accepted" if byte == 50 else "refused")),
            )

        server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=4096)
        async with server:
            await server.serve_forever()


asyncio.run(main())

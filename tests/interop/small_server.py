"""The application of the traffic test: small_server.py SOCKET NAME SECONDS answers with its name, at once or, for /slow,
after so many seconds. It says when it listens; a signal ends it as it stands, like any program without a shutdown."""
import asyncio
import contextlib
import os
import sys


async def answer(name, seconds, reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        request = await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(seconds if b" /slow " in request else 0.01)
        body = name.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()


async def serve(path, name, seconds):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    server = await asyncio.start_unix_server(lambda *streams: answer(name, float(seconds), *streams), path)
    print("listens", flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))

"""A published port: takes connections on this host and hands their bytes on, as an engine's userland proxy does."""

import asyncio
import sys


async def pump(reader, writer):
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def main(port, host, target):
    async def serve(reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection(host, target)
        except OSError:
            return writer.close()
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer), return_exceptions=True)
        writer.close()
        there_writer.close()

    server = await asyncio.start_server(serve, ["127.0.0.1", "::1"], port)
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

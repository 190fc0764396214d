"""`contrejour testing camera`: a camera of one's own, to try the product with."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `testing` and what is under it."""
    testing = commands.add_parser("testing", help="try the product without a camera")
    below = testing.add_subparsers(required=True, metavar="COMMAND")
    camera = below.add_parser("camera", help="clips as RTSP cameras on this machine, for ever")
    camera.add_argument("clips", nargs="+", type=Path, metavar="CLIP", help="H.264 or H.265")
    camera.add_argument("--port", type=int, default=8554, help="0 for any free port")
    camera.add_argument("--fault", action="append", default=[], metavar="FAULT",
        help="drop=S, stall=S, jump=S, resize=S, loss=P or corrupt=P, for all")  # fmt: skip
    camera.add_argument("--login", default="", metavar="USER:PASSWORD", help="ask for a password")
    camera.set_defaults(run=_camera)


def _camera(args: argparse.Namespace) -> int:
    import asyncio

    from contrejour.errors import OutputFailed
    from contrejour.testing.camera import Camera
    from contrejour.testing.clips import load
    from contrejour.testing.faults import Faults

    faults = Faults().and_("&".join(args.fault))
    camera = Camera([load(clip) for clip in args.clips], faults, args.login)

    async def show() -> None:
        try:
            port = await camera.start(port=args.port)
        except OSError as error:
            raise OutputFailed(
                f"port {args.port} can't be listened on: {error.strerror}",
                "--port 0 takes a free one",
            ) from error
        for number in range(len(camera.clips)):
            print(f"rtsp://127.0.0.1:{port}/cam{number}", flush=True)
        await asyncio.Event().wait()

    asyncio.run(show())
    return 0

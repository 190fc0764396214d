"""`contrejour testing camera`: a camera of one's own, to try the product with."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `testing` and what is under it."""
    testing = commands.add_parser("testing", help="try the product without a camera")
    below = testing.add_subparsers(required=True, metavar="COMMAND")
    camera = below.add_parser("camera", help="clips as cameras on this machine, for ever")
    add = camera.add_argument
    add("clips", nargs="+", type=Path, metavar="CLIP",
        help="H.264 or H.265 (RTSP), or Motion JPEG (HTTP)")  # fmt: skip
    add("--port", type=int, default=8554, help="0 for any free port")
    add("--fault", action="append", default=[], metavar="FAULT",
        help="drop=S, stall=S, jump=S, resize=S, loss=P or corrupt=P, for all")  # fmt: skip
    add("--login", default="", metavar="USER:PASSWORD", help="ask for a password")
    add("--auth", choices=("basic", "digest", "digest-sha256"), default="basic",
        help="how it asks for the password (default: basic)")  # fmt: skip
    add("--tls", nargs=2, type=Path, metavar=("CERT", "KEY"),
        help="speak TLS with this certificate (PEM)")  # fmt: skip
    add("--onvif", action="store_true",
        help="be an ONVIF device too, that `cameras discover` finds at this port")  # fmt: skip
    camera.set_defaults(run=_camera)


def _camera(args: argparse.Namespace) -> int:
    import asyncio
    import secrets
    import ssl

    from contrejour.base.errors import InputMissing, OutputFailed
    from contrejour.media.testcamera.camera import CameraServer
    from contrejour.media.testcamera.clips import load
    from contrejour.media.testcamera.faults import Faults
    from contrejour.media.testcamera.login import Login

    faults = Faults().and_("&".join(args.fault))
    login = Login(args.login, args.auth, secrets.token_hex(16)) if args.login else None
    tls = None
    if args.tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            tls.load_cert_chain(*args.tls)
        except (OSError, ssl.SSLError) as error:
            raise InputMissing(
                f"{args.tls[0]} and {args.tls[1]} can't be read as a certificate and its key"
            ) from error
    camera = CameraServer([load(clip) for clip in args.clips], faults, login, tls, args.onvif)

    async def show() -> None:
        try:
            port = await camera.start(port=args.port)
        except OSError as error:
            raise OutputFailed(
                f"port {args.port} can't be listened on: {error.strerror}",
                "--port 0 takes a free one",
            ) from error
        print(*camera.addresses(port), sep="\n", flush=True)
        await asyncio.Event().wait()

    asyncio.run(show())
    return 0

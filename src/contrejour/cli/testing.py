"""`contrejour testing camera`: a camera of one's own, to try the product with."""

from __future__ import annotations

import argparse

from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.values import ArgumentType, file, text


def _camera(args: argparse.Namespace) -> int:
    import asyncio
    import secrets
    import ssl

    from contrejour.base import stop
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
                "certificate-cannot-be-read", certificate=args.tls[0], key=args.tls[1]
            ) from error
    camera = CameraServer([load(clip) for clip in args.clips], faults, login, tls, args.onvif)

    async def show() -> int:
        try:
            port = await camera.start(port=args.port)
        except OSError as error:
            raise OutputFailed(
                "port-cannot-listen", port=args.port, reason=error.strerror
            ) from error
        print(*camera.addresses(port), sep="\n", flush=True)
        try:
            return await stop.in_loop()
        finally:
            await camera.stop()

    stop.raise_as(asyncio.run(show()))


CAMERA = Command(
    "camera",
    help="clips as cameras on this machine, for ever",
    run=_camera,
    arguments=(
        Argument(
            "clips", file("CLIP"), count="+", help="H.264 or H.265 (RTSP), or Motion JPEG (HTTP)"
        ),
        Option("--port", ArgumentType("", int), default=8554, help="0 for any free port"),
        Option(
            "--fault",
            text("FAULT"),
            repeated=True,
            help="drop=S, stall=S, jump=S, resize=S, loss=P or corrupt=P, for all",
        ),
        Option("--login", text("USER:PASSWORD"), default="", help="ask for a password"),
        Option(
            "--auth",
            choices=("basic", "digest", "digest-sha256"),
            default="digest",
            help="how it asks for the password (default: digest)",
        ),
        Option("--tls", (file("CERT"), file("KEY")), help="speak TLS with this certificate (PEM)"),
        Switch(
            "--onvif", help="be an ONVIF device too, that `cameras discover` finds at this port"
        ),
    ),
)
TESTING = Command("testing", help="try the product without a camera", commands=(CAMERA,))

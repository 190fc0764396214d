"""The process that connects to a network camera, and hands on what it sends.

    camera <--login, TLS, RTSP or HTTP--> relay --loopback: no login--> FFmpeg in the decoder

It alone resolves the camera's name, has the login and sees each answer: an answer that leads
elsewhere is refused, a password goes out by Digest, or by Basic over TLS that was verified. FFmpeg,
in another process, asks it for pictures as it would ask a camera without a login, and is shut in
before the camera is called. No FFmpeg is here: what a camera says is read by the files below.

    begin.py         our end of it: starts it, says what is asked for, hears why it ended
    main.py          the process: shuts itself in, in steps, and does the rest in order
    link.py          a connection: bytes, each wait bounded
    head.py          an answer's head, RTSP or HTTP: one bounded reading of it. Pure
    login.py         how the login is proven, and when it isn't. Pure
    description.py   which of the streams that a camera describes is asked for (SDP). Pure
    dialogue.py      questions to the camera, and what its answers lead to
    rtsp.py          the dialogue of RTSP, then packets over TCP or UDP
    interleaved.py   packets among answers, in one stream of bytes (RFC 2326, 10.12). Pure
    order.py         packets of UDP, in order again. Pure
    reports.py       what a receiver reports (RTCP, RFC 3550, 6.4.2). Pure
    jpegs.py         the dialogue of HTTP, then pictures
    served.py        what FFmpeg asks, and what it is answered
"""

__all__ = [
    "begin", "description", "dialogue", "head", "interleaved", "jpegs", "link", "login", "main",
    "order", "reports", "rtsp", "served",
]  # fmt: skip

"""Live cameras: the only bridge between who sees pictures and who judges, seals and tells.

    site/          where the cameras are, and what is done with what they see
    watch/         a camera from its decoder to its playlist, as far as its plan goes
    sealing/       its originals: sealed, told to the log, destroyed when they are due
    signals/       what becomes of an event: kept, published, put before a human
    pages/         what runs, over HTTP: for a browser, for whoever is on call, for Prometheus
    doctor/        beforehand: whether this machine can watch this site
    retention.py   what may be kept no longer is destroyed, segment by segment

No camera is watched but by a plan whose signature was verified, and which is asked for each frame.
Only what was veiled leaves; what is sealed leaves media as packets and reaches custody as bytes,
with no picture between. It can seal and can't open: nothing here imports `custody.seal.open`.

May import: base, custody, law, media, vision.
"""

__all__ = ["doctor", "pages", "retention", "sealing", "signals", "site", "watch"]

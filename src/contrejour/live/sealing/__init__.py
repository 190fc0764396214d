"""The originals of live cameras: from the packets that media hands over to the seal of custody.

    archive.py       all cameras of a recorder: one folder, one key of the edge, one policy
    log_entries.py   what the public log is to be told, in files that `ledger append` takes
    expiry.py        which sealed windows are due, by the plan, whether their camera runs or not

A packet's way, each step called by the one above it and by no other:

    LiveStream     media/camera/live.py             in the decoder's process: read from the camera
    Tee            media/camera/originals/tee.py    a queue and a thread: decoding never waits
    Remuxer        media/camera/originals/remux.py  packets become segments of fragmented MP4
                                                    a pipe, into the process that seals
    MessageCheck   media/camera/originals/sink.py   checks what came: times, order, size
    SealerThread   custody/seal/sealer_thread.py    a SegmentSink, whose thread waits for disks
    CameraSealer   custody/seal/sealer.py           is it lawful, and is there a key: else a gap
    WindowWriter   custody/seal/segment.py          the files of one window: W.open, 0000.mp4.age
    Writer         custody/seal/age.py              64 KiB sealed, and on the disk
    Chain          custody/seal/chain.py            signs the manifest of a window that is over

The plan says whether a camera may record, in which windows, and until when each must be gone. This
package asks it, and gives `custody.seal` the answer: custody knows no camera, media knows no key.
"""

__all__ = ["archive", "expiry", "log_entries"]

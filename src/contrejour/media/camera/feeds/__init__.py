"""What a camera's coded pictures come through: one file for each kind of address.

    rtsp://, rtsps://          rtsp.py        a network camera
    http://, https://          multipart.py   a camera that sends JPEG after JPEG
    webcam:/dev/video0         webcam.py      one that is plugged in
    file:PATH, recorder:DIR    recordings.py  what was recorded, played at its own pace

`places.py` says which files and ports opening one needs.

Nothing here knows a maker. What can be opened is opened by `connect`: a feed then only reads.
"""

from contrejour.media.camera.feeds.connect import connect, without_login
from contrejour.media.camera.feeds.feed import OPEN_S, STALL_S, Arrival, Feed

__all__ = ["OPEN_S", "STALL_S", "Arrival", "Feed", "connect", "without_login"]

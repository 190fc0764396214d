"""What a camera's coded pictures come through: one file for each kind of address.

    rtsp://, rtsps://          rtsp.py        a network camera, by its relay
    http://, https://          multipart.py   a camera that sends JPEG after JPEG, the same
    webcam:/dev/video0         webcam.py      one that is plugged in
    file:PATH, recorder:DIR    recordings.py  what was recorded, played at its own pace

Nothing here knows a maker. What can be opened is opened by `connect`: a feed then only reads.
"""

from contrejour.media.camera.feeds.connect import connect, without_login
from contrejour.media.camera.feeds.feed import Arrival, Feed

__all__ = ["Arrival", "Feed", "connect", "without_login"]

"""What a user can try the product with, without a camera: a camera that does wrong on request.

clips.py    a recorded clip as coded pictures     rtp.py      those as RTP packets
faults.py   what goes wrong, and when             show.py     a clip at its own pace
login.py    how a password is asked for           onvif.py    what an ONVIF device says
connection.py  one connection                     camera.py   all of it, on loopback
"""

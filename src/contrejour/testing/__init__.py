"""What a user can try the product with, without a camera: a camera that does wrong on request.

clips.py    a recorded clip as coded pictures       rtp.py     those as RTP packets
faults.py   what goes wrong, and when               camera.py  RTSP on loopback
"""

"""Cameras as they tell of themselves: ONVIF (Core and Media specifications, onvif.org), read only.

probe.py     who is there (WS-Discovery)         soap.py     one question and its answer
device.py    what it is, and what it sends       digest.py   how a password is not sent
choose.py    which of its streams to veil        xml.py      reading what a stranger wrote

Written on the standard library: five questions are asked, and `onvif-zeep-async` would bring zeep,
aiohttp, lxml and every WSDL for them; the answers have to be taken for hostile all the same.
"""

from contrejour.media.onvif.choose import choose
from contrejour.media.onvif.device import Device, Profile, ask
from contrejour.media.onvif.probe import MULTICAST, PORT, probe

__all__ = ["MULTICAST", "PORT", "Device", "Profile", "ask", "choose", "probe"]

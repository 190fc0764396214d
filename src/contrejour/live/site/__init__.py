"""A site: where its cameras are, and what is done with what they see. What may be done is the
plan's to say, and nothing here.

    site.py      Site, SiteCamera, read_site, address
    rules.py     ZoneRule: an event in a zone
    build.py     the rules that run, as far as the plan goes
    rates.py     a measured error rate
    publish.py   Publish: who is told of events
    sealing.py   Seal: whether originals are sealed, for whom
    closed.py    what every section is made of
"""

from contrejour.live.site.publish import Publish
from contrejour.live.site.sealing import Seal
from contrejour.live.site.site import Site, SiteCamera, address, read_site

__all__ = ["Publish", "Seal", "Site", "SiteCamera", "address", "read_site"]

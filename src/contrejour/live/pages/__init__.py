"""What runs, over HTTP: for a browser, for whoever is on call, for Prometheus. Reading only.

server.py    Server                connections: bounded in number and in time
answer.py                          what is asked and what is answered
site.py      Site                  which path is what; nothing else is there
live.py                            a camera's playlist (blocking), its segments, its still
page.py      static/               the pages, in French and English
health.py    metrics.py            does every camera deliver? what happened?
"""

from contrejour.live.pages.server import Server
from contrejour.live.pages.site import SitePages

__all__ = ["Server", "SitePages"]

"""XML that a stranger wrote: UTF-8, of a bounded size, without a DTD, so without entities. Pure."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from contrejour.base.errors import CameraRefused

MOST_BYTES = 1 << 18
SOAP = "http://www.w3.org/2003/05/soap-envelope"
Element = ElementTree.Element


def parsed(data: bytes, who: str) -> Element:
    """The root element. Raises CameraRefused."""
    try:
        text = data.decode()
        if len(data) > MOST_BYTES or "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ValueError
        return ElementTree.fromstring(text)
    except (ValueError, ElementTree.ParseError) as error:
        raise CameraRefused("not-onvif", camera=who) from error


def text_of(element: Element, path: str) -> str:
    """The text at a path of local names (`Body/Fault/Code`), in whatever namespace; else ""."""
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def envelope(body: str, header: str = "") -> bytes:
    """A SOAP 1.2 message."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def quoted(text: str) -> str:
    """Text as it stands between tags, or in an attribute."""
    return escape(text, quote=True)

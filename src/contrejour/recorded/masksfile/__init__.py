"""The masks file, `OUT.masks.json`: what is hidden in each frame, and on whose word.

    {"format":"contrejour-masks","version":1,"generator":"contrejour 0.1.0",
     "input":{"name":"in.mp4","sha256":"…","width":1920,"height":1080,"rotation":0,
              "time_base":[1,12800],"frames":2},
     "models":[{"name":"yunet","sha256":"…"}],"parameters":{"hide":"people"},"cell_px":16,
     "frames":[
    {"i":0,"pts":0,"boxes":[[12,40,30,80,1,"detector",0.91],[50,60,20,20]]},
    {"i":1,"pts":512,"whole":"the decoder reported errors","boxes":[]}
    ]}

JSON (RFC 8259) in UTF-8, one frame a line. A row is [x, y, w, h, track, source, score] in upright
pixels; a person who adds one may stop after h. Any layout and order of keys is read back; an
unknown or repeated key, or a frame out of its place, is an error. See docs/reference/masks-file.md.

`file.py` reads and writes it, `schema.py` says what may be in it, `jsonstream.py` takes the object
member by member. Both ways are streamed: memory holds one frame, however long the file.
"""

from contrejour.recorded.masksfile.file import Draft, Masks, read, write
from contrejour.recorded.masksfile.schema import FORMAT, VERSION, MasksHeader

__all__ = ["FORMAT", "VERSION", "Draft", "Masks", "MasksHeader", "read", "write"]

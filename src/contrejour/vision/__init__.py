"""What is in a picture, and what of it is hidden. It sees everything, and recognises nobody.

    detect/      where persons, faces, vehicles and bags are: the only home of the inference runtime
    track/       detections joined over time by place and motion; tracks become masks
    scene/       the empty scene of a fixed camera, and what is not proven to be it
    veil/        masks on the 16 px grid, and what is painted there
    senses/      motion, flames and smoke on a coarse grid
    clock.py     the time that all of this goes by, whatever the frames' stamps say
    moments.py   from looks, senses and scene to what the rules are told
    events/      the rules: from what is seen at instants to what happens

Frames in, masks and events out. No socket and no clock; no file but the models that `detect` loads
and the empty scenes that `scene` saves. A track's number dies with its stream, no vector that
describes a person is ever computed, and an event carries a kind, a place, a time and counts.

May import: base.
"""

__all__ = ["clock", "detect", "events", "moments", "scene", "senses", "track", "veil"]

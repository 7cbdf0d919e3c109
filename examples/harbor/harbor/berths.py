"""Berths, and the vessels that may lie at them."""

import json
import math
from dataclasses import dataclass
from importlib import resources

# Water that has to stay under the keel at the lowest tide, in metres.
UNDER_KEEL_M = 0.5


@dataclass(frozen=True)
class Vessel:
    """A vessel with her length over all and her draught, in metres."""

    name: str
    length_m: float
    draught_m: float

    def __post_init__(self):
        for metres in (self.length_m, self.draught_m):
            if not 0 < metres < math.inf:  # neither is true of NaN
                raise ValueError(f"{self.name} cannot measure {metres} m")


@dataclass(frozen=True)
class Berth:
    """A place at the quay; its depth is the one at the lowest tide, in metres."""

    name: str
    length_m: float
    depth_m: float

    def objection(self, vessel):
        """Why `vessel` cannot lie here, or None when she can."""
        if vessel.length_m > self.length_m:
            return (
                f"{vessel.name} is {vessel.length_m:g} m long, "
                f"{self.name} takes {self.length_m:g} m"
            )
        if vessel.draught_m + UNDER_KEEL_M > self.depth_m:
            return (
                f"{vessel.name} draws {vessel.draught_m:g} m and needs {UNDER_KEEL_M:g} m "
                f"under her keel, {self.name} is {self.depth_m:g} m deep"
            )
        return None


def load_berths(text=None):
    """The berths described by JSON `text`; without it, those of our own port."""
    if text is None:
        text = (resources.files("harbor") / "berths.json").read_text(encoding="utf-8")
    berths = [Berth(**entry) for entry in json.loads(text)]
    names = [berth.name for berth in berths]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"there are two berths called {name}: give one another name")
    return berths

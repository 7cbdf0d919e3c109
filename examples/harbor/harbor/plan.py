"""The berth plan: who lies where, from when until when."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timezone

from harbor.berths import Vessel


class Refused(Exception):
    """A booking that the plan cannot take; the message says why."""


@dataclass(frozen=True)
class Stay:
    """One vessel at one berth, from `arrives` up to but not including `leaves`, in UTC."""

    vessel: Vessel
    berth: str
    arrives: datetime
    leaves: datetime

    def overlaps(self, arrives, leaves):
        """Whether any moment of this stay lies between the two."""
        return self.arrives < leaves and arrives < self.leaves

    def as_dict(self):
        """The stay as plain data, times in UTC."""
        return {
            "vessel": asdict(self.vessel),
            "berth": self.berth,
            "arrives": spell(self.arrives),
            "leaves": spell(self.leaves),
        }


def moment(text):
    """The minute that ISO 8601 `text` names, in UTC; without an offset it is UTC."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00")).replace(second=0, microsecond=0)
    return when.astimezone(timezone.utc) if when.tzinfo else when.replace(tzinfo=timezone.utc)


def spell(when):
    """The opposite of `moment`."""
    return when.isoformat(timespec="minutes").replace("+00:00", "Z")


class Plan:
    """The stays of one port, in which no two share a berth at the same time."""

    def __init__(self, berths):
        self.berths = {berth.name: berth for berth in berths}
        self.stays = []

    def book(self, vessel, arrives, leaves, berth=None):
        """Add a stay and return it; without `berth`, at the one that fits closest."""
        if leaves <= arrives:
            raise Refused(f"{vessel.name} would leave before she arrives")
        name = berth if berth is not None else self.closest(vessel, arrives, leaves)
        objection = self.objection(name, vessel, arrives, leaves)
        if objection:
            raise Refused(objection)
        stay = Stay(vessel, name, arrives, leaves)
        self.stays.append(stay)
        self.stays.sort(key=lambda stay: (stay.arrives, stay.berth))
        return stay

    def closest(self, vessel, arrives, leaves):
        """The name of the shortest berth that takes her then."""
        for berth in sorted(self.berths.values(), key=lambda berth: berth.length_m):
            if not self.objection(berth.name, vessel, arrives, leaves):
                return berth.name
        raise Refused(f"no berth takes {vessel.name} from {spell(arrives)} to {spell(leaves)}")

    def objection(self, name, vessel, arrives, leaves):
        """Why `vessel` cannot have that berth then, or None when she can."""
        if name not in self.berths:
            return f"there is no berth {name}; the port has {', '.join(self.berths)}"
        for stay in self.stays:
            if stay.berth == name and stay.overlaps(arrives, leaves):
                return f"{name} is taken by {stay.vessel.name} until {spell(stay.leaves)}"
        return self.berths[name].objection(vessel)

    def to_json(self):
        """The stays as JSON text, in order of arrival."""
        return json.dumps([stay.as_dict() for stay in self.stays], indent=1) + "\n"

    def load(self, text):
        """Take over the stays of JSON `text` as they are.

        They were granted once: a rule that came later does not take them back.
        """
        for entry in json.loads(text):
            self.stays.append(Stay(berth=entry["berth"], **request(entry)))

    def book_entry(self, entry):
        """Book a stay given as plain data; KeyError and the like when it is not one."""
        return self.book(berth=entry.get("berth"), **request(entry))


def request(entry):
    """The vessel and the two times of a stay given as plain data."""
    vessel = entry["vessel"]
    return {
        "vessel": Vessel(
            str(vessel["name"]), float(vessel["length_m"]), float(vessel["draught_m"])
        ),
        "arrives": moment(entry["arrives"]),
        "leaves": moment(entry["leaves"]),
    }

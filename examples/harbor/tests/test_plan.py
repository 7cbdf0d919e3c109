import tempfile
import unittest
from pathlib import Path

from harbor.berths import Berth, Vessel
from harbor.plan import Plan, Refused, moment, spell
from harbor.store import Store

BERTHS = [Berth("Long", 40, 5), Berth("Short", 15, 3)]
SULA = Vessel("Sula", 12, 2)
TERN = Vessel("Tern", 14, 2)
MORNING, NOON, EVENING = (moment(f"2026-03-10T{hour}:00Z") for hour in ("06", "12", "18"))


class PlanTest(unittest.TestCase):
    def setUp(self):
        self.plan = Plan(BERTHS)

    def test_gives_the_shortest_berth_that_fits(self):
        self.assertEqual(self.plan.book(SULA, MORNING, NOON).berth, "Short")

    def test_gives_the_next_one_while_that_is_taken(self):
        self.plan.book(SULA, MORNING, EVENING)
        self.assertEqual(self.plan.book(TERN, NOON, EVENING).berth, "Long")

    def test_one_may_arrive_when_the_other_leaves(self):
        self.plan.book(SULA, MORNING, NOON, "Short")
        self.plan.book(TERN, NOON, EVENING, "Short")
        self.assertEqual([stay.vessel.name for stay in self.plan.stays], ["Sula", "Tern"])

    def test_never_two_at_one_berth(self):
        self.plan.book(SULA, MORNING, EVENING, "Short")
        with self.assertRaisesRegex(Refused, "taken by Sula until 2026-03-10T18:00Z"):
            self.plan.book(TERN, NOON, EVENING, "Short")

    def test_refuses_what_fits_nowhere(self):
        with self.assertRaisesRegex(Refused, "no berth takes Great Auk"):
            self.plan.book(Vessel("Great Auk", 90, 4), MORNING, NOON)

    def test_refuses_a_berth_that_is_not_there(self):
        with self.assertRaisesRegex(Refused, "no berth East; the port has Long, Short"):
            self.plan.book(SULA, MORNING, NOON, "East")

    def test_refuses_to_leave_before_arriving(self):
        with self.assertRaisesRegex(Refused, "leave before she arrives"):
            self.plan.book(SULA, NOON, NOON)


class MomentTest(unittest.TestCase):
    def test_is_utc_whatever_the_offset(self):
        self.assertEqual(spell(moment("2026-03-10T08:30+02:00")), "2026-03-10T06:30Z")

    def test_is_utc_without_an_offset(self):
        self.assertEqual(spell(moment("2026-03-10T08:30")), "2026-03-10T08:30Z")

    def test_is_a_whole_minute(self):
        self.assertEqual(moment("2026-03-10T08:30:59Z"), moment("2026-03-10T08:30Z"))


class StoreTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(Path(folder.name) / "plan.json")

    def test_a_plan_survives(self):
        plan, again = Plan(BERTHS), Plan(BERTHS)
        plan.book(SULA, MORNING, NOON)
        self.store.save(plan)
        self.store.load_into(again)
        self.assertEqual(again.stays, plan.stays)

    def test_what_was_granted_stays_when_a_berth_silts_up(self):
        plan, silted = Plan(BERTHS), Plan([Berth("Short", 15, 1)])
        plan.book(SULA, MORNING, NOON, "Short")
        self.store.save(plan)
        self.store.load_into(silted)
        self.assertEqual(silted.stays, plan.stays)

    def test_nothing_kept_is_an_empty_plan(self):
        plan = Plan(BERTHS)
        self.store.load_into(plan)
        self.assertEqual(plan.stays, [])

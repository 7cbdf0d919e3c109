import json
import unittest

from harbor.berths import Berth, Vessel, load_berths

MOLE = Berth("Mole", length_m=20, depth_m=3.2)


class BerthTest(unittest.TestCase):
    def test_takes_a_vessel_that_fits_exactly(self):
        self.assertIsNone(MOLE.objection(Vessel("Sula", 20, 2.7)))

    def test_says_how_long_it_is(self):
        self.assertEqual(
            MOLE.objection(Vessel("Tern", 20.5, 2)), "Tern is 20.5 m long, Mole takes 20 m"
        )

    def test_keeps_water_under_the_keel(self):
        self.assertEqual(
            MOLE.objection(Vessel("Auk", 10, 2.8)),
            "Auk draws 2.8 m and needs 0.5 m under her keel, Mole is 3.2 m deep",
        )

    def test_a_vessel_has_a_size(self):
        for metres in (0, -3, float("nan"), float("inf")):
            with self.subTest(metres=metres), self.assertRaisesRegex(ValueError, "cannot measure"):
                Vessel("Ghost", metres, 1)


class LoadBerthsTest(unittest.TestCase):
    def test_knows_our_own_port(self):
        names = [berth.name for berth in load_berths()]
        self.assertEqual(names, ["North 1", "North 2", "Mole", "Slip"])

    def test_refuses_two_berths_of_one_name(self):
        twice = json.dumps([vars(MOLE), vars(MOLE)])
        with self.assertRaisesRegex(ValueError, "two berths called Mole"):
            load_berths(twice)

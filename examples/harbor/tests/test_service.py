import json
import unittest
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import harbor
from harbor.store import Store
from tests.running import start

WEB = Path(__file__).resolve().parent.parent / "web"
STAY = {
    "vessel": {"name": "Sula", "length_m": 12, "draught_m": 1.2},
    "arrives": "2026-03-10T06:00Z",
    "leaves": "2026-03-10T18:00Z",
}


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.service = start(self, web=WEB)

    def ask(self, path, body=None):
        """Status and body of the answer; with `body`, of a POST."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(self.service.url + path, data, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def test_says_that_it_is_well(self):
        self.assertEqual(self.ask("/healthz"), (200, '{"status": "ok"}\n'))

    def test_says_which_version_it_is(self):
        status, body = self.ask("/version")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body), {"name": "harbor", "version": harbor.__version__})

    def test_books_a_stay_and_shows_it(self):
        status, body = self.ask("/stays", STAY)
        self.assertEqual((status, json.loads(body)["berth"]), (201, "Slip"))
        self.assertEqual(json.loads(self.ask("/stays")[1]), [json.loads(body)])

    def test_refuses_a_berth_that_is_taken(self):
        self.ask("/stays", STAY)
        status, body = self.ask("/stays", {**STAY, "berth": "Slip"})
        self.assertEqual(status, 409)
        self.assertIn("Slip is taken by Sula", body)

    def test_refuses_what_is_not_a_booking(self):
        too_early = {**STAY, "arrives": "0001-01-01T00:00+14:00"}
        for body in (b"", b"{", b"[]", b"{}", {**STAY, "arrives": "soon"}, too_early):
            with self.subTest(body=body):
                self.assertEqual(self.ask("/stays", body)[0], 400)
        self.assertEqual(self.ask("/stays"), (200, "[]\n"))

    def test_refuses_what_is_far_too_long(self):
        self.assertEqual(self.ask("/stays", b"x" * 20000)[0], 413)

    def test_takes_a_booking_back_that_cannot_be_kept(self):
        self.service.store = Store(WEB / "no-such-folder" / "plan.json")
        self.assertEqual(self.ask("/stays", STAY)[0], 500)
        self.assertEqual(self.ask("/stays"), (200, "[]\n"))

    def test_serves_the_page_and_nothing_beside_it(self):
        self.assertIn("berth-board.js", self.ask("/")[1])
        self.assertEqual(self.ask("/berth-board.js")[0], 200)
        self.assertEqual(self.ask("/tests/berth-board.test.js")[0], 404)
        self.assertEqual(self.ask("/../pyproject.toml")[0], 404)

"""The HTTP service: the plan as JSON, and the page that shows it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer

from harbor import __version__
from harbor.plan import Refused
from harbor.store import Store

# A booking is a few hundred bytes; anything far larger is a mistake.
MOST_BYTES = 16 * 1024

PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/berth-board.js": ("berth-board.js", "text/javascript; charset=utf-8"),
}


class Service(ThreadingHTTPServer):
    """Serves one plan; port 0 takes any free port."""

    daemon_threads = True

    def __init__(self, address, plan, store=None, web=None):
        super().__init__(address, Handler)
        self.plan = plan
        self.store = store or Store()
        self.web = Path(web) if web else None
        self.lock = threading.Lock()

    def server_bind(self):
        """Listen without asking the name service who we are: it may be far or away."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    @property
    def url(self):
        """Where the service listens."""
        host, port = self.server_address[:2]
        return f"http://{host}:{port}"

    def book(self, entry):
        """Book a stay and keep it; it is taken back when it cannot be kept."""
        with self.lock:
            stay = self.plan.book_entry(entry)
            try:
                self.store.save(self.plan)
            except OSError:
                self.plan.stays.remove(stay)
                raise
            return stay.as_dict()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server_version = f"harbor/{__version__}"
    timeout = 10

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path in PAGE and self.server.web:
            name, kind = PAGE[path]
            self.answer_bytes(200, (self.server.web / name).read_bytes(), kind)
        elif path == "/healthz":
            self.answer(200, {"status": "ok"})
        elif path == "/version":
            self.answer(200, {"name": "harbor", "version": __version__})
        elif path == "/berths":
            self.answer(200, [vars(berth) for berth in self.server.plan.berths.values()])
        elif path == "/stays":
            with self.server.lock:
                stays = [stay.as_dict() for stay in self.server.plan.stays]
            self.answer(200, stays)
        else:
            self.answer(404, {"error": f"there is nothing at {path}"})

    def do_POST(self):
        try:
            body = self.body()
            if self.path != "/stays":
                self.answer(404, {"error": f"nothing can be sent to {self.path}"})
            elif len(body) > MOST_BYTES:
                self.answer(413, {"error": f"a booking has at most {MOST_BYTES} bytes"})
            else:
                self.answer(201, self.server.book(json.loads(body)))
        except Refused as refused:
            self.answer(409, {"error": str(refused)})
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            self.answer(400, {"error": f"this is not a booking: {error!r}"})
        except OSError as error:
            self.answer(500, {"error": f"the booking could not be kept: {error}"})

    def body(self):
        """What was sent, up to a few times the most that is taken.

        Bytes left unread would reset the connection before the answer is read.
        """
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(max(length, 0), 4 * MOST_BYTES))

    def answer(self, status, data):
        """Send `data` as JSON."""
        body = json.dumps(data).encode() + b"\n"
        self.answer_bytes(status, body, "application/json")

    def answer_bytes(self, status, body, kind):
        """Send `body` as it is."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Say nothing: the proxy in front of the service keeps the access log."""

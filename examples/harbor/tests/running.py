"""A service that runs for the length of one test."""

import threading

from harbor.berths import load_berths
from harbor.plan import Plan
from harbor.service import Service


def start(test, **options):
    """Start a service on a free port; it stops when `test` ends."""
    service = Service(("127.0.0.1", 0), Plan(load_berths()), **options)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    test.addCleanup(thread.join)
    test.addCleanup(service.server_close)
    test.addCleanup(service.shutdown)
    return service

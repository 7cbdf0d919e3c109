"""Starts the service: python3 -m harbor --port 8080 --web web --plan plan.json"""

import argparse
import signal
import sys

from harbor import __version__
from harbor.berths import load_berths
from harbor.plan import Plan
from harbor.service import Service
from harbor.store import Store


def main():
    """Serve until interrupted or asked to stop."""
    parser = argparse.ArgumentParser(prog="harbor", description="Keeps a berth plan.")
    parser.add_argument("--version", action="version", version=f"harbor {__version__}")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="0 takes any free port")
    parser.add_argument("--web", help="folder with the page; without it there is none")
    parser.add_argument("--plan", help="file that keeps the plan; without it nothing is kept")
    args = parser.parse_args()

    plan = Plan(load_berths())
    store = Store(args.plan)
    store.load_into(plan)
    service = Service((args.host, args.port), plan, store, args.web)
    # As the first process of a container, only a handler of our own hears SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"harbor {__version__} listens on {service.url}", file=sys.stderr, flush=True)
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()

"""Asks a running service whether it is well, and whether it is the version it should be.

Exit codes: 0 it is; 1 it is not, or it does not answer; 2 nobody said where it runs.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException

# The service is ours: it is asked directly, whatever proxy the machine uses.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Unwell(Exception):
    """What the service did wrong; asking again would not help."""


class NotYet(Exception):
    """The service does not answer so far; it may still be starting."""


def get(url):
    """The body of a 200 answer."""
    try:
        with OPENER.open(url, timeout=3) as answer:
            status, body = answer.status, answer.read(65536)
    except urllib.error.HTTPError as error:
        kind = NotYet if error.code in (502, 503, 504) else Unwell
        raise kind(f"{url} answers {error.code}, expected 200") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise NotYet(f"{url} does not answer: {reason}") from error
    if status != 200:
        raise Unwell(f"{url} answers {status}, expected 200")
    return body


def ask(base, expected):
    """The version that runs at `base`; Unwell or NotYet when it is not as it should be."""
    get(f"{base}/healthz")
    url = f"{base}/version"
    try:
        version = json.loads(get(url))["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unwell(f"{url} does not answer with JSON that has a \"version\"") from error
    if expected and version != expected:
        raise Unwell(f"{url} says {version}, expected {expected}")
    return version


def ask_until(base, expected, deadline):
    """As `ask`, again and again until it answers or the deadline is over."""
    while True:
        try:
            return ask(base, expected)
        except NotYet:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description="Asks a running service how it is.")
    parser.add_argument("--env", required=True, choices=("staging", "production"))
    parser.add_argument("--url", help="where it runs; else from the environment")
    parser.add_argument("--wait", type=float, default=10, help="seconds it may take to start")
    args = parser.parse_args()

    variable = f"ALLCLEAR_URL_{args.env.upper()}"
    base = (args.url or os.environ.get(variable, "")).rstrip("/")
    if not base.startswith(("http://", "https://")):
        print(
            f"smoke: nobody said where {args.env} runs: "
            f"set {variable}=http://host:port or give --url",
            file=sys.stderr,
        )
        return 2
    expected = os.environ.get("ALLCLEAR_VERSION")
    try:
        version = ask_until(base, expected, time.monotonic() + args.wait)
    except (Unwell, NotYet) as problem:
        print(f"smoke: {args.env} is not well: {problem}", file=sys.stderr)
        return 1
    print(f"smoke: {args.env} is well and runs {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Keeps the berth plan of a small port."""

import re
from importlib import metadata
from pathlib import Path


def _version():
    """The version of the installed package, or of the checkout it runs from."""
    try:
        return metadata.version("harbor")
    except metadata.PackageNotFoundError:
        pass
    pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if not pyproject.is_file():
        return "0+unknown"
    table = pyproject.read_text(encoding="utf-8").partition("\n[tool.poetry]")[2]
    found = re.search(r'^version\s*=\s*"([^"]+)"', table, re.MULTILINE)
    return found.group(1) if found else "0+unknown"


__version__ = _version()

"""Builds the wheel and the source archive into dist/, the same bytes on every machine.

Nothing is compressed: the files are small, and so their bytes do not depend on
which compression library the machine has. Times are those of SOURCE_DATE_EPOCH.
"""

import argparse
import base64
import hashlib
import io
import os
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import plain_toml
from project import ROOT, files, short

# The first moment that a zip file can name; used when nobody sets another.
EARLIEST = 315532800


def epoch():
    """The time given to every file, in seconds."""
    return max(int(os.environ.get("SOURCE_DATE_EPOCH") or EARLIEST), EARLIEST)


def metadata(project, python):
    """The core metadata, version 2.4."""
    names = [author.partition(" <") for author in project["authors"]]
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        "Author-email: " + ", ".join(f"{name} <{mail}" for name, _, mail in names),
        f"License-Expression: {project['license']}",
        f"Project-URL: Homepage, {project['urls.Homepage']}",
        f"Project-URL: Changelog, {project['urls.Changelog']}",
        f"Requires-Python: {python}",
        "Description-Content-Type: text/markdown",
    ]
    readme = (ROOT / project["readme"]).read_text(encoding="utf-8")
    return ("\n".join(lines) + "\n\n" + readme).encode()


def sources():
    """The package's files: path to bytes."""
    return {short(path): path.read_bytes() for path in files(".py", ".json", under="harbor")}


def wheel(info, scripts, about):
    """The bytes of the wheel."""
    entry_points = "[console_scripts]\n" + "".join(f"{k} = {v}\n" for k, v in scripts.items())
    tag = "Wheel-Version: 1.0\nGenerator: harbor\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = {
        **sources(),
        f"{info}/METADATA": about,
        f"{info}/WHEEL": tag.encode(),
        f"{info}/entry_points.txt": entry_points.encode(),
    }
    contents[f"{info}/RECORD"] = record(contents, f"{info}/RECORD")
    when = time.gmtime(epoch())[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, when)
            entry.create_system = 3  # Unix, whatever the machine is
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def record(contents, itself):
    """The list of files with their hashes, as installers check it."""
    lines = []
    for name, data in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return "\n".join(lines + [f"{itself},,", ""]).encode()


def source_archive(top, about):
    """The bytes of the source archive."""
    contents = {**sources(), "PKG-INFO": about}
    for name in ("README.md", "pyproject.toml"):
        contents[name] = (ROOT / name).read_bytes()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(contents.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime, entry.mode = len(data), epoch(), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return stored_gzip(out.getvalue())


def stored_gzip(data):
    """`data` as a gzip file whose blocks are stored as they are (RFC 1951, 3.2.4)."""
    chunks = [data[at:at + 0xFFFF] for at in range(0, len(data), 0xFFFF)]
    out = [b"\x1f\x8b\x08\x00", struct.pack("<I", epoch()), b"\x00\xff"]
    for chunk in chunks:
        size, last = len(chunk), chunk is chunks[-1]
        out += [struct.pack("<BHH", last, size, size ^ 0xFFFF), chunk]
    out.append(struct.pack("<II", zlib.crc32(data), len(data)))
    return b"".join(out)


def main():
    parser = argparse.ArgumentParser(description="Builds the wheel and the source archive.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for both")
    folder = parser.parse_args().out

    tables = plain_toml.read((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = tables["tool.poetry"]
    top = f"{project['name']}-{project['version']}"
    about = metadata(project, tables["tool.poetry.dependencies"]["python"])
    made = {
        f"{top}-py3-none-any.whl": wheel(f"{top}.dist-info", tables["tool.poetry.scripts"], about),
        f"{top}.tar.gz": source_archive(top, about),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)
        print(f"{hashlib.sha256(data).hexdigest()}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

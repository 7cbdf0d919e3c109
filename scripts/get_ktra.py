"""Puts the program `ktra` into a folder: get_ktra.py FOLDER.

Ktra is a real registry of crates, built here from crates.io; it wants cargo, a C compiler, pkg-config and the headers of OpenSSL.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

VERSION = "0.7.0"
# It is built once and asked little: what matters is how long the build takes.
QUICKLY = {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "0", "CARGO_PROFILE_RELEASE_DEBUG": "false"}


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # A run that is cut off leaves no half of it under the right name.
    with tempfile.TemporaryDirectory(dir=folder.parent) as half:
        install = ["cargo", "install", "--quiet", "--locked", "--root", half, f"ktra@{VERSION}"]
        subprocess.run(install, check=True, env={**os.environ, **QUICKLY, "CARGO_TARGET_DIR": f"{half}/target"})
        shutil.rmtree(folder, ignore_errors=True)
        (pathlib.Path(half) / "bin").rename(folder)


if __name__ == "__main__":
    main()

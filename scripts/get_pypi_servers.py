"""Puts the programs `pypi-server`, `devpi-server` and `devpi-init` into a folder: get_pypi_servers.py FOLDER, then FOLDER/bin.

Both are real Python package indexes: the first is small and takes no file twice, the second answers as PyPI does.
"""

import pathlib
import shutil
import subprocess
import sys

PACKAGES = pathlib.Path(__file__).parent / "servers" / "requirements.txt"
PROGRAMS = ["pypi-server", "devpi-server", "devpi-init"]


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    venv, programs, half = folder / "venv", folder / "bin", folder / "bin.half"
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", venv], check=True)
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--requirement", PACKAGES], check=True)
    # A folder of links, because the environment's own would put its python before the machine's; made last and renamed, so that a
    # run that is cut off leaves no half of it.
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for name in PROGRAMS:
        (half / name).symlink_to(venv / "bin" / name)
    shutil.rmtree(programs, ignore_errors=True)
    half.rename(programs)


if __name__ == "__main__":
    main()

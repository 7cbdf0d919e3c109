"""Puts the program `verdaccio` into a folder: get_verdaccio.py FOLDER, then FOLDER/bin.

Verdaccio is a real npm registry.
"""

import pathlib
import shutil
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).parent / "servers"


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    # A run that is cut off leaves no half of it under the right name.
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name in ["package.json", "package-lock.json"]:
        shutil.copy(PACKAGE / name, half)
    install = ["npm", "ci", "--prefix", half, "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund"]
    subprocess.run([*install, "--ignore-scripts", "--silent"], check=True)
    # The only program that we want of all those that come with it.
    (half / "bin").mkdir()
    (half / "bin" / "verdaccio").symlink_to("../node_modules/verdaccio/bin/verdaccio")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)


if __name__ == "__main__":
    main()

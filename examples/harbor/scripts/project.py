"""What the other scripts share: where the project is, and which files are its own."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Written by tools, or a record that stays as it was.
LEFT_ALONE = {
    ".git", ".venv", "__pycache__", "node_modules", "dist", "reports", "docs/releases",
}


def files(*endings, under=""):
    """The project's own files whose names end in one of `endings`, in order."""
    return sorted(path for path in walk(ROOT / under) if path.name.endswith(endings))


def walk(folder):
    """Every file below `folder` that people wrote."""
    for path in folder.iterdir():
        if path.name in LEFT_ALONE or short(path) in LEFT_ALONE:
            continue
        if path.is_dir():
            yield from walk(path)
        else:
            yield path


def short(path):
    """The path as people write it, from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def conclude(name, problems, well):
    """Print the problems, or in one line that all is well; returns the exit code."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"{name}: {len(problems)} to put right")
        return 1
    print(f"{name}: {well}")
    return 0

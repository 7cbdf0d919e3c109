"""The measuring part of bench/compare."""

import os, pathlib, re, resource, signal, statistics, subprocess, sys, time

allclear, peers, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
runs, limit = int(os.environ.get("RUNS", "5")), float(os.environ.get("LIMIT", "120"))


def binary(alias):
    """The program itself: npm's starter is a script of node that would be measured too."""
    found = list((peers / "npm/node_modules").rglob("bin/git-cliff"))
    version = {"cliff-new": None, "cliff-old": "2.12.0"}[alias]
    said = {path: subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()[-1] for path in found}
    for path, text in said.items():
        if (text == version) if version else (text != "2.12.0"):
            return str(path), text
    sys.exit(f"{alias} is not installed in {peers}")


class Took:
    """Wall seconds, processor seconds of the whole process tree, and the peak memory of its largest process."""

    def __init__(self, words, cwd):
        self.wall, self.cpu, self.peak, self.ok, self.out = [], [], 0, True, ""
        for _ in range(runs):
            if not self.once(words, cwd):
                break

    def once(self, words, cwd):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            # A process of its own to ask about: its children are then exactly those of the command.
            os.close(reader)
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            output = os.open(str(folder / "out"), os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            began = time.perf_counter()
            try:
                done = subprocess.run(words, cwd=cwd, stdin=null, stdout=output, stderr=null)
            except OSError as error:
                print(f"cannot run {words[0]}: {error}", file=sys.stderr)
                os._exit(70)
            wall = time.perf_counter() - began
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            os.write(writer, f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss} {done.returncode}".encode())
            os._exit(0)
        os.close(writer)
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, limit)
        said = os.read(reader, 100).decode().split()
        os.close(reader)
        os.waitpid(child, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if len(said) < 4:
            self.ok = False
            return False
        self.wall.append(float(said[0]))
        self.cpu.append(float(said[1]))
        self.peak = max(self.peak, int(said[2]) / 1024)
        self.code = int(said[3])
        self.out = (folder / "out").read_text(errors="replace")
        return True

    def cell(self):
        if not self.ok:
            return f"over {limit:.0f} s"
        mark = "" if self.code in (0, 4) else f" (exit {self.code})"
        return f"{statistics.median(self.wall):.3f} · {statistics.median(self.cpu):.2f} · {self.peak:.0f}{mark}"


def clone(path):
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", str(path).strip("/").removesuffix("/repo").split("/")[-1])
    to = folder / name
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", path, to], check=True)
    return name, to


def git(cwd, *words):
    done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True)
    return done.stdout.strip()


def table(title, head, rows):
    print(f"\n## {title}\n\n| repository | " + " | ".join(head) + " |\n|" + "---|" * (len(head) + 1))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


new, new_version = binary("cliff-new")
old, _ = binary("cliff-old")
changelog = str(peers / "python/bin/git-changelog")
python_version = subprocess.run([peers / "python/bin/pip", "show", "git-changelog"], capture_output=True, text=True).stdout
python_version = re.search(r"Version: (\S+)", python_version).group(1)
cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
print(f"{os.cpu_count()} cores of {cpu}, {git('.', '--version')}, "
      f"{subprocess.run([allclear, '--version'], capture_output=True, text=True).stdout.strip()}")
print(f"wall seconds · processor seconds · peak MiB of the largest process; medians of {runs} runs")

clones = [clone(path) for path in sys.argv[4:]]
size = {name: f"{name} ({git(at, 'rev-list', '--count', 'HEAD')} commits, {len(git(at, 'tag').split())} tags)" for name, at in clones}
log = ["git", "log", "--format=%H %an %s%n%b", "HEAD"]
table("The whole history", ["git log", "allclear", f"git-cliff {new_version}", "git-cliff 2.12.0", f"git-changelog {python_version}"], (
    [size[name], Took(log, at).cell(), Took([allclear, "changelog", "--all"], at).cell(), Took([new], at).cell(),
     Took([old], at).cell(), Took([changelog, "-c", "angular", "."], at).cell()] for name, at in clones))


def since(at):
    return subprocess.run([allclear, "next", "--json"], cwd=at, capture_output=True, text=True).stdout


def unreleased(name, at):
    import json
    last = (json.loads(since(at)) or {}).get("last") or {}
    span = f"{last['tag']}..HEAD" if last else "HEAD"
    return [size[name], Took(["git", "log", "--format=%H %an %s%n%b", span], at).cell(), Took([allclear, "changelog"], at).cell(),
            Took([new, "--unreleased"], at).cell(), Took([old, "--unreleased"], at).cell()]


table("What is not released", ["git log", "allclear", f"git-cliff {new_version}", "git-cliff 2.12.0"],
      (unreleased(name, at) for name, at in clones))


def following(name, at):
    tools = [[allclear, "next"], [new, "--bumped-version"], [old, "--bumped-version"], ["git", "describe", "--tags", "--abbrev=0"]]
    cells = []
    for words in tools:
        took = Took(words, at)
        cells.append(f"{took.cell()} → `{took.out.strip().splitlines()[-1] if took.out.strip() else '–'}`")
    return [size[name], *cells]


table("The next version", ["allclear", f"git-cliff {new_version}", "git-cliff 2.12.0", "git describe"],
      (following(name, at) for name, at in clones))

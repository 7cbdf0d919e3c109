"""The scripts as people and the release run them."""

import contextlib
import hashlib
import io
import os
import runpy
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import harbor
from tests.running import start

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


def run(script, *args, **environment):
    """Run a script as a program of its own would: exit code, what it says, what it complains."""
    out, err = io.StringIO(), io.StringIO()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ALLCLEAR_")}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(sys, "argv", [script, *args]))
        stack.enter_context(mock.patch.object(sys, "path", [str(SCRIPTS), *sys.path]))
        stack.enter_context(mock.patch.dict(os.environ, {**inherited, **environment}, clear=True))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            runpy.run_path(str(SCRIPTS / script), run_name="__main__")
            code = 0
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()


class BuildTest(unittest.TestCase):
    def build(self, epoch):
        """Build into a fresh folder: file name to digest, and the wheel's path."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        code, _, complaint = run("build.py", "--out", folder.name, SOURCE_DATE_EPOCH=epoch)
        self.assertEqual(code, 0, complaint)
        made = sorted(Path(folder.name).iterdir())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made}, made[0]

    def test_builds_the_same_bytes_again(self):
        self.assertEqual(self.build("1700000000")[0], self.build("1700000000")[0])

    def test_the_wheel_runs_and_knows_its_version(self):
        _, wheel = self.build("")
        with zipfile.ZipFile(wheel) as archive:
            self.assertIsNone(archive.testzip())
        done = subprocess.run(
            [sys.executable, "-m", "harbor", "--version"],
            env={**os.environ, "PYTHONPATH": str(wheel)},
            cwd=wheel.parent,
            capture_output=True,
            text=True,
            timeout=30,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(wheel.name, f"harbor-{done.stdout.split()[1]}-py3-none-any.whl")


class SmokeTest(unittest.TestCase):
    def test_is_content_with_a_service_that_is_well(self):
        url, version = start(self).url, harbor.__version__
        done = run("smoke_test.py", "--env", "staging",
                   ALLCLEAR_URL_STAGING=url, ALLCLEAR_VERSION=version)
        self.assertEqual(done, (0, f"smoke: staging is well and runs {version}\n", ""))

    def test_notices_another_version(self):
        url = start(self).url
        code, _, complaint = run("smoke_test.py", "--env", "production",
                                 ALLCLEAR_URL_PRODUCTION=url, ALLCLEAR_VERSION="0.0.1")
        self.assertIn(f"/version says {harbor.__version__}, expected 0.0.1", complaint)
        self.assertEqual(code, 1)

    def test_says_when_nobody_answers(self):
        service = start(self)
        service.shutdown()
        service.server_close()
        code, _, complaint = run("smoke_test.py", "--env", "staging",
                                 "--url", service.url, "--wait", "0")
        self.assertIn("staging is not well", complaint)
        self.assertEqual(code, 1)

    def test_says_how_to_name_the_service(self):
        code, _, complaint = run("smoke_test.py", "--env", "staging")
        self.assertIn("set ALLCLEAR_URL_STAGING=http://host:port or give --url", complaint)
        self.assertEqual(code, 2)

"""Runs the unit tests and writes reports/unit.xml, a report in the JUnit format."""

import argparse
import re
import sys
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

from project import ROOT

# XML 1.0 has no place for these, not even escaped.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Report(unittest.TestResult):
    """Collects one entry per test: how long it took, and what came of it."""

    def __init__(self):
        super().__init__()
        self.suite = ElementTree.Element("testsuite", name="harbor")
        self.case = None

    def startTest(self, test):
        super().startTest(test)
        self.case = self.add_case(test)
        self.started = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        self.case.set("time", f"{time.monotonic() - self.started:.3f}")
        self.case = None

    def add_case(self, test):
        """One more entry in the report."""
        owner, _, name = test.id().rpartition(".")
        return ElementTree.SubElement(self.suite, "testcase", classname=owner, name=name)

    def note(self, test, kind, text):
        """What came of a test; a fixture that breaks has an entry of its own."""
        text = UNPRINTABLE.sub("?", text)
        case = self.case if self.case is not None else self.add_case(test)
        # The exception's line is the first one after the frames, which are indented.
        lines = [line for line in text.split("\n") if line and not line.startswith(" ")]
        message = lines[1] if len(lines) > 1 else text
        ElementTree.SubElement(case, kind, message=message).text = text

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failure", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "error", self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addSubTest(self, test, subtest, err):
        before = len(self.failures), len(self.errors)
        super().addSubTest(test, subtest, err)
        if len(self.failures) > before[0]:
            self.note(subtest, "failure", self.failures[-1][1])
        if len(self.errors) > before[1]:
            self.note(subtest, "error", self.errors[-1][1])

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "failure", "passed, though it was expected to fail")

    def write(self, path, seconds):
        """Write the report."""
        counts = {
            "tests": self.testsRun,
            "failures": len(self.failures) + len(self.unexpectedSuccesses),
            "errors": len(self.errors),
            "skipped": len(self.skipped),
            "time": f"{seconds:.3f}",
        }
        for key, count in counts.items():
            self.suite.set(key, str(count))
        path.parent.mkdir(parents=True, exist_ok=True)
        root = ElementTree.Element("testsuites")
        root.append(self.suite)
        ElementTree.indent(root)
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def main():
    parser = argparse.ArgumentParser(description="Runs the unit tests.")
    parser.add_argument("--report", type=Path, default=ROOT / "reports" / "unit.xml")
    path = parser.parse_args().report

    tests = unittest.defaultTestLoader.discover(str(ROOT / "tests"), top_level_dir=str(ROOT))
    report, started = Report(), time.monotonic()
    tests.run(report)
    seconds = time.monotonic() - started
    report.write(path, seconds)

    for test, text in report.failures + report.errors:
        print(f"{test}\n{text}")
    if report.testsRun == 0:
        print("test: there are no tests")
        return 1
    bad = len(report.failures) + len(report.errors) + len(report.unexpectedSuccesses)
    outcome = f"{bad} of {report.testsRun} tests failed" if bad else f"{report.testsRun} tests"
    print(f"test: {outcome} in {seconds:.1f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

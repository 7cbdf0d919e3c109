"""Where the plan survives a restart: one JSON file, replaced as a whole."""

import os
from pathlib import Path


class Store:
    """The file that holds the plan; with no path, nothing is kept."""

    def __init__(self, path=None):
        self.path = Path(path) if path else None

    def load_into(self, plan):
        """Book what the file holds; a file that does not exist yet holds nothing."""
        if self.path and self.path.exists():
            plan.load(self.path.read_text(encoding="utf-8"))

    def save(self, plan):
        """Write the plan so that a reader sees the old one or the new one, whole."""
        if not self.path:
            return
        draft = self.path.with_name(self.path.name + ".new")
        with open(draft, "w", encoding="utf-8") as file:
            file.write(plan.to_json())
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)

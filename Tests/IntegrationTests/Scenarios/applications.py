"""An application with two connections to itself, which says of itself what it gets as commands.

Usage: applications.py PORT USER     in a network namespace of its own; it takes the commands of publish.py
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.append(f"{os.path.dirname(os.path.abspath(__file__))}/../../TestSupport")

from publish import serve
from sockets import connected, kept, listening

listener = listening(int(sys.argv[1]))
for _ in range(2):
    kept.append(connected(int(sys.argv[1])))
    kept.append(listener.accept()[0])
os.setuid(int(sys.argv[2]))
serve(sys.stdin, sys.stdout)

"""Lets the tests of this folder import the scenes and references beside it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

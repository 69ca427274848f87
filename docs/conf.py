"""Sphinx configuration: MyST pages, executed cells, reference pages made from the code.

Nothing is loaded from outside when a page is read: formulas are MathML, and the theme ships its own files.
"""

import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE / "_generate")]

# autodoc shows signatures of plain functions; executed cells run in processes of their own, which compile as always.
os.environ["NUMBA_DISABLE_JIT"] = "1"

import openiamd  # noqa: E402 - after the switch above
import openiamd.stages.step  # noqa: E402 - brings numba in while the switch is on

del os.environ["NUMBA_DISABLE_JIT"]

project = "OpenIAMD"
author = "OpenIAMD founders"
project_copyright = "OpenIAMD founders, Apache-2.0"
version = release = openiamd.__version__

logging.getLogger("traitlets").setLevel(logging.WARNING)  # one line a page otherwise

extensions = ["myst_nb", "sphinx.ext.autodoc", "mathml", "from_code", "docstrings"]
exclude_patterns = ["_build", "_ext", "_generate", "data"]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300  # the first cell on a fresh machine compiles the kernels
nb_merge_streams = True

html_theme = "furo"
html_title = f"OpenIAMD {release}"
html_math_renderer = "mathml"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_extra_path = ["scenario.schema.json"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"

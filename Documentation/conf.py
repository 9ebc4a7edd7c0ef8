# SPDX-License-Identifier: GPL-2.0
#
# For Sphinx: make htmldocs. What finds the kernel-doc in the sources, and makes links of
# names, is the kernel's own, unchanged, from the source that LINUX says.
import logging
import os
import re
import sys

top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
linux = os.environ["LINUX"]
sys.path.insert(0, os.path.join(linux, "Documentation/sphinx"))

with open(os.path.join(top, "dkms.conf"), encoding="utf-8") as conf:
    release = re.search('PACKAGE_VERSION="(.*)"', conf.read()).group(1)

project = "lfvec"
copyright = "the lfvec developers"
version = release

extensions = ["kerneldoc", "automarkup"]
kerneldoc_bin = os.path.join(linux, "scripts/kernel-doc")
kerneldoc_srctree = top

c_id_attributes = ["__user", "__percpu", "__rcu"]
nitpicky = True
nitpick_ignore = [("c:identifier", name) for name in ("gfp_t", "size_t", "u16")]
primary_domain = "c"
highlight_language = "none"
smartquotes = False

html_theme = "alabaster"
html_theme_options = {"description": "a lock-free growable vector for Linux",
                      "page_width": "66em", "sidebar_width": "15em"}
html_sidebars = {"**": ["about.html", "searchbox.html", "navigation.html"]}
html_copy_source = False

# C knows structs and functions of one name apart; Sphinx 5 does not, and warns.
both = r"Duplicate C declaration[^']*'.*:: (void )?(lfvec_stats|lfvec_log|lfvec_sized_stats)\b"


def setup(app):
    logging.getLogger("sphinx.sphinx.domains.c").addFilter(
        lambda record: not re.search(both, record.getMessage()))

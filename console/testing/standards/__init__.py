"""All standards for a plugin: what must hold for everything, found by looking.

    from console.testing.standards import *

in a test module, and `console_plugins = NAME` in pytest's section of setup.cfg, is all it takes.
A test module that defines a test of the same name below that line says otherwise for its plugin.
"""

from __future__ import annotations

from console.testing.standards.access import *
from console.testing.standards.forms import *
from console.testing.standards.hooks import *
from console.testing.standards.imports import *
from console.testing.standards.models import *
from console.testing.standards.privacy import *
from console.testing.standards.source import *
from console.testing.standards.words import *

__all__ = [name for name in dir() if name.startswith("test_")]

"""What holds for every plugin, looked for in this one."""

from console.testing.standards import *

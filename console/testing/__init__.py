"""What tests of plugins are written with: fixtures, makers, a crawl, and the standards.

The fixtures come by themselves wherever the console is installed (`console.testing.plugin`);
`from console.testing.standards import *` in a test module applies all standards.
"""

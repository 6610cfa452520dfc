"""Other admin frameworks as they are shipped, each on the same table; served by gunicorn.

They run in an environment of their own, and import nothing of the console.
"""

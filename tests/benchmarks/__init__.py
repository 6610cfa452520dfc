"""Tests of the measuring itself; nothing here looks at how fast anything is."""

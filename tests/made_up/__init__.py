"""An app with a model whose history is kept, that makes results stale and is read in the past.

`python -m tests.made_up` adds it as docs/architecture.md says, to an empty database.
"""

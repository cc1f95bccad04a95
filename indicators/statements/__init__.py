"""The formulas over many rows at once: the text of a few SELECTs, and of the storing of their rows.

The formulas of one row are functions of the database (`imt_…`, migration 0002); which rows they
are fed with is said here, with table names that carry no schema: `search_path` decides whether
they mean the present tables or views of them as of an earlier moment.
"""

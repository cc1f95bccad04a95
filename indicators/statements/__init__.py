"""What the database does over many rows at once: adding figures up, and storing what differs.

Table names carry no schema: `search_path` decides whether they mean the present tables or views of
them as of an earlier moment.
"""

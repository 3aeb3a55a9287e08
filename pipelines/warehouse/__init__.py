"""The databases: how they are opened, how dbt builds in them, what is put aside, and how the published file comes to be."""

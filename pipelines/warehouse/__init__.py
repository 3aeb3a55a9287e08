"""The working database: how it and the published one are opened, how dbt builds in it, who is put aside."""

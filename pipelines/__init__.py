"""livret: files in an inbox become proven figures in DuckDB marts, reports and notebooks."""

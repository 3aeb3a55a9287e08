"""The contract folder: its files become typed rows, checked as a whole. Knows no inbox and no clause's meaning."""

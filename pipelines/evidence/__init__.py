"""What is written once and proves: monthly statements, purge lists and their certificates."""

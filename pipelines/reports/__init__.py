"""What people read: the report's page and charts, labels in two languages, summaries on a terminal. Computes no figure."""

"""What a planner reads: results as plain data first, then as tables and text. Nothing here simulates."""

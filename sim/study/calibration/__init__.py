"""From reported figures to parameters with their uncertainty, and how well they carry to fairs not used for it."""

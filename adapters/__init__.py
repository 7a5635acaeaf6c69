"""The shapes in which partners speak: each family a folder, each format one file."""

// The module's first file stands here until its parts land.

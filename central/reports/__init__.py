"""Reports: lists, statistics, the home figures, and their exports, within what the caller may see."""

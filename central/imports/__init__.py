"""Tables that people bring as files: reported line by line before anything is stored."""

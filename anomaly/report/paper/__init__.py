"""Reports on paper: the words and pictures of the page, set by typst."""

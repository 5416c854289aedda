"""Links made, checked and taken back by hand."""

"""What is shown, as a workbook and as a page to print."""

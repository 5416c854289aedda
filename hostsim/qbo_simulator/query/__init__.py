"""The query language: parser and execution."""

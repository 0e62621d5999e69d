// An app author writes `import Hull` and nothing else: the vocabulary of values comes along.
@_exported public import HullValues

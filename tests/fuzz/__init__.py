"""Ten thousand cases of what nobody would send on purpose, and somebody will; seeded, in processes of their own.

- `texts`, `trees`, `blobs`: odd strings, JSON and bytes, of any kind
- `pictures`, `answers`, `names`: what is mutated: files, Textract's answers, names and addresses
- `world`, `visits`: the real handlers and use cases on the fakes; a person's way through, and its promises
- `kinds`, `ocr`: what a case of each kind is
- `worker`, `__main__`: the process that runs cases
"""

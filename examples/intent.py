#!/usr/bin/env python3
"""Tell a Keyside engine what a model wants: docs/programs.md.

examples/intent.py ~/.keyside/programs/my-model entry 65000.12 63700.5 "p(up) 0.71"
"""

import sys

from keyside import Program

if len(sys.argv) < (6 if "entry" in sys.argv[2:3] else 5):
    sys.exit(__doc__)
folder, kind, price, *stop, reason = sys.argv[1:]
claims = {"referencePrice": price, "reason": reason}
if kind == "entry":
    claims |= {"size": {"unit": "percent", "value": "10"}, "stopPrice": stop[0]}
else:
    claims |= {"size": {"unit": "percent", "value": "100"}}
answer = Program(folder).send(kind, **claims)
print(answer)
sys.exit(0 if answer["do"] == "accepted" else 1)

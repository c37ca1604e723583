"""Prints what a feed brings as lines of JSON, for test/packages/python.test.ts: ``listen.py COUNT OPTIONS``."""

import asyncio
import json
import os
import sys

from emostream import EmostreamError, Feed


async def main() -> None:
    left = int(sys.argv[1])
    feed = Feed(os.environ["SERVER"], lambda: os.environ["TOKEN"], **json.loads(sys.argv[2]))
    try:
        async for item in feed:
            print(json.dumps(item), flush=True)
            left -= 1
            if left == 0:
                break
    except EmostreamError as error:
        print(json.dumps({"error": error.code}), flush=True)
    print(json.dumps({"place": feed.place}), flush=True)


asyncio.run(main())

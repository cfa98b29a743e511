"""A small server that speaks the two-pass protocol of the FunASR runtime, with pocketsphinx and its
English model behind it. For tests: it insists on what real servers insist on, and says on its standard
output, as JSON, what it was told.

    engine.py PORT MOOD

PORT 0 takes any. MOOD: `hears`; or what a bad day is like: `nonsense`, `nothing`, `year` (of text),
`doubles`, `late` (answers come seconds after the end).
"""

import asyncio
import json
import queue
import sys

import websockets
from pocketsphinx import Decoder

DECODERS = 3
CHUNK_BYTES = 6_400  # 200 ms
# Of so many readings of an utterance the one with the most weight of hot words is taken.
READINGS = 60


def say(**what):
    print(json.dumps(what), flush=True)


class Ear:
    """One stream at one decoder."""

    def __init__(self, decoder, plain, words):
        self.decoder = decoder
        self.words = words
        self.told = ""
        # What was heard before says nothing of this voice: the same sound gives the same words.
        decoder.set_cmn(plain)
        decoder.start_utt()

    def hear(self, sound):
        """Takes sound; what is new in the quick words, if they only grew."""
        self.decoder.process_raw(sound, False, False)
        found = self.decoder.hyp()
        words = found.hypstr if found else ""
        if words.startswith(self.told) and len(words) > len(self.told):
            fresh, self.told = words[len(self.told) :], words
            return fresh
        return ""

    def end(self):
        """The words that stand, and from when to when each was said, ms."""
        self.decoder.end_utt()
        found = self.decoder.hyp()
        spans = [
            [segment.start_frame * 10, (segment.end_frame + 1) * 10]
            for segment in self.decoder.seg()
            if not segment.word.startswith(("<", "["))
        ]
        return (self.reading(found.hypstr) if found else ""), spans

    def reading(self, best):
        """The best reading, or one nearly as good with more of the hot words in it."""
        readings = [best]
        if self.words:
            found = (each for each, _ in zip(self.decoder.nbest(), range(READINGS)))
            readings += [each.hypstr for each in found if each and each.hypstr]
        return max(readings, key=lambda text: sum(self.words.get(word, 0) for word in text.split()))


async def offline(socket, name, text, spans, final):
    await socket.send(
        json.dumps(
            {
                "mode": "2pass-offline",
                "wav_name": name,
                "text": text,
                "is_final": final,
                "timestamp": json.dumps(spans) if spans else "",
                "stamp_sents": "",
            }
        )
    )


async def bad_day(socket, mood, name):
    """Answers like a server that is out of order."""
    if mood == "nothing":
        async for _ in socket:
            pass
    elif mood == "nonsense":
        for text in ["", "null", "[]", '{"text":7}', '{"mode":"2pass-offline","text":"\\u202e\\u0000","timestamp":"[[9,1]]"}', "\u0000"]:
            await socket.send(text)
        async for _ in socket:
            await socket.send(bytes(range(256)))
            await offline(socket, name, "later than the end", [[10**9, 10**10]], True)
    elif mood == "year":
        async for _ in socket:
            for n in range(20):
                await offline(socket, name, f"{n} " + "word " * 20_000, [], False)
    elif mood == "doubles":
        async for message in socket:
            for _ in range(5):
                await offline(socket, name, "the same again", [[400, 1_200]], True)


class Server:
    def __init__(self, mood):
        self.mood = mood
        self.decoders = queue.Queue()
        if mood in ("hears", "late"):
            for _ in range(DECODERS):
                decoder = Decoder(samprate=16_000, loglevel="FATAL")
                self.plain = decoder.get_cmn(False)
                self.decoders.put(decoder)

    async def serve(self, socket):
        first = json.loads(await socket.recv())
        # The C++ server falls over an object, and hears nothing without a chunk size.
        words = first.get("hotwords", "")
        fine = (
            isinstance(words, str)
            and first.get("chunk_size") == [5, 10, 5]
            and first.get("mode") == "2pass"
            and first.get("is_speaking") is True
        )
        say(stream=first.get("wav_name"), fine=fine, words=sorted(json.loads(words)) if words else [])
        if not fine:
            return
        name = first["wav_name"]
        if self.mood not in ("hears", "late"):
            return await bad_day(socket, self.mood, name)
        decoder = await asyncio.to_thread(self.decoders.get)
        try:
            await self.hear(socket, name, Ear(decoder, self.plain, json.loads(words) if words else {}))
        finally:
            self.decoders.put(decoder)

    async def hear(self, socket, name, ear):
        waiting = b""
        async for message in socket:
            if isinstance(message, bytes):
                waiting += message
                while len(waiting) >= CHUNK_BYTES:
                    fresh = await asyncio.to_thread(ear.hear, waiting[:CHUNK_BYTES])
                    waiting = waiting[CHUNK_BYTES:]
                    if fresh:
                        await socket.send(
                            json.dumps({"mode": "2pass-online", "wav_name": name, "text": fresh, "is_final": False, "timestamp": 1})
                        )
            elif json.loads(message).get("is_speaking") is False:
                if waiting:
                    await asyncio.to_thread(ear.hear, waiting)
                text, spans = await asyncio.to_thread(ear.end)
                if self.mood == "late":
                    await asyncio.sleep(3)
                await offline(socket, name, text, spans, True)
                return
        ear.decoder.end_utt()


async def main(port, mood):
    server = Server(mood)

    async def serve(socket):
        try:
            await server.serve(socket)
        except websockets.ConnectionClosed:
            pass

    async with websockets.serve(serve, "127.0.0.1", port, ping_interval=None) as listening:
        say(port=listening.sockets[0].getsockname()[1])
        await asyncio.Future()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))

"""A room encoder (WHIP) or a plain viewer (WHEP) made of aiortc, for tests/devices.rs.

    device.py whip|whep https://127.0.0.1:PORT/whip/HEARING TOKEN [WAVE]

Says one JSON object a line: what it was answered, and the first sound and picture it got. The line
`speak` on its standard input plays WAVE, 48 kHz and one channel, and says when it began; any other
line ends the session.
"""

import asyncio
import fractions
import http.client
import json
import ssl
import sys
import time
import wave
from urllib.parse import urlsplit

import aioice.ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from av import AudioFrame

# The library passes over loopback, where the server of a test listens.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Spoken(MediaStreamTrack):
    """Silence, and when told so the sound of a file."""

    kind = "audio"

    def __init__(self, file):
        super().__init__()
        with wave.open(file) as sound:
            self.sound = sound.readframes(sound.getnframes())
        self.at = None
        self.sent = 0
        self.begun = None

    def speak(self):
        self.at = 0
        say(speaks=True)

    async def recv(self):
        self.begun = self.begun or time.time()
        await asyncio.sleep(max(0, self.begun + self.sent / 48_000 - time.time()))
        piece = b""
        if self.at is not None:
            piece = self.sound[self.at : self.at + 1_920]
            self.at += 1_920
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(piece.ljust(1_920, b"\0"))
        frame.sample_rate, frame.pts = 48_000, self.sent
        frame.time_base = fractions.Fraction(1, 48_000)
        self.sent += 960
        return frame


def say(**what):
    print(json.dumps(what), flush=True)


def ask(method, url, token, body=None, kind=None):
    parts = urlsplit(url)
    # A trial certificate, which the test has no need to check.
    door = http.client.HTTPSConnection(parts.netloc, context=ssl._create_unverified_context(), timeout=20)
    headers = {"Authorization": f"Bearer {token}"}
    if kind is not None:
        headers["Content-Type"] = kind
    door.request(method, parts.path, body, headers)
    answer = door.getresponse()
    text = answer.read().decode()
    door.close()
    return answer, text


async def watch(connection):
    """Says which media came: robots on the stage bear stamps instead of sound and pictures."""
    waited = {"audio", "video"}
    while waited:
        await asyncio.sleep(0.1)
        report = await connection.getStats()
        for entry in report.values():
            if entry.type == "inbound-rtp" and entry.packetsReceived >= 50 and entry.kind in waited:
                waited.discard(entry.kind)
                say(got=entry.kind)


async def main(form, url, token, file=None):
    connection = RTCPeerConnection()
    watching = []
    connection.on("connectionstatechange", lambda: say(state=connection.connectionState))
    if form == "whip":
        microphone = Spoken(file) if file else AudioStreamTrack()
        connection.addTrack(microphone)
        connection.addTrack(VideoStreamTrack())
    else:
        for kind in ("audio", "video"):
            connection.addTransceiver(kind, direction="recvonly")
        watching.append(asyncio.ensure_future(watch(connection)))
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    loop = asyncio.get_running_loop()
    answer, text = await loop.run_in_executor(None, ask, "POST", url, token, offer, "application/sdp")
    say(status=answer.status, etag=answer.getheader("ETag"), location=answer.getheader("Location"))
    if answer.status != 201:
        return
    await connection.setRemoteDescription(RTCSessionDescription(text, "answer"))
    while await loop.run_in_executor(None, sys.stdin.readline) == "speak\n":
        microphone.speak()
    parts = urlsplit(url)
    session = f"{parts.scheme}://{parts.netloc}{answer.getheader('Location')}"
    answer, _ = await loop.run_in_executor(None, ask, "DELETE", session, token)
    say(ended=answer.status)
    for one in watching:
        one.cancel()
    await connection.close()


asyncio.run(main(*sys.argv[1:]))

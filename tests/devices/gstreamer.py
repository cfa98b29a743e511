"""A room encoder (WHIP) made of GStreamer's webrtcbin, for tests/devices.rs.

    gstreamer.py whip https://127.0.0.1:PORT/whip/HEARING TOKEN

GStreamer 1.22 has no element that speaks WHIP: what RFC 9725 asks of HTTP is done here, media by
webrtcbin and libnice. Says one JSON object a line, as device.py does. A line on its standard input
ends the session.
"""

import http.client
import json
import ssl
import sys
import threading
from urllib.parse import urlsplit

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = """
webrtcbin name=peer bundle-policy=max-bundle
audiotestsrc is-live=true wave=sine volume=0.2 ! audioconvert ! audioresample ! opusenc !
  rtpopuspay pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer.
videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=15/1 !
  {encoder} ! peer.
"""
ENCODER = """vp8enc deadline=1 target-bitrate=400000 keyframe-max-dist=150 !
  rtpvp8pay pt=96 picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP8,payload=96"""


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


class Encoder:
    def __init__(self, url, token):
        self.url, self.token, self.session = url, token, None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(PIPELINE.format(encoder=ENCODER))
        self.peer = self.pipeline.get_by_name("peer")
        # libnice passes over loopback, where the server of a test listens, unless it is told.
        # The agent is kept: its count of holders is one short where Python asks for it.
        self.agent = self.peer.get_property("ice-agent")
        self.agent.emit("add-local-ip-address", "127.0.0.1")
        self.peer.connect("on-negotiation-needed", self.negotiate)
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.changed)
        for place in range(2):
            transceiver = self.peer.emit("get-transceiver", place)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)

    def negotiate(self, peer):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered))

    def offered(self, promise):
        # The reply is held: the offer lies in it.
        promise.wait()
        reply = promise.get_reply()
        offer = reply["offer"]
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def gathered(self, peer, _):
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        # The whole offer at once; a thread of its own, as this one is webrtcbin's.
        threading.Thread(target=self.call, daemon=True).start()

    def call(self):
        offer = self.peer.get_property("local-description").sdp.as_text()
        answer, text = ask("POST", self.url, self.token, offer, "application/sdp")
        say(status=answer.status, etag=answer.getheader("ETag"), location=answer.getheader("Location"))
        if answer.status != 201:
            self.loop.quit()
            return
        parts = urlsplit(self.url)
        self.session = f"{parts.scheme}://{parts.netloc}{answer.getheader('Location')}"
        _, sdp = GstSdp.SDPMessage.new_from_text(text)
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", described, Gst.Promise.new())

    def changed(self, peer, _):
        say(state=peer.get_property("connection-state").value_nick)

    def end(self):
        sys.stdin.readline()
        answer, _ = ask("DELETE", self.session, self.token)
        say(ended=answer.status)
        self.loop.quit()

    def run(self):
        threading.Thread(target=self.end, daemon=True).start()
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)


Gst.init(None)
Encoder(*sys.argv[2:]).run()

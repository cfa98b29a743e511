//! The least forwarder that can be made of whole `str0m` peers, for comparison: RTP mode, one
//! thread, one UDP socket, no recording, no bandwidth estimate.
//!
//! What is not here: the loop (`rival/floor.rs`) and the load.

#[path = "../rival/floor.rs"]
mod floor;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use str0m::change::SdpOffer;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::floor::{Fault, Peer};

struct Whole {
    rtc: Rtc,
    local: SocketAddr,
    /// Lines that send, in the order of the offer: sound and picture of each other person.
    out: [Vec<Mid>; 2],
    wake: Instant,
}

fn main() -> Result<(), Fault> {
    floor::run::<Whole>()
}

impl Peer for Whole {
    type Packet = RtpPacket;

    fn meet(offer: &str, local: SocketAddr, _: u64) -> Result<(Self, String), Fault> {
        let mut rtc = Rtc::builder().set_rtp_mode(true).set_ice_lite(true).build(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp")?);
        let offer = SdpOffer::from_sdp_string(offer)?;
        let answer = rtc.sdp_api().accept_offer(offer)?.to_sdp_string();
        let out = [Vec::new(), Vec::new()];
        Ok((Self { rtc, local, out, wake: Instant::now() }, answer))
    }

    fn hear(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        socket: &mio::net::UdpSocket,
        came: &mut Vec<(bool, RtpPacket)>,
    ) -> Result<(), Fault> {
        let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, bytes) else {
            return Ok(());
        };
        self.rtc.handle_input(Input::Receive(Instant::now(), receive))?;
        self.drain(socket, came)
    }

    fn forward(&mut self, slot: usize, picture: bool, packet: &RtpPacket) {
        let Some(mid) = self.out[usize::from(picture)].get(slot).copied() else { return };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else { return };
        let write = RtpWrite::new(
            packet.header.payload_type,
            packet.seq_no,
            packet.header.timestamp,
            packet.timestamp,
            Arc::clone(&packet.payload),
        );
        stream.write_rtp(write.marker(packet.header.marker).nackable(picture));
    }

    fn settle(&mut self, socket: &mio::net::UdpSocket) -> Result<(), Fault> {
        self.rtc.handle_input(Input::Timeout(Instant::now()))?;
        self.drain(socket, &mut Vec::new())
    }

    fn due(&mut self) -> Option<Instant> {
        Some(self.wake)
    }
}

impl Whole {
    /// Sends what there is to send and collects the packets that came.
    fn drain(
        &mut self,
        socket: &mio::net::UdpSocket,
        came: &mut Vec<(bool, RtpPacket)>,
    ) -> Result<(), Fault> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.wake = at;
                    return Ok(());
                }
                // A full kernel loses the packet, as any network may.
                Output::Transmit(out) => drop(socket.send_to(&out.contents, out.destination)),
                Output::Event(Event::MediaAdded(line)) => {
                    if line.direction == Direction::SendOnly {
                        self.out[usize::from(line.kind == MediaKind::Video)].push(line.mid);
                    }
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    came.push((*packet.header.payload_type == 96, packet));
                }
                Output::Event(_) => (),
            }
        }
    }
}

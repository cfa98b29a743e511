//! The least forwarder that can be made of whole `str0m` peers, for comparison: RTP mode, one
//! thread, one UDP socket, no recording, no bandwidth estimate.
//!
//! What is not here: the load. Offers come as lines of JSON over TCP, answers go back the same way.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};
use str0m::change::SdpOffer;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc};

type Fault = Box<dyn std::error::Error>;

/// Datagrams taken before what they caused is sent.
const BURST: usize = 32;

struct Peer {
    rtc: Rtc,
    room: u64,
    person: u64,
    /// Lines that send, in the order of the offer: sound and picture of each other person.
    out: [Vec<Mid>; 2],
    wake: Instant,
    dirty: bool,
}

struct Forwarder {
    socket: mio::net::UdpSocket,
    local: SocketAddr,
    peers: Vec<Peer>,
    by_address: BTreeMap<SocketAddr, usize>,
}

/// A packet, whose it is, and whether it is a picture's.
type Came = (usize, bool, RtpPacket);

fn main() -> Result<(), Fault> {
    let door = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", json!({ "port": door.local_addr()?.port() }));
    std::io::stdout().flush()?;
    door.set_nonblocking(true)?;
    let mut door = mio::net::TcpListener::from_std(door);
    let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    raw.set_nonblocking(true)?;
    raw.set_recv_buffer_size(4 << 20)?;
    raw.set_send_buffer_size(4 << 20)?;
    raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let mut socket = mio::net::UdpSocket::from_std(raw.into());
    let mut poll = Poll::new()?;
    poll.registry().register(&mut door, Token(0), Interest::READABLE)?;
    poll.registry().register(&mut socket, Token(1), Interest::READABLE)?;
    let local = socket.local_addr()?;
    let mut forwarder = Forwarder { socket, local, peers: Vec::new(), by_address: BTreeMap::new() };
    let mut events = Events::with_capacity(16);
    let mut more = true;
    loop {
        let now = Instant::now();
        let wake = forwarder.peers.iter().map(|peer| peer.wake).min();
        let wait = wake.map_or(Duration::from_millis(100), |at| at.saturating_duration_since(now));
        poll.poll(&mut events, Some(if more { Duration::ZERO } else { wait }))?;
        for event in &events {
            match event.token() {
                Token(0) => {
                    while let Ok((stream, _)) = door.accept() {
                        forwarder.meet(stream.into())?;
                    }
                }
                _ => more = true,
            }
        }
        if more {
            more = forwarder.receive()?;
        }
        forwarder.tick()?;
    }
}

impl Forwarder {
    fn meet(&mut self, stream: TcpStream) -> Result<(), Fault> {
        stream.set_nonblocking(false)?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        let asked: Value = serde_json::from_str(&line)?;
        let number = |key: &str| asked[key].as_u64().ok_or("a number is missing");
        let mut rtc = Rtc::builder().set_rtp_mode(true).set_ice_lite(true).build(Instant::now());
        rtc.add_local_candidate(Candidate::host(self.local, "udp")?);
        let offer = SdpOffer::from_sdp_string(asked["sdp"].as_str().ok_or("no offer")?)?;
        let answer = rtc.sdp_api().accept_offer(offer)?.to_sdp_string();
        let from = asked["from"].as_str().ok_or("no address")?.parse()?;
        self.by_address.insert(from, self.peers.len());
        self.peers.push(Peer {
            rtc,
            room: number("room")?,
            person: number("person")?,
            out: [Vec::new(), Vec::new()],
            wake: Instant::now(),
            dirty: true,
        });
        (&stream).write_all(format!("{}\n", json!({ "sdp": answer })).as_bytes())?;
        Ok(())
    }

    /// Takes a burst of datagrams and what they cause; true when there may be more.
    fn receive(&mut self) -> Result<bool, Fault> {
        let mut bytes = [0; 2_000];
        let mut came: Vec<Came> = Vec::new();
        let mut count = 0;
        while count < BURST {
            let Ok((len, from)) = self.socket.recv_from(&mut bytes) else { break };
            count += 1;
            let Some(place) = self.by_address.get(&from).copied() else { continue };
            let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, &bytes[..len]) else {
                continue;
            };
            self.peers[place].rtc.handle_input(Input::Receive(Instant::now(), receive))?;
            self.drain(place, &mut came)?;
        }
        for (from, picture, packet) in &came {
            self.forward(*from, *picture, packet);
        }
        let now = Instant::now();
        for place in 0..self.peers.len() {
            if std::mem::take(&mut self.peers[place].dirty) {
                self.peers[place].rtc.handle_input(Input::Timeout(now))?;
                self.drain(place, &mut Vec::new())?;
            }
        }
        Ok(count == BURST)
    }

    fn tick(&mut self) -> Result<(), Fault> {
        let now = Instant::now();
        for place in 0..self.peers.len() {
            if self.peers[place].wake <= now {
                self.peers[place].rtc.handle_input(Input::Timeout(now))?;
                self.drain(place, &mut Vec::new())?;
            }
        }
        Ok(())
    }

    /// Sends what a peer has to send and collects the packets that came.
    fn drain(&mut self, place: usize, came: &mut Vec<Came>) -> Result<(), Fault> {
        let peer = &mut self.peers[place];
        loop {
            match peer.rtc.poll_output()? {
                Output::Timeout(at) => {
                    peer.wake = at;
                    return Ok(());
                }
                // A full kernel loses the packet, as any network may.
                Output::Transmit(out) => drop(self.socket.send_to(&out.contents, out.destination)),
                Output::Event(Event::MediaAdded(line)) => {
                    if line.direction == Direction::SendOnly {
                        peer.out[usize::from(line.kind == MediaKind::Video)].push(line.mid);
                    }
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    came.push((place, *packet.header.payload_type == 96, packet));
                }
                Output::Event(_) => (),
            }
        }
    }

    fn forward(&mut self, from: usize, picture: bool, packet: &RtpPacket) {
        let (room, person) = (self.peers[from].room, self.peers[from].person);
        for peer in self.peers.iter_mut().filter(|peer| peer.room == room) {
            if peer.person == person {
                continue;
            }
            // Everybody has a line for each other one, in their order.
            let slot = if person > peer.person { person - 1 } else { person };
            let mid = peer.out[usize::from(picture)].get(usize::try_from(slot).unwrap_or(0));
            let Some(mid) = mid.copied() else { continue };
            let mut api = peer.rtc.direct_api();
            let Some(stream) = api.stream_tx_by_mid(mid, None) else { continue };
            let write = RtpWrite::new(
                packet.header.payload_type,
                packet.seq_no,
                packet.header.timestamp,
                packet.timestamp,
                Arc::clone(&packet.payload),
            );
            stream.write_rtp(write.marker(packet.header.marker).nackable(picture));
            peer.dirty = true;
        }
    }
}

//! What the minimal forwarders have in common: the door for offers, one UDP socket, one thread, who
//! is in whose room. What differs is the peer.
//!
//! What is not here: any engine (`bin/`), and the load. Offers come as lines of JSON over TCP,
//! answers go back the same way.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};

/// Whatever goes wrong ends the forwarder.
pub type Fault = Box<dyn std::error::Error>;

/// Datagrams taken before what they caused is sent.
const BURST: usize = 32;
/// Bytes of the socket's buffers, each way.
const BUFFER_BYTES: usize = 4 << 20;

/// One person's connection, made of a whole peer of some engine.
pub trait Peer: Sized {
    /// A packet as the engine gives it.
    type Packet;

    /// Answers an offer: the peer and its description. `people` share the room.
    ///
    /// # Errors
    /// What the engine says.
    fn meet(offer: &str, local: SocketAddr, people: u64) -> Result<(Self, String), Fault>;

    /// Takes a datagram; `came` is told of each packet and whether it is a picture's.
    ///
    /// # Errors
    /// What the engine says.
    fn hear(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        socket: &mio::net::UdpSocket,
        came: &mut Vec<(bool, Self::Packet)>,
    ) -> Result<(), Fault>;

    /// Sends a packet of the person in `slot`.
    fn forward(&mut self, slot: usize, picture: bool, packet: &Self::Packet);

    /// Does what is due after packets were forwarded, and sends what there is to send.
    ///
    /// # Errors
    /// What the engine says.
    fn settle(&mut self, socket: &mio::net::UdpSocket) -> Result<(), Fault>;

    /// When something is next due.
    fn due(&mut self) -> Option<Instant>;
}

struct Guest<P> {
    peer: P,
    room: u64,
    person: u64,
    dirty: bool,
}

struct Floor<P: Peer> {
    socket: mio::net::UdpSocket,
    local: SocketAddr,
    guests: Vec<Guest<P>>,
    by_address: BTreeMap<SocketAddr, usize>,
}

/// Opens the door, tells its port on standard output, and forwards until killed.
///
/// # Errors
/// Whatever goes wrong.
pub fn run<P: Peer>() -> Result<(), Fault> {
    let door = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", json!({ "port": door.local_addr()?.port() }));
    std::io::stdout().flush()?;
    door.set_nonblocking(true)?;
    let mut door = mio::net::TcpListener::from_std(door);
    let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    raw.set_nonblocking(true)?;
    raw.set_recv_buffer_size(BUFFER_BYTES)?;
    raw.set_send_buffer_size(BUFFER_BYTES)?;
    raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let mut socket = mio::net::UdpSocket::from_std(raw.into());
    let mut poll = Poll::new()?;
    poll.registry().register(&mut door, Token(0), Interest::READABLE)?;
    poll.registry().register(&mut socket, Token(1), Interest::READABLE)?;
    let local = socket.local_addr()?;
    let (guests, by_address) = (Vec::new(), BTreeMap::new());
    let mut floor = Floor::<P> { socket, local, guests, by_address };
    let mut events = Events::with_capacity(16);
    let mut more = true;
    loop {
        let wait = if more { Duration::ZERO } else { floor.wait() };
        poll.poll(&mut events, Some(wait))?;
        for event in &events {
            match event.token() {
                Token(0) => {
                    while let Ok((stream, _)) = door.accept() {
                        floor.meet(stream.into())?;
                    }
                }
                _ => more = true,
            }
        }
        if more {
            more = floor.receive()?;
        }
        floor.tick()?;
    }
}

impl<P: Peer> Floor<P> {
    fn wait(&mut self) -> Duration {
        let now = Instant::now();
        let due = self.guests.iter_mut().filter_map(|guest| guest.peer.due()).min();
        due.map_or(Duration::from_millis(100), |at| at.saturating_duration_since(now))
    }

    fn meet(&mut self, stream: TcpStream) -> Result<(), Fault> {
        stream.set_nonblocking(false)?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        let asked: Value = serde_json::from_str(&line)?;
        let number = |key: &str| asked[key].as_u64().ok_or("a number is missing");
        let offer = asked["sdp"].as_str().ok_or("no offer")?;
        let (peer, answer) = P::meet(offer, self.local, number("people")?)?;
        let from = asked["from"].as_str().ok_or("no address")?.parse()?;
        self.by_address.insert(from, self.guests.len());
        let (room, person) = (number("room")?, number("person")?);
        self.guests.push(Guest { peer, room, person, dirty: true });
        (&stream).write_all(format!("{}\n", json!({ "sdp": answer })).as_bytes())?;
        Ok(())
    }

    /// Takes a burst of datagrams and what they cause; true when there may be more.
    fn receive(&mut self) -> Result<bool, Fault> {
        let mut bytes = [0; 2_000];
        let mut came: Vec<(usize, Vec<(bool, P::Packet)>)> = Vec::new();
        let mut count = 0;
        while count < BURST {
            let Ok((len, from)) = self.socket.recv_from(&mut bytes) else { break };
            count += 1;
            let Some(place) = self.by_address.get(&from).copied() else { continue };
            let guest = &mut self.guests[place];
            guest.dirty = true;
            let mut packets = Vec::new();
            guest.peer.hear(&bytes[..len], from, &self.socket, &mut packets)?;
            came.push((place, packets));
        }
        for (from, packets) in &came {
            for (picture, packet) in packets {
                self.forward(*from, *picture, packet);
            }
        }
        for guest in self.guests.iter_mut().filter(|guest| guest.dirty) {
            guest.dirty = false;
            guest.peer.settle(&self.socket)?;
        }
        Ok(count == BURST)
    }

    fn forward(&mut self, from: usize, picture: bool, packet: &P::Packet) {
        let (room, person) = (self.guests[from].room, self.guests[from].person);
        for guest in self.guests.iter_mut().filter(|guest| guest.room == room) {
            if guest.person == person {
                continue;
            }
            // Everybody has a line for each other one, in their order.
            let slot = if person > guest.person { person - 1 } else { person };
            guest.peer.forward(usize::try_from(slot).unwrap_or(usize::MAX), picture, packet);
            guest.dirty = true;
        }
    }

    fn tick(&mut self) -> Result<(), Fault> {
        let now = Instant::now();
        for guest in &mut self.guests {
            if guest.peer.due().is_some_and(|at| at <= now) {
                guest.peer.settle(&self.socket)?;
            }
        }
        Ok(())
    }
}

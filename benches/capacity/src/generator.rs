//! The thread that sends and receives all media of a run, and counts.
//!
//! What is not here: signaling. Every half millisecond it sends what is due and reads what has
//! come; delays do not depend on when it reads, as the kernel stamps each datagram on arrival.

use std::collections::BTreeMap;
use std::io::IoSliceMut;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use forwarding::rtcp::Compound;
use forwarding::transport::arrivals::Arrivals;
use mio::{Events, Interest, Poll, Token};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg};
use nix::sys::time::TimeSpec;

use crate::machine::{Histogram, unix_nanos};
use crate::media::{
    COUNT_AT, Film, Kind, Moment, REPAIR, Stamp, Track, asked, payload, sender_report, source,
    transport_number,
};
use crate::sdp::Other;
use crate::span::Span;
use crate::station::{Heard, Phase, Station};

/// The pace of the loop.
const PACE: Duration = Duration::from_micros(500);
/// Datagrams read in one call.
const BATCH: usize = 16;
/// Bytes of one datagram.
const SLOT: usize = 2_048;
const SOUND_EVERY: Duration = Duration::from_millis(20);
const PICTURE_EVERY: Duration = Duration::from_micros(33_333);
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// A sender that is this far behind gives up what it missed.
const BEHIND_MAX: Duration = Duration::from_millis(500);

/// A station and its part in the run.
pub struct Seat {
    /// The transport.
    pub station: Station,
    /// The room.
    pub room: u16,
    /// The person's place in it.
    pub person: u8,
    /// Sound, and the picture or its layers, when it sends.
    pub tracks: Option<Vec<Track>>,
    /// How many people's media comes here; 0 when it does not receive.
    pub people: u8,
    /// What arrived of what is counted, to tell the server.
    pub arrivals: Arrivals,
    /// The next transport-wide number it sends under.
    pub number: u16,
}

/// What the generator is told.
pub enum Order {
    /// A station learns where the other end is.
    Meet(usize, Other),
    /// A person leaves and comes again over another transport.
    Renew(usize, Box<Station>),
    /// The measurement begins.
    Begin,
    /// It ends; what is on its way still counts.
    End,
    /// Tell what was counted.
    Tell(mpsc::Sender<Counted>),
    /// Good-bye to all.
    Stop,
}

/// What was counted between `Begin` and `Tell`.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Packets sent.
    pub sent: u64,
    /// Packets that should have come, over all subscribers.
    pub expected: u64,
    /// Different ones that came.
    pub received: u64,
    /// Packets that came again.
    pub twice: u64,
    /// Packets of repairs' sources: probes.
    pub probes: u64,
    /// Tracks of which a subscriber got nothing.
    pub silent: u64,
    /// From just before encryption to the kernel's arrival stamp.
    pub delay: Histogram,
    /// How late packets were sent.
    pub late: Histogram,
    /// How long packets lay in the kernel before they were read.
    pub lag: Histogram,
    /// Packets that could not be opened.
    pub broken: u64,
    /// Packets the kernel did not take.
    pub refused: u64,
    /// Keyframes asked for.
    pub keyframes: u64,
    /// Lost packets named by the server.
    pub nacks: u64,
    /// Time from `Begin` to `End`.
    pub time: Duration,
}

/// The running thread.
pub struct Generator {
    orders: mpsc::Sender<Order>,
    connected: Arc<[AtomicBool]>,
    thread: JoinHandle<()>,
    ports: Vec<u16>,
}

impl Generator {
    /// Starts it.
    ///
    /// # Errors
    /// When the system gives no poll or thread.
    pub fn start(seats: Vec<Seat>) -> std::io::Result<Self> {
        let (orders, inbox) = mpsc::channel();
        let connected: Arc<[AtomicBool]> = seats.iter().map(|_| AtomicBool::new(false)).collect();
        let told = Arc::clone(&connected);
        let ports = seats.iter().map(|seat| seat.station.own().address.port()).collect();
        let mut room = Room::new(seats)?;
        let thread = std::thread::Builder::new()
            .name("generator".to_owned())
            .spawn(move || room.run(&inbox, &told))?;
        Ok(Self { orders, connected, thread, ports })
    }

    /// Gives an order.
    pub fn order(&self, order: Order) {
        if self.orders.send(order).is_ok() {
            self.thread.thread().unpark();
        }
    }

    /// What was counted.
    pub fn tell(&self) -> Counted {
        let (told, counted) = mpsc::channel();
        self.order(Order::Tell(told));
        counted.recv_timeout(Duration::from_secs(10)).unwrap_or_default()
    }

    /// How many stations are connected.
    pub fn connected(&self) -> usize {
        self.connected.iter().filter(|one| one.load(Ordering::Relaxed)).count()
    }

    /// Whether this station is connected.
    pub fn is_connected(&self, place: usize) -> bool {
        self.connected.get(place).is_some_and(|one| one.load(Ordering::Relaxed))
    }

    /// The ports of its stations.
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// Says good-bye everywhere and ends.
    pub fn stop(self) {
        self.order(Order::Stop);
        drop(self.thread.join());
    }
}

struct Sending {
    due: [Instant; 2],
    report: Instant,
}

struct Room {
    seats: Vec<Seat>,
    sending: Vec<Sending>,
    readable: Vec<bool>,
    /// Per subscriber, per person and kind: which numbers came.
    seen: Vec<Vec<[Vec<u64>; 2]>>,
    /// Somebody sends layers.
    layered: bool,
    /// Per subscriber and source of layers: the server's numbers.
    spans: Vec<BTreeMap<u32, Span>>,
    film: Film,
    poll: Poll,
    bytes: Vec<u8>,
    epoch: u8,
    measuring: bool,
    counted: Counted,
    began: Instant,
    /// Zero of the times told to the server.
    born: Instant,
}

impl Room {
    fn new(mut seats: Vec<Seat>) -> std::io::Result<Self> {
        let poll = Poll::new()?;
        let now = Instant::now();
        let count = u32::try_from(seats.len()).unwrap_or(1).max(1);
        let mut sending = Vec::new();
        for (place, seat) in (0_u32..).zip(&mut seats) {
            let socket = &mut seat.station.socket;
            poll.registry().register(socket, Token(place as usize), Interest::READABLE)?;
            // Everybody's clock ticks at another moment, as in life.
            sending.push(Sending {
                due: [now + SOUND_EVERY * place / count, now + PICTURE_EVERY * place / count],
                report: now + REPORT_EVERY * place / count,
            });
        }
        Ok(Self {
            readable: vec![true; seats.len()],
            seen: seats.iter().map(|s| vec![<[Vec<u64>; 2]>::default(); s.people.into()]).collect(),
            layered: seats.iter().flat_map(|seat| &seat.tracks).flatten().any(Track::is_layer),
            spans: vec![BTreeMap::new(); seats.len()],
            seats,
            sending,
            film: Film::new(),
            poll,
            bytes: vec![0; BATCH * SLOT],
            epoch: 0,
            measuring: false,
            counted: Counted::default(),
            began: now,
            born: now,
        })
    }

    fn run(&mut self, inbox: &mpsc::Receiver<Order>, connected: &[AtomicBool]) {
        let mut events = Events::with_capacity(1_024);
        let space = nix::cmsg_space!(TimeSpec);
        let mut headers = MultiHeaders::<SockaddrIn>::preallocate(BATCH, Some(space));
        let mut next = Instant::now();
        loop {
            while let Ok(order) = inbox.try_recv() {
                if matches!(order, Order::Stop) {
                    let now = Instant::now();
                    self.seats.iter_mut().for_each(|seat| seat.station.close(now));
                    return;
                }
                self.take(order);
            }
            self.send();
            if self.poll.poll(&mut events, Some(Duration::ZERO)).is_ok() {
                for event in &events {
                    self.readable[event.token().0] = true;
                }
            }
            for place in 0..self.seats.len() {
                while self.readable[place] {
                    self.readable[place] = self.read(place, &mut headers);
                }
            }
            for (seat, told) in self.seats.iter().zip(connected) {
                told.store(seat.station.phase() == Phase::Connected, Ordering::Relaxed);
            }
            let now = Instant::now();
            next = (next + PACE).max(now);
            std::thread::park_timeout(next.saturating_duration_since(now));
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Meet(place, other) => self.seats[place].station.meet(other),
            Order::Renew(place, station) => self.renew(place, *station),
            Order::Begin => {
                self.epoch = self.epoch.wrapping_add(1).max(1);
                self.measuring = true;
                self.began = Instant::now();
                self.counted = Counted::default();
                for seat in &mut self.seats {
                    seat.station.refused = 0;
                    seat.tracks.iter_mut().flatten().for_each(|track| track.number = 0);
                }
                self.seen.iter_mut().flatten().flatten().for_each(Vec::clear);
                self.spans.iter_mut().for_each(BTreeMap::clear);
            }
            Order::End => {
                self.measuring = false;
                self.counted.time = self.began.elapsed();
            }
            Order::Tell(told) => {
                self.count_up();
                // Who asked may have given up.
                drop(told.send(self.counted.clone()));
            }
            Order::Stop => (),
        }
    }

    fn renew(&mut self, place: usize, mut station: Station) {
        let seat = &mut self.seats[place];
        seat.station.close(Instant::now());
        // A closed socket leaves the poll by itself; one that cannot be watched is never connected.
        let token = Token(place);
        drop(self.poll.registry().register(&mut station.socket, token, Interest::READABLE));
        seat.station = station;
        seat.tracks.iter_mut().flatten().for_each(Track::rewind);
        self.readable[place] = true;
    }

    /// Compares what was sent with what came.
    fn count_up(&mut self) {
        let counted = &mut self.counted;
        (counted.sent, counted.expected, counted.received, counted.silent) = (0, 0, 0, 0);
        counted.refused = self.seats.iter().map(|seat| seat.station.refused).sum();
        let numbers: Vec<(u16, u8, [u32; 2], bool)> = self
            .seats
            .iter()
            .filter_map(|seat| {
                let [sound, pictures @ ..] = &seat.tracks.as_ref()?[..] else { return None };
                let pictured = pictures.iter().map(|track| track.number).sum();
                let layered = pictures.iter().any(Track::is_layer);
                Some((seat.room, seat.person, [sound.number, pictured], layered))
            })
            .collect();
        counted.sent = numbers.iter().flat_map(|(_, _, of, _)| of).map(|n| u64::from(*n)).sum();
        for (seat, seen) in self.seats.iter().zip(&self.seen) {
            for (room, person, sent, layered) in &numbers {
                if *room != seat.room || *person == seat.person {
                    continue;
                }
                let Some(seen) = seen.get(usize::from(*person)) else { continue };
                for (place, (sent, seen)) in sent.iter().zip(seen).enumerate() {
                    let came: u64 = seen.iter().map(|bits| u64::from(bits.count_ones())).sum();
                    counted.silent += u64::from(came == 0 && *sent > 0);
                    // Which layer comes is the server's choice: its numbers tell what is missing.
                    if place == 0 || !layered {
                        counted.expected += u64::from(*sent);
                        counted.received += came;
                    }
                }
            }
        }
        for span in self.spans.iter().flat_map(BTreeMap::values) {
            counted.expected += span.expected();
            counted.received += span.received();
        }
    }

    /// Sends all that is due.
    fn send(&mut self) {
        let now = Instant::now();
        for (seat, sending) in self.seats.iter_mut().zip(&mut self.sending) {
            seat.station.tick(now);
            let Some(tracks) = &mut seat.tracks else { continue };
            let connected = seat.station.phase() == Phase::Connected;
            // Between `End` and `Tell` nothing is numbered that could be missed.
            let counts = self.measuring || self.epoch == 0;
            let epoch = if self.measuring { self.epoch } else { 0 };
            let moment = Moment { room: seat.room, person: seat.person, epoch };
            for (place, every) in [(0, SOUND_EVERY), (1, PICTURE_EVERY)] {
                while sending.due[place] <= now {
                    let due = sending.due[place];
                    let behind = now.duration_since(due);
                    sending.due[place] = if behind > BEHIND_MAX { now } else { due } + every;
                    if !connected {
                        continue;
                    }
                    if self.measuring {
                        let late = Instant::now().duration_since(due);
                        self.counted.late.count(nanos(late));
                    }
                    let (sound, pictures) = tracks.split_at_mut(1);
                    for track in if place == 0 { sound } else { pictures } {
                        let before = track.number;
                        let station = &mut seat.station;
                        let (counted, number) = (track.is_counted(), &mut seat.number);
                        track.next(&self.film, moment, unix_nanos, |packet| {
                            if counted {
                                let bytes = number.to_be_bytes();
                                packet[COUNT_AT..COUNT_AT + 2].copy_from_slice(&bytes);
                                *number = number.wrapping_add(1);
                            }
                            station.rtp(packet);
                        });
                        if !counts {
                            track.number = before;
                        }
                    }
                }
            }
            let at = since(self.born, now);
            if seat.arrivals.due().is_some_and(|due| due <= at) {
                let own = tracks[0].ssrc();
                let mut told = Compound::default();
                while seat.arrivals.write(at, own, own, &mut told) {
                    seat.station.rtcp(told.as_bytes());
                    told.clear();
                }
            }
            if connected && sending.report <= now {
                sending.report += REPORT_EVERY;
                for track in tracks.iter() {
                    let report = sender_report(track.ssrc(), track.timestamp(), unix_nanos());
                    seat.station.rtcp(&report);
                }
            }
        }
    }

    /// Reads a batch of one station; true when there may be more.
    fn read(&mut self, place: usize, headers: &mut MultiHeaders<SockaddrIn>) -> bool {
        let seat = &mut self.seats[place];
        let file = seat.station.socket.as_raw_fd();
        let mut slices: Vec<[IoSliceMut<'_>; 1]> =
            self.bytes.chunks_mut(SLOT).map(|slot| [IoSliceMut::new(slot)]).collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        let Ok(results) = recvmmsg(file, headers, slices.iter_mut(), flags, None) else {
            return false;
        };
        let now = Instant::now();
        let read_at = unix_nanos();
        let mut count = 0;
        for message in results {
            count += 1;
            let arrived = message
                .cmsgs()
                .ok()
                .and_then(|mut cmsgs| cmsgs.find_map(|cmsg| stamp_of(&cmsg)))
                .unwrap_or(read_at);
            let Some(datagram) = message.iovs().next() else { continue };
            match seat.station.hear(now, datagram) {
                Heard::Rtp(packet) => {
                    if let Some(number) = transport_number(&packet) {
                        let at = since(self.born, now);
                        seat.arrivals.take(number, packet.len(), at);
                    }
                    if packet[1] & 0x7F == REPAIR {
                        self.counted.probes += 1;
                        continue;
                    }
                    let stamp = payload(&packet).and_then(Stamp::read);
                    let Some(stamp) = stamp else {
                        self.counted.broken += 1;
                        continue;
                    };
                    if stamp.epoch != 0 && stamp.epoch == self.epoch && stamp.room == seat.room {
                        let layered = self.layered && stamp.kind == Kind::Picture;
                        if layered {
                            let (ssrc, number) = source(&packet).unwrap_or_default();
                            let span = self.spans[place].entry(ssrc).or_default();
                            self.counted.twice += u64::from(!span.take(number));
                        }
                        let seen = &mut self.seen[place];
                        note(seen, &mut self.counted, layered, stamp, arrived, read_at);
                    }
                }
                Heard::Rtcp(compound) => {
                    let asked = asked(&compound);
                    self.counted.nacks += u64::from(asked.nacks);
                    for ssrc in asked.keyframes {
                        self.counted.keyframes += 1;
                        let tracks = seat.tracks.iter_mut().flatten();
                        tracks.filter(|track| track.ssrc() == ssrc).for_each(Track::rewind);
                    }
                }
                Heard::Broken => self.counted.broken += 1,
                Heard::Other => (),
            }
        }
        count == BATCH
    }
}

fn note(
    seen: &mut [[Vec<u64>; 2]],
    counted: &mut Counted,
    layered: bool,
    stamp: Stamp,
    arrived: u64,
    read_at: u64,
) {
    let Some(tracks) = seen.get_mut(usize::from(stamp.person)) else { return };
    let bits = &mut tracks[usize::from(stamp.kind == Kind::Picture)];
    let (word, bit) = (stamp.number as usize / 64, 1_u64 << (stamp.number % 64));
    if bits.len() <= word {
        bits.resize(word + 1, 0);
    }
    // Layers are numbered each for itself; what came of them twice is told by their span.
    if bits[word] & bit != 0 && !layered {
        counted.twice += 1;
        return;
    }
    bits[word] |= bit;
    counted.delay.count(arrived.saturating_sub(stamp.sent));
    counted.lag.count(read_at.saturating_sub(arrived));
}

fn stamp_of(cmsg: &ControlMessageOwned) -> Option<u64> {
    match cmsg {
        ControlMessageOwned::ScmTimestampns(time) => {
            let seconds = u64::try_from(time.tv_sec()).ok()?;
            Some(seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).ok()?)
        }
        _ => None,
    }
}

fn since(born: Instant, now: Instant) -> model::Instant {
    let micros = now.saturating_duration_since(born).as_micros();
    model::Instant(u64::try_from(micros).unwrap_or(u64::MAX))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Sources of a person's tracks, different over the whole run.
pub fn sources(room: u16, person: u8) -> [u32; 2] {
    let base = 0x1000_0000 + u32::from(room) * 0x1000 + u32::from(person) * 0x10;
    [base, base + 1]
}

/// Where stations are bound.
pub fn here(ip: [u8; 4]) -> SocketAddr {
    SocketAddr::from((ip, 0))
}

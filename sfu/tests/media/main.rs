//! The whole room over real sockets: two pages, one server, nothing in between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]
#![expect(clippy::unwrap_in_result, reason = "as above; the Result is the room's own fault")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test waits for one thing among many")]

mod client;
mod hostile;
mod line;
mod reach;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant as StdInstant;

use model::letters::{Notice, OfferForm, Order, Tape, TapeItem};
use model::stage::LinkCause;
use model::{
    Grants, HearingId, Instant, Line, Now, ParticipantId, Private, Refusal, Timestamp, TrackId,
    TrackKind, limits,
};
use prometheus::Registry;
use sfu::{Doors, Sfu, SfuConfig, SfuFault};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::client::{Client, PATIENCE, Received, payload, sequence, ssrc};

const HEARING: HearingId = HearingId(7);
const ANNA: ParticipantId = ParticipantId(1);
const BEN: ParticipantId = ParticipantId(2);
const VOICE: TrackId = TrackId::new(ANNA, TrackKind::Microphone);

/// A running room with the test in the place of the others.
struct House {
    runtime: Runtime,
    sfu: Option<Sfu>,
    orders: mpsc::Sender<Order>,
    notices: mpsc::Receiver<Notice>,
    tapes: mpsc::Receiver<Tape>,
    registry: Registry,
    ahead_us: Arc<AtomicU64>,
    requests: u64,
}

fn config(listen: &[&str]) -> SfuConfig {
    let listen = listen.iter().map(|text| text.parse().unwrap()).collect();
    SfuConfig { listen, ..SfuConfig::default() }
}

impl House {
    fn new(config: &SfuConfig) -> Result<Self, SfuFault> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (orders, orders_in) = mpsc::channel(limits::ORDERS_MAX);
        let (notices_out, notices) = mpsc::channel(limits::NOTICES_MAX);
        let (tapes_out, tapes) = mpsc::channel(limits::TAPES_MAX);
        let registry = Registry::new();
        let ahead_us = Arc::new(AtomicU64::new(0));
        let (start, ahead) = (StdInstant::now(), Arc::clone(&ahead_us));
        let clock = move || {
            let us = u64::try_from(start.elapsed().as_micros()).unwrap();
            let instant = Instant(us + ahead.load(Ordering::SeqCst));
            Now { instant, utc: Timestamp(i64::try_from(instant.0 / 1_000).unwrap()) }
        };
        let doors = Doors { orders: orders_in, notices: notices_out, tapes: tapes_out };
        let sfu = {
            let _inside = runtime.enter();
            sfu::start(config, clock, doors, &registry)?
        };
        let sfu = Some(sfu);
        let house = Self { runtime, sfu, orders, notices, tapes, registry, ahead_us, requests: 0 };
        house.order(Order::Open { hearing: HEARING });
        Ok(house)
    }

    fn order(&self, order: Order) {
        self.runtime.block_on(self.orders.send(order)).unwrap();
    }

    fn grants(&self, epoch: u64, heard: bool) {
        let voice = BTreeSet::from([VOICE]);
        let mut grants = Grants { epoch, ..Grants::default() };
        if heard {
            grants.publish = voice.clone();
            grants.record = voice.clone();
            grants.receive = BTreeMap::from([(BEN, voice)]);
        }
        self.order(Order::Grants { hearing: HEARING, grants });
    }

    /// The next notice that `wanted` takes; others are skipped.
    fn notice<T>(&mut self, mut wanted: impl FnMut(&Notice) -> Option<T>) -> T {
        loop {
            let entered = self
                .runtime
                .block_on(async { tokio::time::timeout(PATIENCE, self.notices.recv()).await });
            let notice = entered.expect("the notice comes").expect("the room runs");
            if let Some(found) = wanted(&notice) {
                return found;
            }
        }
    }

    fn offer(
        &mut self,
        who: ParticipantId,
        connection: u32,
        reached: IpAddr,
        (sdp, lines): (String, Vec<Line>),
    ) -> Result<String, Refusal> {
        self.requests += 1;
        let request = self.requests;
        self.order(Order::Offer {
            hearing: HEARING,
            participant: who,
            request,
            connection,
            sdp: Private::new(sdp),
            form: OfferForm::Page,
            lines,
            reached: Private::new(reached),
        });
        self.notice(|notice| match notice {
            Notice::Answer { request: to, sdp, .. } if *to == request => {
                Some(Ok(sdp.reveal().clone()))
            }
            Notice::OfferRefused { request: to, why, .. } if *to == request => Some(Err(*why)),
            _ => None,
        })
    }

    /// A page that is connected, with one seat.
    fn join(&mut self, who: ParticipantId, connection: u32, mut page: Client) -> Client {
        let reached = page.socket.local_addr().unwrap().ip();
        let answer = self.offer(who, connection, reached, page.offer(1)).unwrap();
        page.take_answer(&answer);
        page.connect();
        self.notice(|notice| match notice {
            Notice::Connected { participant, .. } if *participant == who => Some(()),
            _ => None,
        });
        page
    }

    fn await_slots(&mut self, who: ParticipantId, count: usize) {
        self.notice(|notice| match notice {
            Notice::Slots { participant, slots, .. }
                if *participant == who && slots.len() == count =>
            {
                Some(())
            }
            _ => None,
        });
    }

    fn await_disconnected(&mut self, who: ParticipantId) -> LinkCause {
        self.notice(|notice| match notice {
            Notice::Disconnected { participant, cause, .. } if *participant == who => Some(*cause),
            _ => None,
        })
    }

    /// Moves the clock on; a datagram wakes the thread so that it sees.
    fn later(&self, seconds: u64, page: &Client) {
        self.ahead_us.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        page.socket.send_to(&[255], page.server.unwrap()).unwrap();
    }

    fn gauge(&self, name: &str, label: &str) -> f64 {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == name).expect("it is counted");
        family
            .get_metric()
            .iter()
            .filter(|metric| label.is_empty() || metric.get_label()[0].value() == label)
            .map(|metric| metric.get_gauge().get_value())
            .sum()
    }

    fn counted(&self, name: &str, label: &str) -> f64 {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == name).expect("it is counted");
        family
            .get_metric()
            .iter()
            .filter(|metric| label.is_empty() || metric.get_label()[0].value() == label)
            .map(|metric| metric.get_counter().get_value())
            .sum()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(sfu) = self.sfu.take() {
            sfu.stop();
        }
    }
}

fn local(ip: IpAddr, ufrag: &str) -> Client {
    Client::new(ip, ufrag)
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// Anna's voice reaches Ben: `count` packets from `first` on, each with its number as text.
fn talk(anna: &mut Client, ben: &mut Client, first: u32, count: u32) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for start in (first..first + count).step_by(16) {
        let end = (start + 16).min(first + count);
        for number in start..end {
            let low = u16::try_from(number & 0xFFFF).unwrap();
            anna.publish(low, &number.to_be_bytes());
        }
        while packets.len() < (end - first) as usize {
            let received = ben.until(|received| matches!(received, Received::Rtp(_)));
            if let Received::Rtp(packet) = received {
                packets.push(packet);
            }
        }
    }
    packets
}

fn voices_arrive(ip: IpAddr, gcm: bool, first: u32, count: u32) {
    let mut house = House::new(&config(&["0.0.0.0:0", "[::]:0"])).unwrap();
    house.grants(1, true);
    let page = |name| if gcm { local(ip, name) } else { local(ip, name).without_gcm() };
    let mut anna = house.join(ANNA, 1, page("anna"));
    let mut ben = house.join(BEN, 1, page("benn"));
    house.await_slots(BEN, 1);
    let packets = talk(&mut anna, &mut ben, first, count);
    for (number, packet) in (first..).zip(&packets) {
        assert_eq!(payload(packet), number.to_be_bytes(), "intact and in order");
        assert_eq!(ssrc(packet), ssrc(&packets[0]), "on one source");
    }
    for pair in packets.windows(2) {
        assert_eq!(sequence(&pair[1]), sequence(&pair[0]).wrapping_add(1), "without a gap");
    }
}

#[test]
fn voices_arrive_intact_over_the_wrap_of_both_counts() {
    voices_arrive(V4, true, 65_000, 66_500);
}

#[test]
fn voices_arrive_over_ipv6() {
    voices_arrive(V6, true, 65_500, 200);
}

#[test]
fn voices_arrive_at_a_page_without_gcm() {
    voices_arrive(V4, false, 65_500, 200);
}

#[test]
fn what_is_not_granted_does_not_arrive_and_comes_back_when_it_is() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 100, 64);
    house.grants(2, false);
    house.await_slots(BEN, 0);
    for number in 200..264 {
        anna.publish(number, b"must not be heard");
    }
    anna.drain();
    assert_eq!(ben.drain(), Vec::<Vec<u8>>::new());
    house.grants(3, true);
    house.await_slots(BEN, 1);
    let packets = talk(&mut anna, &mut ben, 300, 16);
    assert_eq!(payload(&packets[0]), 300_u32.to_be_bytes());
}

#[test]
fn a_lost_packet_is_sent_again_and_the_record_gets_each_once() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let packets = talk(&mut anna, &mut ben, 10, 32);
    // What was sent a moment ago may still be on its way and is not sent again yet.
    house.later(1, &ben);
    let lost = &packets[20];
    ben.nack(ssrc(lost), sequence(lost));
    let again = ben.until(|received| matches!(received, Received::Rtp(_)));
    assert_eq!(again, Received::Rtp(lost.clone()), "the same packet, byte for byte");
    let mut taped = Vec::new();
    while taped.len() < 32 {
        let next = house
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, house.tapes.recv()).await });
        let tape = next.expect("tape comes").expect("the room runs");
        assert_eq!(tape.hearing, HEARING);
        for item in &tape.items {
            if let TapeItem::Packet { track, start, end, .. } = item {
                assert_eq!(*track, VOICE);
                taped.push(tape.bytes[*start as usize..*end as usize].to_vec());
            }
        }
    }
    let spoken: Vec<Vec<u8>> = (10..42_u32).map(|number| number.to_be_bytes().to_vec()).collect();
    assert_eq!(taped, spoken);
    assert!(house.sfu.as_ref().unwrap().delay().packets >= 32);
}

#[test]
fn a_flood_of_garbage_changes_nothing() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let server = anna.server.unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let mut dice = 1_u64;
    for round in 0..200_u32 {
        for _ in 0..50 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut junk: Vec<u8> = dice.to_be_bytes().repeat(1 + (dice % 120) as usize);
            junk[0] = [0, 1, 22, 23, 128, 144, 200, 255][(dice >> 40) as usize % 8];
            stranger.send_to(&junk, server).unwrap();
            // From a proven address too: a broken page must not hurt the others.
            if dice.is_multiple_of(7) {
                ben.socket.send_to(&junk, server).unwrap();
            }
        }
        ben.check(Some("not the password of the server"));
        talk(&mut anna, &mut ben, 1_000 + round * 4, 4);
    }
    let mut answer = [0; 64];
    assert!(stranger.recv_from(&mut answer).is_err(), "strangers are never answered");
    let name = "assize_sfu_garbage_datagrams_total";
    for kind in ["unknown", "stun_malformed", "stun_forged", "dtls_stranger", "srtp_stranger"] {
        assert!(house.counted(name, kind) > 0.0, "{kind}");
    }
}

#[test]
fn a_page_that_never_shakes_hands_is_dropped_and_so_is_a_silent_one() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = local(V4, "benn");
    let answer = house.offer(BEN, 1, V4, ben.offer(1)).unwrap();
    ben.take_answer(&answer);
    ben.check(None);
    ben.until(|received| *received == Received::CheckAnswer);
    house.later(limits::CONSENT_WAIT.as_secs() + 1, &anna);
    assert_eq!(house.await_disconnected(ANNA), LinkCause::MediaSilent);
    house.later(limits::CONNECT_WAIT.as_secs(), &ben);
    assert_eq!(house.await_disconnected(BEN), LinkCause::MediaSilent);
}

#[test]
fn a_new_connection_takes_over_once_it_carries_media() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut old = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut old, &mut ben, 100, 16);
    let mut new = house.join(ANNA, 2, local(V4, "anna2"));
    talk(&mut old, &mut ben, 116, 16);
    new.publish(7, b"from the new one");
    let heard = ben.until(|received| matches!(received, Received::Rtp(_)));
    let Received::Rtp(packet) = heard else { unreachable!("it is RTP") };
    assert_eq!(payload(&packet), b"from the new one");
    house.later(1, &new);
    let start = StdInstant::now();
    while !old.closed {
        assert!(start.elapsed() < PATIENCE, "the old one is told good-bye");
        old.receive();
    }
    talk(&mut new, &mut ben, 8, 16);
}

#[test]
fn a_page_that_roams_is_followed() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 16);
    let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    elsewhere.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
    let before = std::mem::replace(&mut ben.socket, elsewhere);
    ben.check(None);
    ben.until(|received| *received == Received::CheckAnswer);
    talk(&mut anna, &mut ben, 17, 16);
    before.set_nonblocking(true).unwrap();
    let mut bytes = [0; 2_048];
    while let Ok((len, _)) = before.recv_from(&mut bytes) {
        assert!((192..=223).contains(&bytes[..len][1]), "no media goes to the old address");
    }
}

#[test]
fn an_ice_restart_gives_new_credentials_and_keeps_the_keys() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let first = talk(&mut anna, &mut ben, 1, 16);
    let same = house.offer(BEN, 1, V4, ben.offer(1)).unwrap();
    ben.ufrag = "restarted".to_owned();
    let other = house.offer(BEN, 1, V4, ben.offer(2)).unwrap();
    let line = |sdp: &str, key: &str| {
        sdp.lines().find(|line| line.starts_with(key)).map(str::to_owned).unwrap()
    };
    assert_ne!(line(&same, "a=ice-ufrag:"), line(&other, "a=ice-ufrag:"));
    assert_ne!(line(&same, "a=ice-pwd:"), line(&other, "a=ice-pwd:"));
    assert_eq!(line(&same, "a=ssrc:"), line(&other, "a=ssrc:"), "a slot keeps its source");
    assert_eq!(other.matches("\r\nm=").count(), 3, "a seat more");
    // The old credentials hold until the page uses the new ones.
    assert_eq!(ben.drain(), Vec::<Vec<u8>>::new());
    ben.take_answer(&other);
    let second = talk(&mut anna, &mut ben, 17, 16);
    assert_eq!(ssrc(&first[0]), ssrc(&second[0]));
    assert_eq!(sequence(&second[0]), sequence(&first[15]).wrapping_add(1));
}

#[test]
fn unusable_offers_are_refused_and_a_reloaded_page_starts_anew() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let junk = ("hello".to_owned(), Vec::new());
    assert_eq!(house.offer(ANNA, 1, V4, junk), Err(Refusal::OfferUnusable));
    let anna = house.join(ANNA, 5, local(V4, "anna"));
    let reloaded = house.join(ANNA, 1, local(V4, "annb"));
    house.order(Order::Drop { hearing: HEARING, participant: ANNA });
    let mut pages = [anna, reloaded];
    let start = StdInstant::now();
    for page in &mut pages {
        while !page.closed {
            assert!(start.elapsed() < PATIENCE, "both are told good-bye");
            page.receive();
        }
    }
    house.order(Order::Close { hearing: HEARING });
    let late = local(V4, "late");
    assert_eq!(house.offer(ANNA, 6, V4, late.offer(1)), Err(Refusal::NotFound));
}

#[test]
fn a_page_that_says_good_bye_is_gone_and_a_stopping_node_says_it_too() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let _ben = house.join(BEN, 1, local(V4, "benn"));
    anna.close();
    assert_eq!(house.await_disconnected(ANNA), LinkCause::PageClosed);
    house.sfu.take().unwrap().stop();
    assert_eq!(house.await_disconnected(BEN), LinkCause::NodeStopped);
}

#[test]
fn a_port_that_is_taken_is_told_plainly() {
    let house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let port = house.sfu.as_ref().unwrap().local_port();
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, port).into();
    let fault = House::new(&config(&[&address.to_string()])).err().expect("the port is taken");
    assert!(matches!(fault, SfuFault::PortTaken { kind: "UDP", address: told } if told == address));
    assert_eq!(
        fault.to_string(),
        format!(
            "UDP 127.0.0.1:{port} is taken by another program: stop it, or set another media port"
        )
    );
}

#[test]
fn hearings_spread_over_threads_and_each_has_its_port() {
    let threads = SfuConfig { threads: 2, ..config(&["127.0.0.1:0"]) };
    let mut house = House::new(&threads).unwrap();
    let ports = house.sfu.as_ref().unwrap().local_ports().to_vec();
    assert_eq!(ports.len(), 2);
    let first = local(V4, "anna");
    let answer = house.offer(ANNA, 1, V4, first.offer(1)).unwrap();
    assert!(answer.contains(&format!(" {} typ host", ports[0])));
    let other = HearingId(8);
    house.order(Order::Open { hearing: other });
    let (sdp, lines) = local(V4, "cara").offer(1);
    house.order(Order::Offer {
        hearing: other,
        participant: ParticipantId(9),
        request: 1_000,
        connection: 1,
        sdp: Private::new(sdp),
        form: OfferForm::Page,
        lines,
        reached: Private::new(V4),
    });
    let answer = house.notice(|notice| match notice {
        Notice::Answer { request: 1_000, sdp, .. } => Some(sdp.reveal().clone()),
        _ => None,
    });
    assert!(answer.contains(&format!(" {} typ host", ports[1])));
}

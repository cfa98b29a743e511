//! Pages that cannot send UDP, and pages whose path fails: ICE-TCP, the relay by every way, and
//! restarts led by the server.
//!
//! What is not here: pages with nothing but UDP (`main.rs`).

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use model::letters::{Notice, Order};
use model::stage::LinkCause;
use model::{HearingId, ParticipantId, limits};

use super::{ANNA, BEN, HEARING, House, V4, V6, config, local, talk};
use crate::client::{Client, PATIENCE, Received, payload, sequence, ssrc};
use crate::line::{Access, Relay, Stream, Way, framed};

/// How a page reaches the relay.
#[derive(Clone, Copy, Debug)]
enum By {
    Udp,
    Tcp,
    Tls,
}

impl House {
    /// The credential a page is told.
    fn credential(&self, who: ParticipantId) -> (String, String) {
        let maker = self.sfu.as_ref().unwrap().relay_maker();
        let relay = maker(HEARING, who, "court.example").remove(0);
        (relay.username.into_inner(), relay.credential.into_inner())
    }

    /// A TCP port whose streams are handed over as if they came out of TLS.
    fn tls_port(&self) -> SocketAddr {
        let door = self.sfu.as_ref().unwrap().stream_door();
        let _inside = self.runtime.enter();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let socket = tokio::net::TcpListener::from_std(socket).unwrap();
        self.runtime.spawn(async move {
            while let Ok((stream, remote)) = socket.accept().await {
                let local = stream.local_addr().unwrap();
                door.take(stream, sfu::Ends { remote, local, over_tls: true });
            }
        });
        address
    }

    fn relay(&self, by: By, who: ParticipantId, media: SocketAddr) -> Relay {
        let (username, password) = self.credential(who);
        let access = match by {
            By::Udp => {
                let socket = UdpSocket::bind((media.ip(), 0)).unwrap();
                socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
                Access::Udp(socket, media)
            }
            By::Tcp => Access::Tcp(Stream::connect(media)),
            By::Tls => Access::Tcp(Stream::connect(self.tls_port())),
        };
        Relay::new(access, &username, &password, media)
    }

    /// As `join`, by a line made once the answer is known.
    fn join_by(
        &mut self,
        who: ParticipantId,
        mut page: Client,
        line: impl FnOnce(&Self, &Client) -> Way,
    ) -> Client {
        let reached = page.socket.local_addr().unwrap().ip();
        let answer = self.offer(who, 1, reached, page.offer(1)).unwrap();
        page.take_answer(&answer);
        page.line = Some(line(self, &page));
        page.connect();
        page
    }

    fn await_path(&self, kind: &str, page: &mut Client) {
        let start = std::time::Instant::now();
        while self.gauge("assize_sfu_paths", kind) < 1.0 {
            assert!(start.elapsed() < PATIENCE, "a path is counted as {kind}");
            page.receive();
        }
    }
}

fn by_tcp(_: &House, page: &Client) -> Way {
    Way::Ice(Stream::connect(page.streams[0]))
}

/// Voices both to and from a page that is reached by `line`.
fn talks(house: &mut House, line: impl FnOnce(&House, &Client) -> Way) -> (Client, Client) {
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join_by(BEN, local(V4, "benn"), line);
    house.await_slots(BEN, 1);
    let packets = talk(&mut anna, &mut ben, 65_500, 200);
    for (number, packet) in (65_500_u32..).zip(&packets) {
        assert_eq!(payload(packet), number.to_be_bytes(), "intact and in order");
        assert_eq!(ssrc(packet), ssrc(&packets[0]));
    }
    (anna, ben)
}

#[test]
fn a_page_without_udp_hears_and_is_heard_by_tcp_on_the_same_port() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let (_anna, mut ben) = talks(&mut house, by_tcp);
    assert_eq!(ben.streams[0], ben.server(), "one port number for both");
    house.await_path("tcp", &mut ben);
    // And the other way: Anna comes by TCP, Ben by UDP.
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join_by(ANNA, local(V4, "anna"), by_tcp);
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 200);
}

#[test]
fn a_page_without_udp_hears_by_tcp_over_ipv6() {
    let mut house = House::new(&config(&["0.0.0.0:0", "[::]:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join_by(BEN, local(V6, "benn"), by_tcp);
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 100);
}

#[test]
fn a_page_hears_through_the_relay_by_every_way() {
    for (by, kind) in [(By::Udp, "turn_udp"), (By::Tcp, "turn_tcp"), (By::Tls, "turn_tls")] {
        for channel in [false, true] {
            let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
            let (_anna, mut ben) = talks(&mut house, |house, page| {
                let relay = house.relay(by, BEN, page.server());
                Way::Relay(Box::new(if channel { relay.bound() } else { relay.open() }))
            });
            house.await_path(kind, &mut ben);
        }
    }
}

#[test]
fn a_page_hears_through_the_relay_over_ipv6() {
    for by in [By::Udp, By::Tcp] {
        for channel in [false, true] {
            let mut house = House::new(&config(&["0.0.0.0:0", "[::]:0"])).unwrap();
            house.grants(1, true);
            let mut anna = house.join(ANNA, 1, local(V4, "anna"));
            let mut ben = house.join_by(BEN, local(V6, "benn"), |house, page| {
                let relay = house.relay(by, BEN, page.server());
                let relay = if channel { relay.bound() } else { relay.open() };
                assert!(relay.relayed.is_some_and(|relayed| relayed.is_ipv6()));
                Way::Relay(Box::new(relay))
            });
            house.await_slots(BEN, 1);
            let packets = talk(&mut anna, &mut ben, 65_500, 100);
            for (number, packet) in (65_500_u32..).zip(&packets) {
                assert_eq!(payload(packet), number.to_be_bytes(), "{by:?}");
            }
        }
    }
}

#[test]
fn streams_find_the_thread_of_their_hearing() {
    let threads = sfu::SfuConfig { threads: 3, ..config(&["127.0.0.1:0"]) };
    let mut house = House::new(&threads).unwrap();
    // Other hearings fill the first threads.
    for other in [20, 21, 22, 23] {
        house.order(Order::Open { hearing: HearingId(other) });
    }
    house.grants(1, true);
    let mut anna = house.join_by(ANNA, local(V4, "anna"), by_tcp);
    let mut ben = house.join_by(BEN, local(V4, "benn"), |house, page| {
        let tcp = Stream::connect(page.streams[0]);
        let (username, password) = house.credential(BEN);
        let relay = Relay::new(Access::Tcp(tcp), &username, &password, page.server());
        Way::Relay(Box::new(relay.bound()))
    });
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 100);
}

#[test]
fn wrong_old_and_foreign_credentials_open_nothing() {
    let house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let port = house.sfu.as_ref().unwrap().local_port();
    let media = SocketAddr::from(([127, 0, 0, 1], port));
    let (username, password) = house.credential(BEN);
    let other = house.credential(ANNA);
    for by in [By::Udp, By::Tcp, By::Tls] {
        for (username, password) in [
            (username.as_str(), "wrong"),
            (other.0.as_str(), password.as_str()),
            ("1:7-2", password.as_str()),
            ("nobody", "nothing"),
            ("9999999999:7-2", "x"),
        ] {
            let mut relay = house.relay(by, BEN, media);
            (relay.username, relay.password) = (username.to_owned(), password.to_owned());
            assert_eq!(relay.allocate(), 401);
            assert_eq!(relay.allocate(), 401, "{username}");
            assert_eq!(relay.permit(media), 401, "{username}");
        }
        let mut relay = house.relay(by, BEN, media).open();
        (relay.username, relay.password) = other.clone();
        assert_eq!(relay.permit(media), 441, "an allocation stays its owner's");
        assert_eq!(relay.refresh(600), 441);
    }
}

#[test]
fn nothing_but_this_server_is_relayed_to() {
    let house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let port = house.sfu.as_ref().unwrap().local_port();
    let media = SocketAddr::from(([127, 0, 0, 1], port));
    let victim = UdpSocket::bind("127.0.0.1:0").unwrap();
    victim.set_nonblocking(true).unwrap();
    for by in [By::Udp, By::Tcp] {
        let mut relay = house.relay(by, BEN, media).open();
        for foreign in ["203.0.113.5:53", "10.9.8.7:8443", "0.0.0.0:1", "255.255.255.255:9"] {
            let foreign = foreign.parse().unwrap();
            assert_eq!(relay.permit(foreign), 403, "{foreign}");
            assert_eq!(relay.bind(0x4002, foreign), 403, "{foreign}");
        }
        assert_eq!(relay.permit("[2001:db8::1]:1".parse().unwrap()), 443);
        assert_eq!(relay.bind(0x3FFF, media), 400);
        assert_eq!(relay.bind(0x5000, media), 400);
        // The address is this machine's, the port is somebody else's.
        relay.peer = victim.local_addr().unwrap();
        relay.send(b"not to be delivered");
        assert_eq!(relay.refresh(0), 0);
        assert_eq!(relay.refresh(600), 437, "given back");
        let mut bytes = [0; 64];
        assert!(victim.recv_from(&mut bytes).is_err(), "nothing leaves this server");
    }
}

#[test]
fn relayed_addresses_are_unique_and_nobodys() {
    let house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let port = house.sfu.as_ref().unwrap().local_port();
    let media = SocketAddr::from(([127, 0, 0, 1], port));
    let mut seen = std::collections::BTreeSet::new();
    let mut kept = Vec::new();
    for round in 0..40 {
        let mut relay = house.relay(By::Udp, ParticipantId(round % 5), media).open();
        let relayed = relay.relayed.unwrap();
        assert!(seen.insert(relayed), "{relayed}");
        assert_eq!(relay.allocate(), 437, "one for each client");
        let std::net::IpAddr::V4(ip) = relayed.ip() else { panic!("IPv4 is served") };
        assert!(ip.octets()[0] >= 240);
        kept.push(relay);
    }
    // A client that has all it may have is told so.
    let mut more = 0;
    let refused = loop {
        let mut relay = house.relay(By::Udp, ParticipantId(0), media);
        relay.allocate();
        match relay.allocate() {
            0 => more += 1,
            code => break code,
        }
        kept.push(relay);
    };
    assert_eq!((refused, more), (486, 8));
}

#[test]
fn unauthenticated_datagrams_are_never_answered_with_more_bytes() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let server = anna.server();
    let stranger = UdpSocket::bind("127.0.0.2:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let cookie = [0x21, 0x12, 0xA4, 0x42];
    let (mut sent, mut answered) = (0, 0);
    let mut bytes = [0; 2_048];
    for round in 0..700_u32 {
        for kind in [0x0003_u16, 0x0004, 0x0008, 0x0009, 0x0001, 0x0016] {
            let mut request = kind.to_be_bytes().to_vec();
            request.extend_from_slice(&[0, 8]);
            request.extend_from_slice(&cookie);
            request.extend_from_slice(&[0; 8]);
            request.extend_from_slice(&round.to_be_bytes());
            request.extend_from_slice(&[0, 0x19, 0, 4, 17, 0, 0, 0]);
            stranger.send_to(&request, server).unwrap();
            sent += request.len();
        }
        if round % 20 == 0 {
            talk(&mut anna, &mut ben, 1_000 + round, 4);
        }
        while let Ok((len, _)) = stranger.recv_from(&mut bytes) {
            answered += len;
        }
    }
    ben.drain();
    while let Ok((len, _)) = stranger.recv_from(&mut bytes) {
        answered += len;
    }
    assert!(answered <= sent, "{answered} bytes for {sent}");
    assert!(answered > 0, "a client that asks again is answered");
    let name = "assize_sfu_garbage_datagrams_total";
    assert!(house.counted(name, "source_too_fast") > 0.0, "work for a source has an end");
}

#[test]
fn streams_that_prove_nothing_are_closed() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let (mut anna, mut ben) = talks(&mut house, by_tcp);
    let at = ben.streams[0];
    let mut forged = local(V4, "mallory");
    let answer = house.offer(ParticipantId(9), 1, V4, forged.offer(1)).unwrap();
    forged.take_answer(&answer);
    forged.line = Some(by_tcp(&house, &forged));
    forged.check(Some("not the password"));
    let long = framed(&[0; 5_000]);
    let mut streams: Vec<Stream> = Vec::new();
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xFF; 64], &[0, 20, 0, 1, 0, 0], &[], &long] {
        let mut stream = Stream::connect(at);
        stream.send(bytes);
        streams.push(stream);
    }
    talk(&mut anna, &mut ben, 1_000, 16);
    for mut stream in streams {
        assert!(stream.is_closed());
    }
    let Some(Way::Ice(stream)) = &mut forged.line else { panic!("it came by TCP") };
    house.ahead_us.fetch_add(6_000_000, std::sync::atomic::Ordering::SeqCst);
    anna.socket.send_to(&[255], anna.server()).unwrap();
    assert!(stream.is_closed(), "a check with a wrong password proves nothing");
    talk(&mut anna, &mut ben, 2_000, 16);
}

#[test]
fn a_thousand_half_open_streams_leave_room_for_others() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let at = anna.streams[0];
    let socket = |_| {
        let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        raw.bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into()).unwrap();
        raw.connect(&at.into()).unwrap();
        raw
    };
    let half_open: Vec<socket2::Socket> = (0..1_000).map(socket).collect();
    let mut ben = house.join_by(BEN, local(V4, "benn"), by_tcp);
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 64);
    assert!(house.counted("assize_sfu_streams_ended_total", "full") > 0.0);
    drop(half_open);
}

#[test]
fn who_stops_reading_loses_packets_and_nobody_else_does() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let _ben = house.join_by(BEN, local(V4, "benn"), by_tcp);
    house.await_slots(BEN, 1);
    let name = "assize_sfu_packets_unsent_total";
    let mut number = 0_u16;
    let start = std::time::Instant::now();
    while house.counted(name, "stream_full") == 0.0 {
        assert!(start.elapsed() < PATIENCE, "packets are dropped in the end");
        for _ in 0..64 {
            number = number.wrapping_add(1);
            anna.publish(number, &[7; 1_100]);
        }
        anna.check(None);
        anna.until(|received| *received == Received::CheckAnswer);
    }
    assert!(house.gauge("assize_sfu_streams", "") > 0.0, "it has not been closed");
}

#[test]
fn a_page_that_moves_from_udp_to_tcp_and_back_is_followed() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let first = talk(&mut anna, &mut ben, 1, 32);
    ben.line = Some(by_tcp(&house, &ben));
    ben.check(None);
    ben.until(|received| *received == Received::CheckAnswer);
    let second = talk(&mut anna, &mut ben, 33, 32);
    // The stream breaks: the page is asked for a restart at once, and is found by UDP again.
    ben.line = None;
    await_faltering(&mut house, BEN);
    ben.check(None);
    ben.until(|received| *received == Received::CheckAnswer);
    let third = talk(&mut anna, &mut ben, 65, 32);
    assert_eq!(ssrc(&first[0]), ssrc(&third[0]));
    assert_eq!(sequence(&second[0]), sequence(&first[31]).wrapping_add(1));
    assert_eq!(sequence(&third[0]), sequence(&second[31]).wrapping_add(1));
}

/// The next `Faltering` of somebody.
fn await_faltering(house: &mut House, who: ParticipantId) {
    house.notice(|notice| match notice {
        Notice::Faltering { participant, .. } if *participant == who => Some(()),
        _ => None,
    });
}

#[test]
fn a_page_that_is_not_heard_of_is_asked_again_and_again_for_another_path() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    for wait in [limits::FALTER_WAIT_IDLE, limits::FALTER_WAIT, limits::FALTER_WAIT] {
        house.later(wait.as_secs(), &anna);
        await_faltering(&mut house, ANNA);
    }
    anna.drain();
    house.later(limits::CONSENT_WAIT.as_secs(), &anna);
    assert_eq!(house.await_disconnected(ANNA), LinkCause::MediaSilent);
}

#[test]
fn who_was_heard_talking_is_missed_sooner_than_who_only_listens() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 16);
    // Whose checks come every five seconds, and nothing else, is where it should be (RFC 7675 §5.1).
    for _ in 0..3 {
        house.later(limits::FALTER_WAIT_IDLE.as_secs() - 2, &ben);
        ben.check(None);
        ben.until(|received| *received == Received::CheckAnswer);
        // Who talked and is silent is asked in every round; that is how a round is known to be over.
        let asked = house.notice(|notice| match notice {
            Notice::Faltering { participant, .. } | Notice::Disconnected { participant, .. } => {
                Some(*participant)
            }
            _ => None,
        });
        assert_eq!(asked, ANNA);
    }
}

#[test]
fn a_page_whose_checks_come_and_whose_voice_does_not_is_asked_for_another_path() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    talk(&mut anna, &mut ben, 1, 16);
    for _ in 0..6 {
        anna.check(None);
        house.later(2, &anna);
        anna.until(|received| *received == Received::CheckAnswer);
    }
    await_faltering(&mut house, ANNA);
}

#[test]
fn a_restart_while_media_flows_loses_nothing() {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let mut anna = house.join(ANNA, 1, local(V4, "anna"));
    let mut ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    let mut packets = talk(&mut anna, &mut ben, 1, 32);
    ben.ufrag = "ben2".to_owned();
    let answer = house.offer(BEN, 1, V4, ben.offer(1)).unwrap();
    // The old path goes on while the new one is not yet proven.
    packets.extend(talk(&mut anna, &mut ben, 33, 32));
    ben.take_answer(&answer);
    packets.extend(talk(&mut anna, &mut ben, 65, 16));
    ben.line = Some(by_tcp(&house, &ben));
    ben.check(None);
    ben.until(|received| *received == Received::CheckAnswer);
    packets.extend(talk(&mut anna, &mut ben, 81, 32));
    for (number, packet) in (1_u32..).zip(&packets) {
        assert_eq!(payload(packet), number.to_be_bytes());
        assert_eq!(ssrc(packet), ssrc(&packets[0]), "a subscriber keeps its sources");
    }
    for pair in packets.windows(2) {
        assert_eq!(sequence(&pair[1]), sequence(&pair[0]).wrapping_add(1), "nothing is lost");
    }
}

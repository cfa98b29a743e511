//! Links that break, half break, or never come to be, while a hearing goes on.
//!
//! What is not here: what people do wrong.

use std::net::UdpSocket;

use protocol::ServerMessage;
use rtc::stun::attributes::ATTR_USERNAME;
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, Message, TransactionId};
use rtc::stun::textattrs::TextAttribute;

use crate::house::{DEADLINE, House, Page, until};

#[tokio::test]
async fn a_vanished_publisher_is_noted_and_the_others_go_on() {
    let house = House::open().await;
    let (mut judge, plaintiff, mut defendant) = house.open_hearing().await;
    let (_, gone) = house.seat("plaintiff");
    let (_, stays) = house.seat("defendant");
    plaintiff.kill().await;
    judge.must(&format!("until:offline:p{gone}")).await;
    defendant.must(&format!("until:deaf:p{gone}")).await;
    judge.must(&format!("until:hears:p{stays}")).await;
    until("the lost link stands in the ledger", || {
        let ledger = serde_json::to_string(&house.ledger()).expect("JSON");
        ledger.contains("link_lost").then_some(())
    })
    .await;
    judge.kill().await;
    defendant.kill().await;
}

#[tokio::test]
async fn media_lives_without_the_socket_and_the_socket_without_media() {
    let house = House::open().await;
    let (mut judge, mut plaintiff, mut defendant) = house.open_hearing().await;
    let (_, seat) = house.seat("plaintiff");
    let hears = format!("until:hears:p{seat}");

    plaintiff.must("drop-socket").await;
    judge.must(&format!("until:offline:p{seat}")).await;
    defendant.must(&hears).await;
    plaintiff.must("reconnect").await;
    judge.must(&format!("until:online:p{seat}")).await;
    defendant.must(&hears).await;

    plaintiff.must("drop-media").await;
    defendant.must(&format!("until:deaf:p{seat}")).await;
    judge.must(&format!("until:online:p{seat}")).await;
    plaintiff.must("hand-up").await;
    plaintiff.must("offer").await;
    plaintiff.must("until:connected").await;
    defendant.must(&hears).await;
    defendant.must(&format!("until:sees:p{seat}")).await;

    plaintiff.must("restart-ice").await;
    defendant.must(&hears).await;

    plaintiff.must("reload").await;
    plaintiff.must("until:connected").await;
    plaintiff.must("until:in_hearing").await;
    defendant.must(&hears).await;
    defendant.must(&format!("until:sees:p{seat}")).await;
    let (_, other) = house.seat("defendant");
    plaintiff.must(&format!("until:hears:p{other}")).await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

/// Datagrams of a flood; many times what a hearing of three sends in the same time.
const FLOOD: u32 = 60_000;
/// Growth of the server's memory that a flood may cause, KiB.
const GROWTH_KIB_MAX: u64 = 64 * 1024;

#[tokio::test]
async fn garbage_and_floods_do_not_stop_a_hearing() {
    let mut house = House::open().await;
    let (mut judge, plaintiff, mut defendant) = house.open_hearing().await;
    let (_, seat) = house.seat("plaintiff");
    judge.must(&format!("until:hears:p{seat}")).await;
    let before = resident_kib(house.pid());
    let target = ("127.0.0.1", house.media_port());
    let flood = tokio::task::spawn_blocking(move || {
        let sockets: Vec<UdpSocket> =
            (0..8).map(|_| UdpSocket::bind("127.0.0.1:0").expect("a socket")).collect();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for number in 0..FLOOD {
            let mut datagram = [0_u8; 1_200];
            for eight in datagram.chunks_mut(8) {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                eight.copy_from_slice(&state.to_be_bytes());
            }
            // STUN, DTLS, RTP, RTCP and what nobody knows (RFC 7983 §7).
            datagram[0] = [0x00, 0x16, 0x80, 0x80, 0xC8][number as usize % 5];
            if number % 5 == 0 {
                datagram[..8].copy_from_slice(&[0, 1, 4, 0x9C, 0x21, 0x12, 0xA4, 0x42]);
            }
            let length = [1_200, 20, 1, 60][number as usize % 4];
            let socket = &sockets[number as usize % 8];
            // A full buffer of the receiver is no fault of the sender.
            if socket.send_to(&datagram[..length], target).is_err() {
                continue;
            }
        }
    });
    judge.must(&format!("until:hears:p{seat}")).await;
    flood.await.expect("the flood ends");
    judge.must(&format!("until:hears:p{seat}")).await;
    defendant.must(&format!("until:sees:p{seat}")).await;
    judge.must("until:rolling").await;
    assert!(house.is_running());
    let after = resident_kib(house.pid());
    assert!(after < before + GROWTH_KIB_MAX, "{before} KiB before, {after} KiB after");
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a resident size");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test]
async fn a_page_that_never_connects_takes_nothing_from_the_others() {
    let house = House::open().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    let (_, seat) = house.seat("plaintiff");
    let mut client = house.client();
    assert_eq!(client.join(&house.seat("gallery").0).await.status, 200);
    let mut page = client.page(house.hearing()).await;
    for connection in 1..15 {
        page.offer(connection, OFFER).await;
        answer(&mut page).await;
    }
    // The next one proves its path, then talks nonsense where the handshake should be.
    page.offer(15, OFFER).await;
    let sdp = answer(&mut page).await;
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(("127.0.0.1", house.media_port())).expect("a target");
    let heard = tokio::task::spawn_blocking(move || {
        socket.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        socket.send(&check(&sdp)).expect("it is sent");
        let mut answer = [0_u8; 1_500];
        let bytes = socket.recv(&mut answer).expect("the check is answered");
        for length in [13, 60, 300, 1_200] {
            let mut record = vec![0xA5_u8; length];
            // A handshake record of DTLS 1.2 (RFC 6347 §4.1) that claims more than it has.
            record[..13].copy_from_slice(&[22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF]);
            socket.send(&record).expect("it is sent");
        }
        answer[..bytes].to_vec()
    });
    let heard = heard.await.expect("the answer is read");
    assert_eq!(heard[..2], [0x01, 0x01], "a success response (RFC 8489 §5)");
    judge.must(&format!("until:hears:p{seat}")).await;
    judge.must(&format!("until:sees:p{seat}")).await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

async fn answer(page: &mut Page) -> String {
    loop {
        let message = page.next().await.expect("the socket stays open");
        assert!(!matches!(message, ServerMessage::Outcome { .. }), "{message:?}");
        if let ServerMessage::Answer { sdp, .. } = message {
            return sdp.into_inner();
        }
    }
}

/// A connectivity check of the page of [`OFFER`] against the answer it got.
fn check(answer: &str) -> Vec<u8> {
    let value = |key: &str| {
        let line = answer.lines().find_map(|line| line.strip_prefix(key));
        line.expect("the answer has it").trim().to_owned()
    };
    let provider = rtc::crypto::default_provider().expect("a crypto provider");
    let username = format!("{}:never", value("a=ice-ufrag:"));
    let password = value("a=ice-pwd:");
    let crypto = provider.crypto();
    let mut message = Message::new();
    let built = message.build(&[
        Box::new(BINDING_REQUEST),
        Box::new(TransactionId::new()),
        Box::new(TextAttribute::new(ATTR_USERNAME, username)),
        Box::new(MessageIntegrity::new_short_term_integrity_with_provider(password, crypto)),
        Box::new(FINGERPRINT),
    ]);
    built.expect("a check can be built");
    message.raw
}

/// An offer of a page that will never send a datagram.
const OFFER: &str = "v=0\r\no=- 4611732311 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
a=group:BUNDLE 0\r\na=msid-semantic: WMS\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:never\r\n\
a=ice-pwd:nevernevernevernevernever\r\na=ice-options:trickle\r\n\
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:\
88:99:AA:BB:CC:DD:EE:FF\r\na=setup:actpass\r\na=mid:0\r\n\
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=recvonly\r\na=rtcp-mux\r\n\
a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n";

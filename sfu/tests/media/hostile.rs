//! Peers that send again what was sent, forge what they cannot seal, and begin handshakes without
//! end: nobody else notices, and everything is counted.
//!
//! What is not here: garbage without form (`main.rs`), streams and relays (`reach.rs`).

use std::net::UdpSocket;

use model::letters::{Tape, TapeItem};
use model::{ParticipantId, limits};
use tokio::sync::mpsc;

use super::{ANNA, BEN, House, V4, VOICE, config, local, talk};
use crate::client::{Client, PATIENCE, Received, payload};

const GARBAGE: &str = "assize_sfu_garbage_datagrams_total";

/// Voices of Anna at Ben.
fn two() -> (House, Client, Client) {
    let mut house = House::new(&config(&["127.0.0.1:0"])).unwrap();
    house.grants(1, true);
    let anna = house.join(ANNA, 1, local(V4, "anna"));
    let ben = house.join(BEN, 1, local(V4, "benn"));
    house.await_slots(BEN, 1);
    (house, anna, ben)
}

#[test]
fn what_is_sent_again_arrives_once_and_is_taped_once() {
    let (mut house, mut anna, mut ben) = two();
    let mut sealed = Vec::new();
    for number in 1..=64_u16 {
        sealed.push(anna.seal(number, &number.to_be_bytes()));
    }
    for round in 0..4 {
        for packet in &sealed {
            anna.send(packet);
        }
        // From elsewhere it is nobody's.
        let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
        for packet in &sealed {
            stranger.send_to(packet, anna.server()).unwrap();
        }
        anna.check(None);
        anna.until(|received| *received == Received::CheckAnswer);
        let heard: Vec<Vec<u8>> = ben.drain().iter().map(|one| payload(one).to_vec()).collect();
        let expected: Vec<Vec<u8>> = (1..=64_u16).map(|one| one.to_be_bytes().to_vec()).collect();
        assert_eq!(heard, if round == 0 { expected } else { Vec::new() }, "round {round}");
    }
    assert_eq!(house.counted(GARBAGE, "srtp_replayed"), 3.0 * 64.0);
    assert_eq!(house.counted(GARBAGE, "srtp_stranger"), 4.0 * 64.0);
    house.sfu.take().unwrap().stop();
    let mut voices = 0;
    let next = async |tapes: &mut mpsc::Receiver<Tape>| {
        tokio::time::timeout(PATIENCE, tapes.recv()).await.expect("the room has ended")
    };
    while let Some(tape) = house.runtime.block_on(next(&mut house.tapes)) {
        let voice =
            |item: &&TapeItem| matches!(item, TapeItem::Packet { track, .. } if *track == VOICE);
        voices += tape.items.iter().filter(voice).count();
    }
    assert_eq!(voices, 64, "on the record each once");
}

#[test]
fn what_is_forged_reaches_nobody_and_takes_nothing_from_what_is_genuine() {
    let (house, mut anna, mut ben) = two();
    talk(&mut anna, &mut ben, 1, 16);
    let mut forged = 0_u32;
    for number in 17..=80_u16 {
        let genuine = anna.seal(number, &number.to_be_bytes());
        // The tag, the text, the number (ahead of its time), the source, the header's extension.
        for (place, bit) in [(genuine.len() - 1, 1), (21, 0x80), (2, 0x10), (11, 2), (18, 1)] {
            let mut wrong = genuine.clone();
            wrong[place] ^= bit;
            anna.send(&wrong);
            forged += 1;
        }
        anna.send(&genuine);
        let received = ben.until(|received| matches!(received, Received::Rtp(_)));
        let Received::Rtp(packet) = received else { unreachable!("only those were waited for") };
        assert_eq!(payload(&packet), number.to_be_bytes(), "the genuine one, in its place");
    }
    // Control that is forged says nothing either: nobody asks anything again.
    let mut nack = ben.seal_nack(0x0A0B_0C0D, 20);
    let last = nack.len() - 10;
    nack[last] ^= 1;
    ben.send(&nack);
    assert_eq!(ben.drain(), Vec::<Vec<u8>>::new());
    let counted = house.counted(GARBAGE, "srtp_forged");
    assert_eq!(counted, f64::from(forged + 1), "each is counted for what it is");
}

#[test]
fn a_thousand_half_open_handshakes_leave_room_for_others() {
    let (mut house, mut anna, mut ben) = two();
    // Strangers: a hello without a check is not even read.
    let strangers: Vec<UdpSocket> =
        (0..100).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let hello = [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for stranger in strangers.iter().cycle().take(1_000) {
        stranger.send_to(&hello, anna.server()).unwrap();
    }
    // Seats that prove their path, begin, and then say nothing more.
    let first = local(V4, "none");
    let mut half_open: Vec<Client> = Vec::new();
    for number in 0..1_000_u32 {
        let mut page = first.another(&format!("n{number:05}"));
        let who = ParticipantId(100 + number);
        let answer = house.offer(who, 1, V4, page.offer(1)).unwrap();
        page.take_answer(&answer);
        page.half_open();
        half_open.push(page);
        if number % 100 == 0 {
            talk(&mut anna, &mut ben, 1_000 + number, 4);
        }
    }
    assert!(house.counted(GARBAGE, "dtls_stranger") >= 1_000.0);
    assert!(house.gauge("assize_sfu_connections", "connecting") >= 1_000.0);
    assert!(half_open.len() < limits::CONNECTIONS_MAX, "there is room for more");
    let start = std::time::Instant::now();
    let mut third = house.join(ParticipantId(3), 1, local(V4, "third"));
    assert!(start.elapsed() < PATIENCE, "whoever means it comes in");
    third.drain();
    talk(&mut anna, &mut ben, 3_000, 64);
}

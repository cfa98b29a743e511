//! `str0m` as a client of the real server: two of them join a hearing by the front door, publish
//! sound and picture, and are given each other's, to the byte.
//!
//! What is not here: the load, whose client is another one (`station.rs`). The binary is named by
//! `ASSIZE_BINARY`.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::assize::Assize;
use crate::media::Film;
use crate::page::Page;
use crate::run::Load;

const PATIENCE: Duration = Duration::from_secs(60);
const SOUND_EVERY: Duration = Duration::from_millis(20);
const PICTURE_EVERY: Duration = Duration::from_millis(33);
/// Bytes of a picture: several packets.
const PICTURE_BYTES: usize = 3_000;

/// What came from the other.
#[derive(Default)]
struct Came {
    sounds: BTreeSet<u32>,
    pictures: BTreeSet<u32>,
    began_with_key: Option<bool>,
    foreign: usize,
}

struct Guest {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    /// Microphone and camera; the seat's sound and picture.
    lines: [Mid; 4],
    film: Film,
    mark: u8,
    up: bool,
    sent: [u32; 2],
    due: [Instant; 2],
    /// Number of the picture at which the film began anew.
    film_at: u32,
    came: Came,
}

/// A frame with a mark of who sent it and which it was at its end, where decoders do not read.
fn marked(frame: &[u8], bytes: usize, mark: u8, number: u32) -> Vec<u8> {
    let mut frame = frame.to_vec();
    frame.resize(bytes, 0);
    frame[bytes - 5] = mark;
    frame[bytes - 4..].copy_from_slice(&number.to_be_bytes());
    frame
}

impl Guest {
    fn new(mark: u8) -> (Self, String, SdpPendingOffer) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let local = socket.local_addr().unwrap();
        let now = Instant::now();
        let mut rtc = Rtc::builder().build(now);
        rtc.add_local_candidate(Candidate::host(local, "udp").unwrap());
        let mut api = rtc.sdp_api();
        let mut line = |kind, direction| api.add_media(kind, direction, None, None, None);
        let lines = [
            line(MediaKind::Audio, Direction::SendOnly),
            line(MediaKind::Video, Direction::SendOnly),
            line(MediaKind::Audio, Direction::RecvOnly),
            line(MediaKind::Video, Direction::RecvOnly),
        ];
        let (offer, pending) = api.apply().unwrap();
        let (film, came) = (Film::new(), Came::default());
        let guest = Self {
            rtc,
            socket,
            local,
            lines,
            film,
            mark,
            up: false,
            sent: [0; 2],
            due: [now; 2],
            film_at: 0,
            came,
        };
        (guest, offer.to_sdp_string(), pending)
    }

    fn purposes(&self) -> Value {
        let [voice, face, sound, picture] = self.lines.map(|mid| mid.to_string());
        let seat = |medium: &str| json!({"for": "seat", "slot": 0, "medium": medium});
        json!([
            {"mid": voice, "purpose": {"for": "publish", "kind": "microphone"}},
            {"mid": face, "purpose": {"for": "publish", "kind": "camera"}},
            {"mid": sound, "purpose": seat("sound")},
            {"mid": picture, "purpose": seat("picture")},
        ])
    }

    fn sound(&self, number: u32) -> Vec<u8> {
        marked(&[0xFB, 0x41, 75, 0xFF, 0xFE], 80, self.mark, number)
    }

    fn picture(&self, number: u32) -> Vec<u8> {
        let frame = self.film.frame((number - self.film_at) as usize);
        marked(frame, PICTURE_BYTES, self.mark, number)
    }

    /// One round: sends what there is to send and is due, takes what came.
    fn step(&mut self) {
        self.drain();
        let now = Instant::now();
        for (place, every) in [SOUND_EVERY, PICTURE_EVERY].into_iter().enumerate() {
            if self.up && self.due[place] <= now {
                self.due[place] += every;
                self.write(place, now);
                self.drain();
            }
        }
        let mut bytes = [0; 2_000];
        let input = match self.socket.recv_from(&mut bytes) {
            Ok((len, from)) => Receive::new(Protocol::Udp, from, self.local, &bytes[..len])
                .ok()
                .map(|receive| Input::Receive(Instant::now(), receive)),
            Err(_) => None,
        };
        self.rtc.handle_input(input.unwrap_or(Input::Timeout(Instant::now()))).unwrap();
    }

    fn write(&mut self, place: usize, now: Instant) {
        let number = self.sent[place];
        self.sent[place] += 1;
        let (codec, data, at) = if place == 0 {
            let at =
                MediaTime::new(u64::from(number) * 960, str0m::media::Frequency::FORTY_EIGHT_KHZ);
            (Codec::Opus, self.sound(number), at)
        } else {
            let at = MediaTime::from_90khz(u64::from(number) * 2_970);
            (Codec::Vp8, self.picture(number), at)
        };
        let Some(writer) = self.rtc.writer(self.lines[place]) else { return };
        let pt = writer.payload_params().find(|params| params.spec().codec == codec).unwrap().pt();
        writer.write(pt, now, at, data).unwrap();
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                // A full kernel loses the packet, as any network may.
                Output::Transmit(out) => {
                    drop(self.socket.send_to(&out.contents, out.destination));
                }
                Output::Event(Event::Connected) => {
                    self.up = true;
                    self.due = [Instant::now(); 2];
                }
                Output::Event(Event::MediaData(data)) => self.take(&data),
                Output::Event(Event::KeyframeRequest(_)) => self.film_at = self.sent[1],
                Output::Event(_) => (),
            }
        }
    }

    fn take(&mut self, data: &MediaData) {
        let (bytes, other) = (&data.data[..], b'a' + b'b' - self.mark);
        let Some((head, number)) = bytes.split_last_chunk::<4>() else { return };
        let number = u32::from_be_bytes(*number);
        if head.last() != Some(&other) {
            self.came.foreign += 1;
        } else if data.mid == self.lines[2] {
            self.came.foreign += usize::from(bytes.len() != 80);
            self.came.sounds.insert(number);
        } else {
            self.came.began_with_key.get_or_insert(data.is_keyframe());
            self.came.foreign += usize::from(bytes.len() != PICTURE_BYTES);
            self.came.pictures.insert(number);
        }
    }

    async fn enter(&mut self, page: &Page, offer: &str, pending: SdpPendingOffer) {
        let lines = self.purposes();
        let message = json!({"type": "offer", "connection": 1, "sdp": offer, "lines": lines});
        let answer = page.ask(message).await.unwrap();
        let answer = SdpAnswer::from_sdp_string(answer["sdp"].as_str().unwrap()).unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        let purpose = json!({"for": "seat", "slot": 0, "medium": "picture"});
        let tile = json!({"purpose": purpose, "width": 640, "height": 360});
        page.tell(json!({"type": "tiles", "tiles": [tile]})).await;
        let on = json!(["microphone", "camera"]);
        page.ask(json!({"type": "ask", "ask": {"do": "devices", "on": on}})).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_peers_of_str0m_hear_and_see_each_other() {
    let binary = std::env::var_os("ASSIZE_BINARY").map(PathBuf::from);
    let binary = binary.expect("ASSIZE_BINARY names the server");
    let server = Assize::admit(&binary, Load::plain(1, 2), "").await.unwrap();
    let mut guests = Vec::new();
    for (person, mark) in [(0, b'a'), (1, b'b')] {
        let (mut guest, offer, pending) = Guest::new(mark);
        guest.enter(server.seat_of(0, person).0, &offer, pending).await;
        guests.push(guest);
    }
    let start = Instant::now();
    let served = |guest: &Guest| guest.came.sounds.len() > 150 && guest.came.pictures.len() > 90;
    while !guests.iter().all(served) {
        guests.iter_mut().for_each(Guest::step);
        let came = |guest: &Guest| (guest.came.sounds.len(), guest.came.pictures.len());
        let all: Vec<_> = guests.iter().map(came).collect();
        assert!(start.elapsed() < PATIENCE, "sounds and pictures that came: {all:?}");
    }
    for guest in &guests {
        let Came { sounds, pictures, began_with_key, foreign } = &guest.came;
        assert_eq!(*foreign, 0, "what came was sent by the other, to the byte");
        assert_eq!(*began_with_key, Some(true), "pictures begin where a decoder can");
        for came in [sounds, pictures] {
            let span = came.last().unwrap() - came.first().unwrap() + 1;
            assert_eq!(span as usize, came.len(), "nothing is missing in between");
        }
    }
}

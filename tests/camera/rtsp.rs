//! A camera: a small RTSP server (RFC 2326) that plays a clip over and over, inside the
//! connection or in datagrams.
//!
//! What is not here: the clip.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::process::Command;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::clip::{Clip, RATE, Voice};

/// Who may look.
pub(crate) const LOGIN: (&str, &str) = ("viewer", "p@ss/wörd");
/// The epoch of Unix on the clock of NTP, s: the camera believes it is 1970, an hour past midnight.
const NTP_START: u64 = 2_208_988_800;

/// The first timestamps of both tracks; the pictures' wraps soon.
pub(crate) const FIRST_PICTURE: u32 = u32::MAX - 90_000;
pub(crate) const FIRST_SOUND: u32 = 77_000;
/// The camera's reports say that its sound began so much before its picture, ms.
pub(crate) const SOUND_EARLY_MS: f64 = 300.0;

/// How a camera behaves.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    /// The clip.
    pub(crate) clip: Clip,
    /// The largest payload.
    pub(crate) payload_max: usize,
    /// Whether it sends H.265.
    pub(crate) hevc: bool,
}

/// A camera on this machine.
pub(crate) struct Camera {
    /// Where it is.
    pub(crate) address: SocketAddr,
    habits: Arc<Habits>,
    server: Option<JoinHandle<()>>,
    /// Whether it films; a camera that does not answers all the same.
    films: watch::Sender<bool>,
    /// Connections so far.
    visits: Arc<AtomicUsize>,
}

impl Camera {
    /// Switches a camera on.
    pub(crate) async fn on(habits: Habits) -> Self {
        let films = watch::channel(true).0;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let visits = Arc::new(AtomicUsize::new(0));
        let mut camera = Self { address, habits: Arc::new(habits), server: None, films, visits };
        camera.back().await;
        camera
    }

    /// Its address for the bridge, with name and password.
    pub(crate) fn url(&self) -> String {
        format!("rtsp://viewer:p%40ss%2Fw%C3%B6rd@{}/live", self.address)
    }

    /// Pulls its plug.
    pub(crate) async fn off(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
            assert!(server.await.is_err(), "it was stopped");
        }
    }

    /// Switches it on again, at the same address.
    pub(crate) async fn back(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the address is free");
        self.address = listener.local_addr().expect("an address");
        let (habits, films) = (Arc::clone(&self.habits), self.films.subscribe());
        let visits = Arc::clone(&self.visits);
        self.server = Some(tokio::spawn(async move {
            let mut visitors = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                visits.fetch_add(1, Ordering::Relaxed);
                visitors.spawn(Visit::receive(stream, Arc::clone(&habits), films.clone()));
            }
        }));
    }

    /// Stops or starts filming; it goes on to answer.
    pub(crate) fn film(&self, on: bool) {
        self.films.send_replace(on);
    }

    /// How often somebody connected.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }
}

/// Where the packets of a track go.
enum Way {
    Inside(u8),
    Datagrams(Arc<UdpSocket>),
}

/// One connection.
struct Visit {
    habits: Arc<Habits>,
    films: watch::Receiver<bool>,
    peer: SocketAddr,
    out: mpsc::Sender<Vec<u8>>,
    ways: BTreeMap<usize, Way>,
    players: JoinSet<()>,
}

impl Visit {
    async fn receive(stream: TcpStream, habits: Arc<Habits>, films: watch::Receiver<bool>) {
        let peer = stream.peer_addr().expect("a peer");
        let (read, mut write) = stream.into_split();
        let (out, mut queue) = mpsc::channel::<Vec<u8>>(64);
        let mut writers = JoinSet::new();
        writers.spawn(async move {
            while let Some(bytes) = queue.recv().await {
                if write.write_all(&bytes).await.is_err() {
                    break;
                }
            }
        });
        let (ways, players) = (BTreeMap::new(), JoinSet::new());
        let mut visit = Self { habits, films, peer, out, ways, players };
        let mut reader = BufReader::new(read);
        while let Some(request) = request(&mut reader).await {
            let answer = visit.answer(&request).await;
            if visit.out.send(answer.into_bytes()).await.is_err() {
                break;
            }
            if request.method == "PLAY" {
                visit.play();
            }
        }
    }

    async fn answer(&mut self, request: &Request) -> String {
        let sequence = request.header("cseq").expect("a sequence number");
        let says = |status: &str, more: &str, body: &str| {
            format!(
                "RTSP/1.0 {status}\r\nCSeq: {sequence}\r\n{more}Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        if request.method == "OPTIONS" {
            return says("200 OK", "Public: DESCRIBE, SETUP, PLAY, TEARDOWN, OPTIONS\r\n", "");
        }
        if !request.knows_the_password().await {
            let challenge = "WWW-Authenticate: Digest realm=\"camera\", nonce=\"5ca1ab1e\"\r\n";
            return says("401 Unauthorized", challenge, "");
        }
        match request.method.as_str() {
            "DESCRIBE" => {
                let base = format!(
                    "Content-Type: application/sdp\r\nContent-Base: {}/\r\n",
                    request.target
                );
                says("200 OK", &base, &self.description())
            }
            "SETUP" => {
                let track = usize::from(request.target.ends_with("track=1"));
                let asked = request.header("transport").expect("a transport").to_owned();
                let transport = self.set_up(track, &asked).await;
                says(
                    "200 OK",
                    &format!("Session: 1234;timeout=4\r\nTransport: {transport}\r\n"),
                    "",
                )
            }
            "PLAY" | "TEARDOWN" | "GET_PARAMETER" | "SET_PARAMETER" => {
                says("200 OK", "Session: 1234\r\n", "")
            }
            _ => says("501 Not Implemented", "", ""),
        }
    }

    fn description(&self) -> String {
        let clip = &self.habits.clip;
        let picture = if self.habits.hevc {
            "a=rtpmap:96 H265/90000\r\n".to_owned()
        } else {
            format!(
                "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42c01e;\
                 sprop-parameter-sets={},{}\r\n",
                base64(&clip.sps),
                base64(&clip.pps)
            )
        };
        let sound = match clip.voice {
            Voice::MuLaw => "m=audio 0 RTP/AVP 0\r\n".to_owned(),
            Voice::Aac => "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/44100/2\r\n\
                 a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;\
                 indexlength=3;indexdeltalength=3;config=1210\r\n"
                .to_owned(),
        };
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
             m=video 0 RTP/AVP 96\r\n{picture}a=control:track=0\r\n{sound}a=control:track=1\r\n"
        )
    }

    async fn set_up(&mut self, track: usize, asked: &str) -> String {
        let of = |name: &str| {
            let value = asked.split(';').find_map(|part| part.strip_prefix(name))?;
            value.split('-').next()?.parse::<u16>().ok()
        };
        if let Some(channel) = of("interleaved=") {
            let channel = u8::try_from(channel).expect("a channel");
            self.ways.insert(track, Way::Inside(channel));
            return format!("RTP/AVP/TCP;unicast;interleaved={channel}-{}", channel + 1);
        }
        let port = of("client_port=").expect("a port of the client");
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let own = socket.local_addr().expect("an address").port();
        socket.connect(SocketAddr::new(self.peer.ip(), port)).await.expect("a target");
        self.ways.insert(track, Way::Datagrams(Arc::new(socket)));
        format!("RTP/AVP;unicast;client_port={port}-{};server_port={own}-{}", port + 1, own + 1)
    }

    fn play(&mut self) {
        for (track, way) in core::mem::take(&mut self.ways) {
            let player = Player {
                out: self.out.clone(),
                way,
                films: self.films.clone(),
                ssrc: 0xca_00 + u32::try_from(track).expect("a track"),
                payload_type: if track == 0 { 96 } else { self.sound_type() },
                sequence: 65_500,
            };
            let habits = Arc::clone(&self.habits);
            self.players.spawn(async move {
                if track == 0 {
                    player.pictures(&habits).await;
                } else {
                    player.sounds(&habits.clip).await;
                }
            });
        }
    }

    fn sound_type(&self) -> u8 {
        match self.habits.clip.voice {
            Voice::MuLaw => 0,
            Voice::Aac => 97,
        }
    }
}

/// Plays one track.
struct Player {
    out: mpsc::Sender<Vec<u8>>,
    way: Way,
    films: watch::Receiver<bool>,
    ssrc: u32,
    payload_type: u8,
    sequence: u16,
}

impl Player {
    async fn pictures(mut self, habits: &Habits) {
        let mut clock = tokio::time::interval(Duration::from_secs(1) / RATE);
        let step = 90_000 / RATE;
        for (picture, at) in habits.clip.pictures.iter().cycle().zip(0_u32..) {
            clock.tick().await;
            let timestamp = at.wrapping_mul(step).wrapping_add(FIRST_PICTURE);
            if at % RATE == 2 {
                self.report(timestamp, f64::from(at) / f64::from(RATE)).await;
            }
            let last = picture.len() - 1;
            for (number, unit) in picture.iter().enumerate() {
                for (payload, end) in fragments(unit, habits.payload_max) {
                    self.send(&payload, timestamp, end && number == last).await;
                }
            }
        }
    }

    async fn sounds(mut self, clip: &Clip) {
        let (step, rate) = match clip.voice {
            Voice::MuLaw => (160_u32, 8_000_u32),
            Voice::Aac => (1_024, 44_100),
        };
        let mut clock = tokio::time::interval(Duration::from_secs(1) * step / rate);
        for (sound, at) in clip.sounds.iter().cycle().zip(0_u32..) {
            clock.tick().await;
            let timestamp = at.wrapping_mul(step).wrapping_add(FIRST_SOUND);
            if at % (rate / step) == 2 {
                let passed = f64::from(at * step) / f64::from(rate);
                self.report(timestamp, passed - SOUND_EARLY_MS / 1_000.0).await;
            }
            let payload = match clip.voice {
                Voice::MuLaw => sound.clone(),
                Voice::Aac => {
                    let size = u16::try_from(sound.len() << 3).expect("13 bits");
                    [&[0, 16][..], &size.to_be_bytes(), sound].concat()
                }
            };
            self.send(&payload, timestamp, true).await;
        }
    }

    async fn send(&mut self, payload: &[u8], timestamp: u32, marker: bool) {
        self.sequence = self.sequence.wrapping_add(1);
        let kind = self.payload_type | if marker { 0x80 } else { 0 };
        let mut packet = vec![0x80, kind];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        self.put(0, &packet).await;
    }

    /// A sender report, so many seconds after the camera was switched on.
    async fn report(&mut self, timestamp: u32, passed: f64) {
        let mut packet = vec![0x80, 200, 0, 6];
        packet.extend(self.ssrc.to_be_bytes());
        let passed = Duration::from_secs_f64(3_600.0 + passed);
        let fraction = (u64::from(passed.subsec_micros()) << 32) / 1_000_000;
        let ntp = ((NTP_START + passed.as_secs()) << 32) | fraction;
        packet.extend(ntp.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend([0; 8]);
        self.put(1, &packet).await;
    }

    async fn put(&mut self, beside: u8, packet: &[u8]) {
        if self.films.wait_for(|films| *films).await.is_err() {
            return;
        }
        match &self.way {
            Way::Inside(channel) => {
                let len = u16::try_from(packet.len()).expect("a packet");
                let frame = [&[b'$', channel + beside][..], &len.to_be_bytes(), packet].concat();
                // A visitor who is gone ends this player with the visit.
                drop(self.out.send(frame).await);
            }
            Way::Datagrams(socket) if beside == 0 => {
                drop(socket.send(packet).await);
            }
            Way::Datagrams(_) => {}
        }
    }
}

/// One unit as payloads (RFC 6184 §5.6, §5.8), and whether each is its last.
fn fragments(unit: &[u8], max: usize) -> Vec<(Vec<u8>, bool)> {
    if unit.len() <= max {
        return vec![(unit.to_vec(), true)];
    }
    let chunks: Vec<&[u8]> = unit[1..].chunks(max - 2).collect();
    let last = chunks.len() - 1;
    let head = |at: usize| {
        let marks = if at == 0 { 0x80 } else { 0 } | if at == last { 0x40 } else { 0 };
        [(unit[0] & 0xe0) | 28, marks | (unit[0] & 0x1f)]
    };
    chunks
        .iter()
        .enumerate()
        .map(|(at, chunk)| ([&head(at)[..], chunk].concat(), at == last))
        .collect()
}

struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Digest authentication (RFC 2617 §3.2.2).
    async fn knows_the_password(&self) -> bool {
        let Some(header) = self.header("authorization") else { return false };
        let of = |name: &str| {
            let (_, rest) = header.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        let (name, password) = LOGIN;
        let (Some(user), Some(uri), Some(response)) = (of("username"), of("uri"), of("response"))
        else {
            return false;
        };
        let who = md5(&format!("{name}:camera:{password}")).await;
        let what = md5(&format!("{}:{uri}", self.method)).await;
        user == name && response == md5(&format!("{who}:5ca1ab1e:{what}")).await
    }
}

/// The next request; packets of the visitor's own between requests are left out.
async fn request(reader: &mut BufReader<OwnedReadHalf>) -> Option<Request> {
    while *reader.fill_buf().await.ok()?.first()? == b'$' {
        let mut head = [0; 4];
        reader.read_exact(&mut head).await.ok()?;
        let mut packet = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]]))];
        reader.read_exact(&mut packet).await.ok()?;
    }
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        match line.trim_end() {
            "" if lines.is_empty() => return None,
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut first = lines.first()?.split(' ').map(str::to_owned);
    let (method, target) = (first.next()?, first.next()?);
    let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()));
    Some(Request { method, target, headers: headers.collect() })
}

async fn md5(text: &str) -> String {
    let mut child = Command::new("md5sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("md5sum is there");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(text.as_bytes()).await.expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().await.expect("it answers");
    String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        let word = word << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = if at <= three.len() { LETTERS[word >> (18 - 6 * at) & 63] } else { b'=' };
            text.push(char::from(letter));
        }
    }
    text
}

//! The whole room over real TLS sockets on this machine, with a false sfu and a false recorder.
//! What is not here: media, and the record on disk.

use std::fs;
use std::net::Ipv4Addr;

use futures_util::{SinkExt, StreamExt};
use model::letters::RecordOrder;
use model::limits::MESSAGE_BYTES_MAX;
use model::{Ask, Fact, Refusal};
use protocol::{
    Bye, ClientMessage, RequestOutcome, ServerMessage, VERSION, decode_server, encode_client,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring as provider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

use super::*;
use crate::fixture::{
    Court, NoStamps, OneShelf, OneTape, OneValue, OtherRooms, Seats, clock, reach, registry, wall,
};

mod faces;
mod whip;

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// The room in service, and everything around it.
struct House {
    court: Court,
    signaling: Signaling,
    others: OtherRooms,
    tls: TlsConnector,
}

impl House {
    async fn new() -> Self {
        Self::with(reach()).await
    }

    async fn with(reach: Reach) -> Self {
        Self::of(reach, None).await
    }

    /// A court that has somebody to compare faces.
    async fn of(reach: Reach, faces: Option<String>) -> Self {
        let court = Court::new().await;
        let (orders_to, orders) = mpsc::channel(64);
        let (notices, notices_in) = mpsc::channel(64);
        let (record_to, record_orders) = mpsc::channel(64);
        let (record_notices, record_in) = mpsc::channel(64);
        let who = court.seats().plaintiff;
        let doors = Doors {
            orders: orders_to,
            notices: notices_in,
            record_orders: record_to,
            record_notices: record_in,
            archive: Arc::new(OneTape { holds: None, who }),
            films: Arc::new(OneTape { holds: None, who }),
            check_values: Arc::new(OneValue::default()),
            shelf: Arc::new(OneShelf::default()),
            heard: mpsc::channel(1).1,
            stamps: Arc::new(NoStamps),
            docket: Arc::clone(&court.docket),
            clock: clock(),
            registry: registry(),
            reach,
            figures: Arc::new(NodeFigures::default),
        };
        let config = Config {
            time: TimeServers::default(),
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            certificate: Certificate::Trial,
            data: court.folder.path().to_owned(),
            page: String::new(),
            settings: Settings::default(),
            retention: Schedule::default(),
            press: vec!["false".into()],
            faces: faces.map(|url| (url, "secret".into())),
            timestamp_url: None,
            syslog: None,
            metrics_from: Vec::new(),
            version: "0.0.0",
        };
        let signaling = Signaling::start(config, doors, Vec::new()).await.unwrap();
        let others = OtherRooms { orders, notices, record_orders, record_notices };
        let tls = trusting(&court.folder.path().join("trial-certificate.pem"));
        Self { court, signaling, others, tls }
    }

    fn port(&self) -> u16 {
        self.signaling.addresses()[0].port()
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port())).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        self.tls.connect(name, stream).await.unwrap()
    }

    /// One request over a connection of its own: the whole answer as text.
    async fn http(&self, head: &str, body: &str) -> String {
        let mut stream = self.connect().await;
        let host = format!("localhost:{}", self.port());
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://{host}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        String::from_utf8(answer).unwrap()
    }

    /// The cookie of a staff account.
    async fn sign_in(&self, name: &str) -> String {
        let password = self.court.password(name).reveal();
        let body = format!("{{\"name\":\"{name}\",\"password\":\"{password}\"}}");
        cookie_in(&self.http("POST /api/sign-in", &body).await)
    }

    /// The cookie of the plaintiff's seat.
    async fn join(&self) -> String {
        let seat = self.court.seats().plaintiff;
        let now = wall();
        let issued = self.court.docket.issue_code(self.court.entry.hearing, seat, now).await;
        let code = issued.unwrap().unwrap().code;
        let body = format!("{{\"code\":\"{}\"}}", code.reveal());
        cookie_in(&self.http("POST /api/join", &body).await)
    }

    async fn try_socket(&self, cookie: &str, origin: &str) -> Result<Socket, tungstenite::Error> {
        let host = format!("localhost:{}", self.port());
        let path = format!("wss://{host}/ws/{}", self.court.entry.hearing.0);
        let mut request = path.into_client_request().unwrap();
        let origin = origin.replace("{host}", &host);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        let stream = self.connect().await;
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(socket)
    }

    async fn socket(&self, cookie: &str) -> Socket {
        self.try_socket(cookie, "https://{host}").await.unwrap()
    }

    /// A page that has said hello and is welcome.
    async fn page(&self, cookie: &str) -> Socket {
        let mut socket = self.socket(cookie).await;
        say(&mut socket, &ClientMessage::Hello { version: VERSION }).await;
        let first = hear(&mut socket).await;
        assert!(matches!(first, ServerMessage::Welcome { .. }), "{first:?}");
        socket
    }

    /// Confirms every minute, as a recorder does; answers the facts.
    async fn record_until(&mut self, is_it: impl Fn(&Fact) -> bool) {
        loop {
            let order = timeout(PATIENCE, self.others.record_orders.recv()).await.unwrap();
            if let RecordOrder::Minute { hearing, number, minute } = order.unwrap() {
                let written = RecordNotice::Written { hearing, number };
                self.others.record_notices.send(written).await.unwrap();
                if is_it(&minute.fact) {
                    return;
                }
            }
        }
    }
}

/// Trusts one certificate, as an operator who compared its fingerprint would.
fn trusting(certificate: &std::path::Path) -> TlsConnector {
    let pem = fs::read(certificate).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(provider::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn cookie_in(answer: &str) -> String {
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .filter_map(|line| line.split(';').next())
        .find(|pair| !pair.ends_with('='))
        .unwrap()
        .to_owned()
}

async fn say(socket: &mut Socket, message: &ClientMessage) {
    socket.send(Message::text(encode_client(message))).await.unwrap();
}

async fn say_text(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}

/// The next message.
async fn hear(socket: &mut Socket) -> ServerMessage {
    match timeout(PATIENCE, socket.next()).await.unwrap() {
        Some(Ok(Message::Text(text))) => decode_server(text.as_str()).unwrap(),
        other => panic!("not a message: {other:?}"),
    }
}

/// Waits for the last message and checks that the close code is its own.
async fn bye(socket: &mut Socket) -> Bye {
    let why = loop {
        if let ServerMessage::Bye { why } = hear(socket).await {
            break why;
        }
    };
    match timeout(PATIENCE, socket.next()).await.unwrap() {
        Some(Ok(Message::Close(Some(frame)))) => {
            assert_eq!(u16::from(frame.code), why.close_code());
        }
        other => panic!("not closed: {other:?}"),
    }
    why
}

async fn outcome(socket: &mut Socket, wanted: u32) -> RequestOutcome {
    loop {
        if let ServerMessage::Outcome { request, outcome } = hear(socket).await
            && request == wanted
        {
            return outcome;
        }
    }
}

#[tokio::test]
async fn a_judge_opens_check_in_and_a_party_sees_it() {
    let mut house = House::new().await;
    let mut judge = house.page(&house.sign_in("judge").await).await;
    let mut party = house.page(&house.join().await).await;
    say(&mut judge, &ClientMessage::Ask { request: 1, ask: Ask::OpenCheckIn }).await;
    house.record_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
    assert_eq!(outcome(&mut judge, 1).await, RequestOutcome::Done {});
    loop {
        if let ServerMessage::View { view } = hear(&mut party).await
            && view.stage == model::Stage::CheckIn
        {
            assert!(view.people.is_empty(), "the waiting room knows nobody");
            break;
        }
    }
    say(&mut party, &ClientMessage::Ask { request: 1, ask: Ask::Close }).await;
    house.record_until(|fact| matches!(fact, Fact::Refused { .. })).await;
    let why = Refusal::NotYourRight;
    assert_eq!(outcome(&mut party, 1).await, RequestOutcome::Refused { why });
}

#[tokio::test]
async fn who_has_no_seat_is_turned_away() {
    let house = House::new().await;
    for cookie in ["none=1", "assize_seat=wrong", &house.sign_in("stranger").await] {
        let mut socket = house.socket(cookie).await;
        assert_eq!(bye(&mut socket).await, Bye::SignInNeeded);
    }
}

#[tokio::test]
async fn foreign_pages_get_no_socket() {
    let house = House::new().await;
    let cookie = house.sign_in("judge").await;
    match house.try_socket(&cookie, "https://evil.test").await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_socket() {
    let house = House::new().await;
    let cookie = house.sign_in("judge").await;
    let hello = encode_client(&ClientMessage::Hello { version: VERSION });
    let ask = encode_client(&ClientMessage::Ask { request: 5, ask: Ask::Open });
    let cases: [(&str, &[&str]); 8] = [
        ("no hello", &[&ask]),
        ("not JSON", &[&hello, "hello"]),
        ("an unknown kind", &[&hello, r#"{"type":"shout"}"#]),
        ("an unknown field", &[&hello, r#"{"type":"pong","number":1,"more":1}"#]),
        ("a missing field", &[&hello, r#"{"type":"pong"}"#]),
        ("hello twice", &[&hello, &hello]),
        ("a request twice", &[&hello, &ask, &ask]),
        ("a number out of range", &[&hello, r#"{"type":"pong","number":-1}"#]),
    ];
    for (what, messages) in cases {
        let mut socket = house.socket(&cookie).await;
        for message in messages {
            say_text(&mut socket, message).await;
        }
        assert_eq!(bye(&mut socket).await, Bye::Violation, "{what}");
    }
    let mut socket = house.socket(&cookie).await;
    say_text(&mut socket, &hello).await;
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(bye(&mut socket).await, Bye::Violation, "a binary message");
}

#[tokio::test]
async fn another_version_is_told_to_reload() {
    let house = House::new().await;
    let mut socket = house.socket(&house.sign_in("judge").await).await;
    say(&mut socket, &ClientMessage::Hello { version: VERSION + 1 }).await;
    assert_eq!(bye(&mut socket).await, Bye::Version);
}

#[tokio::test]
async fn an_oversized_message_ends_the_socket() {
    let house = House::new().await;
    let mut socket = house.page(&house.sign_in("judge").await).await;
    let long = "x".repeat(MESSAGE_BYTES_MAX + 1);
    // The server may close while this is still being sent.
    let sent = socket.send(Message::text(long)).await;
    let ended = timeout(PATIENCE, async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    });
    ended.await.unwrap();
    drop(sent);
}

#[tokio::test]
async fn a_second_window_replaces_the_first_and_a_reload_keeps_the_seat() {
    let house = House::new().await;
    let cookie = house.join().await;
    let mut first = house.page(&cookie).await;
    let mut second = house.page(&cookie).await;
    assert_eq!(bye(&mut first).await, Bye::Replaced);
    say(&mut second, &ClientMessage::Bye {}).await;
    let third = house.page(&cookie).await;
    drop(third);
    house.page(&cookie).await;
}

#[tokio::test]
async fn a_new_code_ends_the_former_device() {
    let mut house = House::new().await;
    let mut device = house.page(&house.join().await).await;
    let Seats { plaintiff, .. } = house.court.seats();
    let clerk = house.sign_in("clerk").await;
    let hearing = house.court.entry.hearing;
    let path = format!("/api/hearings/{}/participants/{}/code", hearing.0, plaintiff.0);
    let answer = house.http(&format!("POST {path}"), "").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "without a cookie: {answer}");
    let head = format!("POST {path} HTTP/1.1\r\nCookie: {clerk}\r\nX-Rest:");
    let answer = house.http(&head, "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(bye(&mut device).await, Bye::SignInNeeded);
    loop {
        let order = timeout(PATIENCE, house.others.orders.recv()).await.unwrap().unwrap();
        if order == (Order::Drop { hearing, participant: plaintiff }) {
            break;
        }
    }
}

#[tokio::test]
async fn offers_carry_the_address_by_which_the_page_came() {
    let mut house = House::new().await;
    let mut judge = house.page(&house.sign_in("judge").await).await;
    let offer =
        ClientMessage::Offer { request: 1, connection: 1, sdp: "v=0".into(), lines: Vec::new() };
    say(&mut judge, &offer).await;
    let (hearing, participant, request) = loop {
        let order = timeout(PATIENCE, house.others.orders.recv()).await.unwrap().unwrap();
        if let Order::Offer { hearing, participant, request, reached, .. } = order {
            assert_eq!(*reached.reveal(), IpAddr::from([127, 0, 0, 1]));
            break (hearing, participant, request);
        }
    };
    let why = Refusal::OfferUnusable;
    let refused = Notice::OfferRefused { hearing, participant, request, why };
    house.others.notices.send(refused).await.unwrap();
    assert_eq!(outcome(&mut judge, 1).await, RequestOutcome::Refused { why });
}

#[tokio::test]
async fn a_hasty_page_is_told_so() {
    let house = House::new().await;
    let mut judge = house.page(&house.sign_in("judge").await).await;
    for request in 0..45 {
        say(&mut judge, &ClientMessage::Ask { request, ask: Ask::Hand { raised: true } }).await;
    }
    let why = Refusal::TooFast;
    loop {
        if let ServerMessage::Outcome { outcome, .. } = hear(&mut judge).await
            && outcome == (RequestOutcome::Refused { why })
        {
            break;
        }
    }
}

#[tokio::test]
async fn a_stopping_server_writes_its_last_minute_and_says_restart() {
    let mut house = House::new().await;
    let mut judge = house.page(&house.sign_in("judge").await).await;
    say(&mut judge, &ClientMessage::Ask { request: 1, ask: Ask::OpenCheckIn }).await;
    house.record_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
    outcome(&mut judge, 1).await;
    let port = house.port();
    let House { signaling, mut others, .. } = house;
    let stopping = tokio::spawn(signaling.stop());
    loop {
        let order = timeout(PATIENCE, others.record_orders.recv()).await.unwrap().unwrap();
        if let RecordOrder::Minute { hearing, number, minute } = order {
            assert_eq!(minute.fact, Fact::NodeStopped);
            let written = RecordNotice::Written { hearing, number };
            others.record_notices.send(written).await.unwrap();
            break;
        }
    }
    assert_eq!(bye(&mut judge).await, Bye::Restart);
    drop(judge);
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
    let again = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
    assert!(again.is_err(), "the door is closed");
}

#[tokio::test]
async fn a_plain_request_is_sent_to_https() {
    let house = House::new().await;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, house.port())).await.unwrap();
    stream.write_all(b"GET /join HTTP/1.1\r\nHost: localhost:1\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.contains("Location: https://localhost:1/join\r\n"), "{answer}");
}

#[tokio::test]
async fn a_taken_port_is_said() {
    let house = House::new().await;
    let address = house.signaling.addresses()[0];
    let fault = listen(&[address]).unwrap_err();
    assert!(matches!(fault, StartFault::Listen { address: said, .. } if said == address));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let load = |chain: &str, key: &str| {
        let files = Certificate::Files { chain: chain.into(), key: key.into() };
        certificate::load(&files, folder.path(), wall()).unwrap_err()
    };
    let missing = load("/nowhere/chain.pem", "/nowhere/key.pem");
    assert!(missing.to_string().starts_with("cannot read /nowhere/chain.pem"), "{missing}");
    let trial = |name: &str| {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        certificate::load(&Certificate::Trial, &folder, wall()).unwrap();
        folder
    };
    let (one, other) = (trial("one"), trial("other"));
    let path = |folder: &PathBuf, name: &str| folder.join(name).display().to_string();
    let unfit = load(&path(&one, "trial-certificate.pem"), &path(&other, "trial-key.pem"));
    assert!(matches!(unfit, CertificateFault::Unusable(_)), "{unfit}");
    let swapped = load(&path(&one, "trial-key.pem"), &path(&one, "trial-certificate.pem"));
    assert!(matches!(swapped, CertificateFault::NotPem { .. }), "{swapped}");
}

#[test]
fn the_trial_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let made = certificate::load(&Certificate::Trial, folder.path(), wall()).unwrap();
    let mode = fs::metadata(folder.path().join("trial-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = certificate::load(&Certificate::Trial, folder.path(), wall()).unwrap();
    assert_eq!(made.fingerprint, again.fingerprint, "it is kept");
}

#[tokio::test]
async fn media_and_pages_come_by_one_port_and_are_told_apart() {
    let (taken, mut streams) = mpsc::channel(8);
    let take = move |stream| {
        taken.try_send(stream).unwrap();
    };
    let house = House::with(Reach { streams: Arc::new(take), relays: reach().relays }).await;
    // A binding request in its frame, and an Allocate request: outside TLS, and inside it without
    // and with a name.
    let frame = [&[0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], &[7; 12]].concat();
    let allocate = [&[0, 3, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], &[7; 12]].concat();
    for (bytes, named) in [
        (&frame, None),
        (&allocate, None),
        (&allocate, Some(&[][..])),
        (&allocate, Some(&[b"stun.turn".to_vec()][..])),
    ] {
        let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, house.port())).await.unwrap();
        let mut there: Box<dyn crate::ByteStream> = match named {
            None => Box::new(tcp),
            Some(names) => {
                let mut config = (**house.tls.config()).clone();
                config.alpn_protocols = names.to_vec();
                let name = ServerName::try_from("localhost").unwrap();
                Box::new(TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap())
            }
        };
        there.write_all(bytes).await.unwrap();
        let mut here = timeout(PATIENCE, streams.recv()).await.unwrap().unwrap();
        assert_eq!(here.over_tls, named.is_some());
        let mut seen = vec![0; bytes.len()];
        here.io.read_exact(&mut seen).await.unwrap();
        assert_eq!(&seen, bytes, "nothing of it is missing");
        here.io.write_all(b"answer").await.unwrap();
        here.io.flush().await.unwrap();
        let mut answer = [0; 6];
        there.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");
    }
    assert!(house.http("GET /health", "").await.starts_with("HTTP/1.1 200"));
    for other in [&b"\x05\x01\x00"[..], &[0xFF; 8], b"{\"a\":1}"] {
        let mut tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, house.port())).await.unwrap();
        tcp.write_all(other).await.unwrap();
        let mut rest = Vec::new();
        // The end, or a reset for what was sent and nobody read.
        let end = timeout(PATIENCE, tcp.read_to_end(&mut rest)).await.unwrap();
        assert!(end.is_err() || rest.is_empty());
    }
}

#[tokio::test]
async fn half_open_connections_of_one_source_leave_room_for_others() {
    let house = House::new().await;
    let port = house.port();
    let mut silent = Vec::new();
    for _ in 0..1_000 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
        silent.push(socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap());
    }
    assert!(house.http("GET /health", "").await.starts_with("HTTP/1.1 200"));
    drop(silent);
}

#[tokio::test]
async fn a_page_is_told_of_relays_by_the_name_it_used() {
    let house = House::new().await;
    let cookie = house.join().await;
    let mut page = house.socket(&cookie).await;
    say(&mut page, &ClientMessage::Hello { version: VERSION }).await;
    let ServerMessage::Welcome { relays, .. } = hear(&mut page).await else {
        panic!("welcome comes first")
    };
    let host = format!("turn:localhost:{}?transport=tcp", house.port());
    assert_eq!(relays.first().map(|relay| relay.urls.clone()), Some(vec![host]));
}

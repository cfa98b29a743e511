//! A run against Janus (VideoRoom) as Debian packages it: a connection for each person's own media
//! and one for everybody else's, as its clients do.
//!
//! What is not here: the network it needs. Janus passes over loopback devices, so `run.sh` gives
//! it a namespace where 127.0.1.1 stands on a device of another kind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use forwarding::transport::arrivals::Arrivals;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::door::PATIENCE;
use crate::generator::{Generator, Order, Seat, here, sources};
use crate::media::{Kind, Track};
use crate::run::{Load, Server, until};
use crate::sdp::{Line, Own, answer, offer, other};
use crate::station::{Identity, Station};

/// The address Janus takes for one of a network.
const ADDRESS: [u8; 4] = [127, 0, 1, 1];
/// The port of its WebSockets, in a namespace of its own.
const PORT: u16 = 18_188;

/// The running server.
pub struct Janus {
    child: Child,
    folder: PathBuf,
    /// Kept open: a session ends with its socket.
    _session: Option<Session>,
}

impl Janus {
    /// Starts it and connects everybody.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn start(load: Load) -> Result<(Self, Generator), String> {
        let folder = std::env::temp_dir().join(format!("janus-load-{}", std::process::id()));
        write_config(&folder).map_err(|fault| fault.to_string())?;
        let child = Command::new("janus")
            .arg("-F")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|fault| format!("cannot start janus: {fault}"))?;
        let mut server = Self { child, folder, _session: None };
        let listens = || std::net::TcpStream::connect(("127.0.0.1", PORT)).is_ok();
        until("the door of Janus", PATIENCE, listens).await?;
        let mut session = Session::open().await?;
        let generator = seat(load, &mut session).await?;
        server._session = Some(session);
        Ok((server, generator))
    }
}

fn write_config(folder: &Path) -> std::io::Result<()> {
    let library = "/usr/lib/x86_64-linux-gnu/janus";
    std::fs::create_dir_all(folder)?;
    let main = format!(
        "general: {{\n configs_folder = {folder:?}\n plugins_folder = \"{library}/plugins\"\n \
         transports_folder = \"{library}/transports\"\n debug_level = 2\n session_timeout = 0\n}}\n\
         media: {{\n ipv6 = false\n rtp_port_range = \"20000-29999\"\n}}\n\
         nat: {{\n ice_lite = true\n ice_enforce_list = \"127.0.1.1\"\n}}\n\
         plugins: {{\n disable = \"{}\"\n}}\ntransports: {{\n disable = \"{}\"\n}}\n",
        [
            "audiobridge",
            "duktape",
            "echotest",
            "lua",
            "nosip",
            "recordplay",
            "sip",
            "streaming",
            "textroom",
            "videocall",
            "voicemail",
        ]
        .map(|name| format!("libjanus_{name}.so"))
        .join(","),
        ["http", "mqtt", "nanomsg", "pfunix", "rabbitmq"]
            .map(|name| format!("libjanus_{name}.so"))
            .join(","),
    );
    std::fs::write(folder.join("janus.jcfg"), main)?;
    std::fs::write(
        folder.join("janus.transport.websockets.jcfg"),
        format!("general: {{\n ws = true\n ws_port = {PORT}\n wss = false\n}}\n"),
    )?;
    std::fs::write(folder.join("janus.plugin.videoroom.jcfg"), "general: {\n}\n")
}

async fn seat(load: Load, session: &mut Session) -> Result<Generator, String> {
    let identity = Arc::new(Identity::new()?);
    let mut seats = Vec::new();
    let mut owns: Vec<Own> = Vec::new();
    // Who sends first, then who receives, both by room and place.
    for receives in [false, true] {
        for room in 0..load.rooms {
            for person in 0..load.people {
                let name = format!("load{room:05}x{person:03}{}", u8::from(receives));
                let station = Station::new(Arc::clone(&identity), here(ADDRESS), &name)
                    .map_err(|fault| fault.to_string())?;
                owns.push(station.own());
                let [sound, picture] = sources(room, person);
                let tracks =
                    vec![Track::new(Kind::Sound, 0, sound), Track::new(Kind::Picture, 1, picture)];
                let (tracks, people) =
                    if receives { (None, load.people) } else { (Some(tracks), 0) };
                let (arrivals, number) = (Arrivals::default(), 0);
                seats.push(Seat { station, room, person, tracks, people, arrivals, number });
            }
        }
    }
    let generator = Generator::start(seats).map_err(|fault| fault.to_string())?;
    let people = usize::from(load.people);
    let all = usize::from(load.rooms) * people;
    for room in 0..load.rooms {
        let handle = session.attach().await?;
        let body = json!({"request": "create", "room": 1_000 + u64::from(room),
            "publishers": load.people, "bitrate": 0, "audiocodec": "opus", "videocodec": "vp8",
            "audiolevel_event": false});
        session.say(handle, body, None).await?;
    }
    for (place, own) in owns.iter().enumerate().take(all) {
        let [sound, picture] = sources(place_room(place, people), place_person(place, people));
        let lines = [
            Line { kind: Kind::Sound, sends: Some(sound), layers: false },
            Line { kind: Kind::Picture, sends: Some(picture), layers: false },
        ];
        let handle = session.attach().await?;
        let body = json!({"request": "joinandconfigure", "ptype": "publisher",
            "room": 1_000 + place / people, "id": 1 + place % people});
        let jsep = json!({"type": "offer", "sdp": offer(own, &lines, false)});
        let event = session.say(handle, body, Some(jsep)).await?;
        meet(&generator, place, own, &event)?;
    }
    until("publishers", PATIENCE, || generator.connected() == all).await?;
    for (place, own) in owns.iter().enumerate().skip(all) {
        let (room, person) = ((place - all) / people, (place - all) % people);
        let streams: Vec<Value> =
            (0..people).filter(|n| *n != person).map(|n| json!({"feed": 1 + n})).collect();
        let handle = session.attach().await?;
        let body = json!({"request": "join", "ptype": "subscriber", "room": 1_000 + room,
            "streams": streams});
        let event = session.say(handle, body, None).await?;
        let asked = event["jsep"]["sdp"].as_str().ok_or_else(|| format!("no offer: {event}"))?;
        let jsep = json!({"type": "answer", "sdp": answer(own, asked)});
        meet(&generator, place, own, &event)?;
        session.say(handle, json!({"request": "start"}), Some(jsep)).await?;
    }
    until("subscribers", PATIENCE, || generator.connected() == 2 * all).await?;
    Ok(generator)
}

fn place_room(place: usize, people: usize) -> u16 {
    u16::try_from(place / people).unwrap_or(u16::MAX)
}

fn place_person(place: usize, people: usize) -> u8 {
    u8::try_from(place % people).unwrap_or(u8::MAX)
}

fn meet(generator: &Generator, place: usize, own: &Own, event: &Value) -> Result<(), String> {
    let text = event["jsep"]["sdp"].as_str().ok_or_else(|| format!("no description: {event}"))?;
    let other = other(text, own.address).ok_or_else(|| format!("no way there: {text}"))?;
    generator.order(Order::Meet(place, other));
    Ok(())
}

struct Session {
    socket: WebSocketStream<TcpStream>,
    id: u64,
    asked: u64,
}

impl Session {
    async fn open() -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", PORT)).await;
        let stream = stream.map_err(|fault| fault.to_string())?;
        let mut request = format!("ws://127.0.0.1:{PORT}/")
            .into_client_request()
            .map_err(|fault| fault.to_string())?;
        let protocol = "janus-protocol".parse().map_err(|_| "not a header".to_owned())?;
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let opened = tokio_tungstenite::client_async(request, stream).await;
        let (socket, _) = opened.map_err(|fault| fault.to_string())?;
        let mut session = Self { socket, id: 0, asked: 0 };
        let made = session.ask(json!({"janus": "create"})).await?;
        session.id = made["data"]["id"].as_u64().ok_or("no session")?;
        Ok(session)
    }

    async fn attach(&mut self) -> Result<u64, String> {
        let ask = json!({"janus": "attach", "session_id": self.id,
            "plugin": "janus.plugin.videoroom"});
        let made = self.ask(ask).await?;
        made["data"]["id"].as_u64().ok_or_else(|| "no handle".to_owned())
    }

    async fn say(
        &mut self,
        handle: u64,
        body: Value,
        jsep: Option<Value>,
    ) -> Result<Value, String> {
        let mut message = json!({"janus": "message", "session_id": self.id, "handle_id": handle,
            "body": body});
        if let Some(jsep) = jsep {
            message["jsep"] = jsep;
        }
        let event = self.ask(message).await?;
        let refused = &event["plugindata"]["data"]["error"];
        if refused.is_null() { Ok(event) } else { Err(refused.to_string()) }
    }

    /// Asks and waits for the answer; acknowledgements and news of others are passed over.
    async fn ask(&mut self, mut message: Value) -> Result<Value, String> {
        self.asked += 1;
        let transaction = self.asked.to_string();
        message["transaction"] = json!(transaction);
        let sent = self.socket.send(Message::text(message.to_string())).await;
        sent.map_err(|fault| fault.to_string())?;
        loop {
            let came = timeout(PATIENCE, self.socket.next()).await;
            let came = came.map_err(|_| format!("Janus does not answer {message:.80}"))?;
            let Some(Ok(Message::Text(text))) = came else {
                return Err(format!("Janus hung up: {came:?}"));
            };
            let answer: Value = serde_json::from_str(&text).map_err(|fault| fault.to_string())?;
            let mine = answer["transaction"] == transaction.as_str();
            match answer["janus"].as_str() {
                Some("success" | "event") if mine => return Ok(answer),
                Some("error") if mine => return Err(answer["error"].to_string()),
                _ => (),
            }
        }
    }
}

impl Server for Janus {
    fn process(&self) -> u32 {
        self.child.id()
    }

    fn doubts(&mut self) -> Vec<String> {
        let ended = self.child.try_wait().ok().flatten();
        ended.map(|status| format!("Janus ended: {status}")).into_iter().collect()
    }
}

impl Drop for Janus {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

//! A run against Assize: starts the server as a process of its own, seats everybody, opens the
//! hearings when they shall be recorded, connects the media.
//!
//! What is not here: the measurement, which is the same for every server (`run.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::door::{Door, PATIENCE};
use crate::generator::{Generator, Order, here};
use crate::media::SIZES;
use crate::page::Page;
use crate::run::{Load, Server, seats, until};
use crate::sdp::other;
use crate::station::Identity;

/// The server and everybody in it.
pub struct Assize {
    child: Child,
    folder: PathBuf,
    /// For its counters.
    door: Option<Door>,
    /// Hearings and the doors to them, by room and place.
    doors: Vec<(u64, Vec<Door>)>,
    /// Pages by room and place.
    pages: Vec<Vec<Page>>,
    load: Option<Load>,
}

impl Assize {
    /// Starts the server with a fresh folder and seats everybody; media flows when this is done.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn start(
        binary: &Path,
        load: Load,
        settings: &str,
    ) -> Result<(Self, Generator), String> {
        let server = Self::admit(binary, load, settings).await?;
        let generator = server.seat(load).await?;
        Ok((server, generator))
    }

    /// Starts the server with a fresh folder and lets everybody in; nobody has media yet.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn admit(binary: &Path, load: Load, settings: &str) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("assize-load-{}", std::process::id()));
        let size = [("--cases", load.rooms.to_string()), ("--people", load.people.to_string())];
        let size: Vec<String> =
            size.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect();
        let (child, ready) = serve(binary, &folder, &size, settings).await?;
        let mut server = Self::of(child, folder);
        server.load = Some(load);
        server.let_in(&ready).await?;
        Ok(server)
    }

    async fn let_in(&mut self, ready: &Value) -> Result<(), String> {
        let port = ready["https_port"].as_u64().and_then(|port| u16::try_from(port).ok());
        let door = Door::new(port.ok_or("the ready file names no port")?)?;
        self.door = Some(door.clone());
        let mut staff = Vec::new();
        for sign_in in ready["sign_ins"].as_array().into_iter().flatten().take(2) {
            let mut door = door.clone();
            let body = json!({"name": sign_in["name"], "password": sign_in["password"]});
            door.post("/api/sign-in", &body).await?;
            staff.push(door);
        }
        for case in ready["cases"].as_array().into_iter().flatten() {
            let hearing = case["hearing"].as_u64().ok_or("a case without a hearing")?;
            let mut doors = staff.clone();
            for code in case["codes"].as_array().into_iter().flatten() {
                let mut door = door.clone();
                door.post("/api/join", &json!({"code": code["code"]})).await?;
                doors.push(door);
            }
            self.pages.push(check_in(&doors, hearing, 2).await?);
            self.doors.push((hearing, doors));
        }
        Ok(())
    }

    async fn seat(&self, load: Load) -> Result<Generator, String> {
        let generator = self.connect(load).await?;
        if load.record {
            for pages in &self.pages {
                open(pages).await?;
            }
            for pages in &self.pages {
                let rolls = |view: &Value| {
                    view["stage"]["name"] == "in_session" && view["record"]["name"] == "rolling"
                };
                pages[0].until("the session", |seen| rolls(&seen.view)).await?;
            }
        }
        Ok(generator)
    }

    async fn connect(&self, load: Load) -> Result<Generator, String> {
        let identity = Arc::new(Identity::new()?);
        let own = here([127, 0, 0, 1]);
        let (seats, offers) = seats(load, &identity, own)?;
        let generator = Generator::start(seats).map_err(|fault| fault.to_string())?;
        for (place, sdp) in offers.into_iter().enumerate() {
            let people = usize::from(load.people);
            let page = &self.pages[place / people][place % people];
            enter(page, &generator, place, load, 1, &sdp).await?;
        }
        let all = usize::from(load.rooms) * usize::from(load.people);
        until("media connections", PATIENCE, || generator.connected() == all).await?;
        Ok(generator)
    }
}

impl Assize {
    /// A server in which nobody is seated yet.
    pub fn of(child: Child, folder: PathBuf) -> Self {
        Self { child, folder, door: None, doors: Vec::new(), pages: Vec::new(), load: None }
    }

    /// Keeps a door for the server's counters.
    pub fn keep_door(&mut self, door: Door) {
        self.door = Some(door);
    }

    /// Keeps a room with its doors and pages.
    pub fn put_room(&mut self, hearing: u64, doors: Vec<Door>, pages: Vec<Page>) {
        self.doors.push((hearing, doors));
        self.pages.push(pages);
    }

    /// The page of a person, the door to open it again, and the hearing.
    pub fn seat_of(&self, room: u16, person: u8) -> (&Page, Door, u64) {
        let (room, person) = (usize::from(room), usize::from(person));
        let (hearing, doors) = &self.doors[room];
        (&self.pages[room][person], doors[person].clone(), *hearing)
    }

    /// Keeps a person's new page.
    pub fn put(&mut self, room: u16, person: u8, page: Page) {
        self.pages[usize::from(room)][usize::from(person)] = page;
    }
}

/// Offers a person's media connection, its tiles and its devices.
///
/// # Errors
/// What went wrong.
pub async fn enter(
    page: &Page,
    generator: &Generator,
    place: usize,
    load: Load,
    connection: u32,
    sdp: &str,
) -> Result<(), String> {
    let (lines, tiles) = (purposes(load.people), tiles(load, 0));
    enter_with(page, generator, place, connection, sdp, &lines, &tiles).await?;
    let on = json!(["microphone", "camera"]);
    page.ask(json!({"type": "ask", "ask": {"do": "devices", "on": on}})).await?;
    Ok(())
}

/// Offers a media connection with these lines, and tells these tiles.
///
/// # Errors
/// What went wrong.
pub async fn enter_with(
    page: &Page,
    generator: &Generator,
    place: usize,
    connection: u32,
    sdp: &str,
    lines: &Value,
    tiles: &Value,
) -> Result<(), String> {
    let message = json!({"type": "offer", "connection": connection, "sdp": sdp, "lines": lines});
    let answer = page.ask(message).await?;
    let text = answer["sdp"].as_str().ok_or("an answer without a description")?;
    let other = other(text, here([127, 0, 0, 1]));
    let other = other.ok_or_else(|| format!("no way to the server: {text}"))?;
    generator.order(Order::Meet(place, other));
    page.tell(json!({"type": "tiles", "tiles": tiles})).await;
    Ok(())
}

impl Server for Assize {
    fn process(&self) -> u32 {
        self.child.id()
    }

    async fn turn(&self, step: u64) {
        let Some(load) = self.load else { return };
        for page in self.pages.iter().flatten() {
            page.tell(json!({"type": "tiles", "tiles": tiles(load, step)})).await;
        }
    }

    async fn counters(&self) -> BTreeMap<String, f64> {
        let Some(door) = &self.door else { return BTreeMap::new() };
        door.counters().await.unwrap_or_default()
    }

    fn doubts(&mut self) -> Vec<String> {
        let mut doubts = Vec::new();
        let seen = || self.pages.iter().flatten().map(Page::seen);
        let reoffers: u32 = seen().map(|seen| seen.reoffers).sum();
        if reoffers > 0 {
            doubts.push(format!("the server asked {reoffers} times for another offer"));
        }
        let byes: Vec<String> = seen().filter_map(|seen| seen.bye).collect();
        if !byes.is_empty() {
            doubts.push(format!("{} pages were sent away: {}", byes.len(), byes[0]));
        }
        doubts
    }
}

impl Drop for Assize {
    fn drop(&mut self) {
        // A server that is gone already needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Starts the server in a folder of its own with a demonstration of this size.
///
/// # Errors
/// What went wrong.
pub async fn serve(
    binary: &Path,
    folder: &Path,
    size: &[String],
    settings: &str,
) -> Result<(Child, Value), String> {
    std::fs::create_dir_all(folder).map_err(|fault| fault.to_string())?;
    let config = folder.join("assize.toml");
    let text = format!(
        "{settings}\nhttps = [\"127.0.0.1:0\"]\nmedia = [\"127.0.0.1:0\"]\ndata = {:?}\n\
         archive = {:?}\narchive_free_min = 1000000\nlog = \"warn\"\n",
        folder.join("data"),
        folder.join("archive"),
    );
    std::fs::write(&config, text).map_err(|fault| fault.to_string())?;
    let ready = folder.join("ready.json");
    let child = Command::new(binary)
        .args(["serve", "--demo"])
        .args(size)
        .arg("--config")
        .arg(&config)
        .arg("--ready-file")
        .arg(&ready)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|fault| format!("cannot start {}: {fault}", binary.display()))?;
    until("the ready file", PATIENCE * 2, || ready.exists()).await?;
    let text = std::fs::read_to_string(&ready).map_err(|fault| fault.to_string())?;
    Ok((child, serde_json::from_str(&text).map_err(|fault| fault.to_string())?))
}

/// Opens everybody's page, checks in and admits; who leads comes first, `court` people need no
/// admission.
///
/// # Errors
/// What went wrong.
pub async fn check_in(doors: &[Door], hearing: u64, court: usize) -> Result<Vec<Page>, String> {
    let mut pages = Vec::new();
    for door in doors {
        pages.push(Page::open(door, hearing).await?);
    }
    let ask = |ask: Value| json!({"type": "ask", "ask": ask});
    pages[0].ask(ask(json!({"do": "open_check_in"}))).await?;
    for page in pages.iter().skip(court) {
        let others = json!("");
        let version = page.seen().view["discipline"]["version"].as_str().unwrap_or("").to_owned();
        page.ask(ask(json!({"do": "check_in", "discipline": true, "others_present": others,
            "camera": true, "microphone": true, "version": version})))
            .await?;
        let me = page.seen().view["me"]["id"].clone();
        pages[0].ask(ask(json!({"do": "admit", "who": me}))).await?;
    }
    for page in &pages {
        page.until("admission", |seen| seen.view["me"]["place"] == "in_hearing").await?;
    }
    Ok(pages)
}

/// Does what the procedure asks for before an opening, and opens; everybody of the trial court agreed
/// beforehand.
async fn open(pages: &[Page]) -> Result<(), String> {
    let ask = |ask: Value| json!({"type": "ask", "ask": ask});
    let judge = &pages[0];
    judge.ask(ask(json!({"do": "answer_barred", "grounds": [], "note": ""}))).await?;
    judge.ask(ask(json!({"do": "read_discipline"}))).await?;
    judge.ask(ask(json!({"do": "open"}))).await?;
    Ok(())
}

fn purposes(people: u8) -> Value {
    let mut lines = vec![
        json!({"mid": "0", "purpose": {"for": "publish", "kind": "microphone"}}),
        json!({"mid": "1", "purpose": {"for": "publish", "kind": "camera"}}),
    ];
    for slot in 0..people - 1 {
        for (place, medium) in ["sound", "picture"].into_iter().enumerate() {
            let mid = (2 + 2 * usize::from(slot) + place).to_string();
            let purpose = json!({"for": "seat", "slot": slot, "medium": medium});
            lines.push(json!({"mid": mid, "purpose": purpose}));
        }
    }
    Value::Array(lines)
}

/// How large a person draws the others: all of them large, or, where pictures have layers, one
/// large, two half as large and the others small, each in turn.
fn tiles(load: Load, turn: u64) -> Value {
    let others = load.people - 1;
    let tile = |slot: u8| {
        let purpose = json!({"for": "seat", "slot": slot, "medium": "picture"});
        let place = (u64::from(slot) + turn) % u64::from(others);
        let (width, height) = match place {
            _ if !load.layers => (1_280, 720),
            0 => SIZES[2],
            1 | 2 => SIZES[1],
            _ => SIZES[0],
        };
        json!({"purpose": purpose, "width": width, "height": height})
    };
    (0..others).map(tile).collect()
}

/// How long a hearing takes from its opening until all media is steady.
pub const SETTLE: Duration = Duration::from_secs(3);

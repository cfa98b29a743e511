//! A lecture: one person sends, many sites receive that person alone, each over a connection of its
//! own with one seat.
//!
//! What is not here: the measurement, which is the same for every load (`run.rs`).

use forwarding::transport::arrivals::Arrivals;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::assize::{Assize, check_in, enter_with, serve};
use crate::door::{Door, PATIENCE};
use crate::generator::{Generator, Seat, here, sources};
use crate::media::{Kind, Track};
use crate::run::until;
use crate::sdp::{Line, offer};
use crate::station::{Identity, Station};

/// Starts a server with a lecture and seats lecturer and sites; media flows when this is done.
///
/// # Errors
/// What went wrong.
pub async fn start(
    binary: &Path,
    learners: u8,
    settings: &str,
) -> Result<(Assize, Generator), String> {
    let folder = std::env::temp_dir().join(format!("assize-lecture-{}", std::process::id()));
    let size = vec!["--learners".to_owned(), learners.to_string()];
    let (child, ready) = serve(binary, &folder, &size, settings).await?;
    let mut server = Assize::of(child, folder);
    let port = ready["https_port"].as_u64().and_then(|port| u16::try_from(port).ok());
    let door = Door::new(port.ok_or("the ready file names no port")?)?;
    server.keep_door(door.clone());
    let lecture = of_kind(&ready["cases"], "lecture").ok_or("the demonstration has no lecture")?;
    let judge = of_kind(&ready["sign_ins"], "judge").ok_or("the demonstration has no judge")?;
    let hearing = lecture["hearing"].as_u64().ok_or("a lecture without a number")?;
    let mut doors = vec![door.clone()];
    let body = json!({"name": judge["name"], "password": judge["password"]});
    doors[0].post("/api/sign-in", &body).await?;
    for code in lecture["codes"].as_array().into_iter().flatten() {
        let mut door = door.clone();
        door.post("/api/join", &json!({"code": code["code"]})).await?;
        doors.push(door);
    }
    if doors.len() != usize::from(learners) + 1 {
        return Err(format!("{} sites instead of {learners}", doors.len() - 1));
    }
    let pages = check_in(&doors, hearing, 1).await?;
    pages[0].ask(json!({"type": "ask", "ask": {"do": "open"}})).await?;
    let generator = connect(&pages, learners).await?;
    server.put_room(hearing, doors, pages);
    Ok((server, generator))
}

async fn connect(pages: &[crate::page::Page], learners: u8) -> Result<Generator, String> {
    let identity = Arc::new(Identity::new()?);
    let own = here([127, 0, 0, 1]);
    let [sound, picture] = sources(0, 0);
    let (mut seats, mut offers) = (Vec::new(), Vec::new());
    for person in 0..=learners {
        let name = format!("lecture{person:03}");
        let station = Station::new(Arc::clone(&identity), own, &name);
        let station = station.map_err(|fault| fault.to_string())?;
        let leads = person == 0;
        let sends = |source| leads.then_some(source);
        let lines = [
            Line { kind: Kind::Sound, sends: sends(sound), layers: false },
            Line { kind: Kind::Picture, sends: sends(picture), layers: false },
        ];
        offers.push(offer(&station.own(), &lines, false));
        let tracks = vec![Track::new(Kind::Sound, 0, sound), Track::new(Kind::Picture, 1, picture)];
        let (tracks, arrivals) = (leads.then_some(tracks), Arrivals::default());
        seats.push(Seat { station, room: 0, person, tracks, people: 1, arrivals, number: 0 });
    }
    let all = seats.len();
    let generator = Generator::start(seats).map_err(|fault| fault.to_string())?;
    for (place, sdp) in offers.into_iter().enumerate() {
        let (lines, tiles) = if place == 0 { sends() } else { receives() };
        enter_with(&pages[place], &generator, place, 1, &sdp, &lines, &tiles).await?;
    }
    until("media connections", PATIENCE, || generator.connected() == all).await?;
    let on = json!(["microphone", "camera"]);
    pages[0].ask(json!({"type": "ask", "ask": {"do": "devices", "on": on}})).await?;
    Ok(generator)
}

fn of_kind<'a>(list: &'a Value, kind: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|each| each["kind"] == kind)
}

/// Purposes and tiles of who speaks.
fn sends() -> (Value, Value) {
    let line =
        |mid: &str, kind: &str| json!({"mid": mid, "purpose": {"for": "publish", "kind": kind}});
    (json!([line("0", "microphone"), line("1", "camera")]), json!([]))
}

/// Purposes and tiles of who follows.
fn receives() -> (Value, Value) {
    let seat = |medium: &str| json!({"for": "seat", "slot": 0, "medium": medium});
    let line = |mid: &str, medium: &str| json!({"mid": mid, "purpose": seat(medium)});
    let tile = json!({"purpose": seat("picture"), "width": 1280, "height": 720});
    (json!([line("0", "sound"), line("1", "picture")]), json!([tile]))
}

//! One measured run against any server, and the row it gives.
//!
//! What is not here: how a server is started and its people seated.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use forwarding::transport::arrivals::Arrivals;

use crate::generator::{Generator, Order, Seat, sources};
use crate::machine::{cpu_by_thread, cpu_seconds, dropped, memory, stolen_and_idle};
use crate::media::{Kind, RIDS, Track};
use crate::sdp::{Line, offer};
use crate::station::{Identity, Station};

/// What comes after the last packet still counts for so long.
const DRAIN: Duration = Duration::from_millis(800);

/// Where pictures have layers, everybody looks at somebody else so often.
const TURN: Duration = Duration::from_secs(2);

/// Who takes part.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Rooms.
    pub rooms: u16,
    /// People in each.
    pub people: u8,
    /// Whether everything is recorded.
    pub record: bool,
    /// Whether lines are negotiated as browsers do: counted, repaired apart, redundant.
    pub counted: bool,
    /// Whether pictures go out in three layers and are shown at changing sizes.
    pub layers: bool,
}

impl Load {
    /// A load without anything special.
    pub const fn plain(rooms: u16, people: u8) -> Self {
        Self { rooms, people, record: false, counted: false, layers: false }
    }
}

/// A running server.
pub trait Server {
    /// Its process.
    fn process(&self) -> u32;

    /// People look at somebody else: `step` counts on.
    async fn turn(&self, _step: u64) {}

    /// Counters of its own, if it has any that can be read.
    async fn counters(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }

    /// What went wrong on its side beside the figures.
    fn doubts(&mut self) -> Vec<String>;
}

/// Waits for `done`, asking a hundred times a second.
///
/// # Errors
/// When it does not come in time.
pub async fn until(what: &str, patience: Duration, done: impl Fn() -> bool) -> Result<(), String> {
    let start = Instant::now();
    while !done() {
        if start.elapsed() > patience {
            return Err(format!("{what} did not come within {patience:?}"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// A station for each person, and its offer: sound and picture go out, everybody else's come in.
///
/// # Errors
/// When the system gives no sockets.
pub fn seats(
    load: Load,
    identity: &Arc<Identity>,
    own: SocketAddr,
) -> Result<(Vec<Seat>, Vec<String>), String> {
    let (mut seats, mut offers) = (Vec::new(), Vec::new());
    for room in 0..load.rooms {
        for person in 0..load.people {
            let name = format!("load{room:05}x{person:03}");
            let (station, sdp) = fresh(load, identity, own, room, person, &name)?;
            offers.push(sdp);
            let [sound, picture] = sources(room, person);
            let mut tracks = vec![Track::new(Kind::Sound, 0, sound).counted(load.counted)];
            for (layer, ssrc) in (0..if load.layers { RIDS.len() } else { 1 }).zip(picture..) {
                let track = Track::new(Kind::Picture, 1, ssrc).counted(load.counted);
                tracks.push(if load.layers { track.layer(layer) } else { track });
            }
            let people = load.people;
            let (arrivals, number) = (Arrivals::default(), 0);
            let tracks = Some(tracks);
            seats.push(Seat { station, room, person, tracks, people, arrivals, number });
        }
    }
    Ok((seats, offers))
}

/// A station of its own name for a person, and its offer.
///
/// # Errors
/// When the system gives no socket.
pub fn fresh(
    load: Load,
    identity: &Arc<Identity>,
    own: SocketAddr,
    room: u16,
    person: u8,
    name: &str,
) -> Result<(Station, String), String> {
    let station =
        Station::new(Arc::clone(identity), own, name).map_err(|fault| fault.to_string())?;
    let [sound, picture] = sources(room, person);
    let mut lines = vec![
        Line { kind: Kind::Sound, sends: Some(sound), layers: false },
        Line { kind: Kind::Picture, sends: Some(picture), layers: load.layers },
    ];
    for _ in 1..load.people {
        lines.push(Line { kind: Kind::Sound, sends: None, layers: false });
        lines.push(Line { kind: Kind::Picture, sends: None, layers: false });
    }
    let sdp = offer(&station.own(), &lines, load.counted);
    Ok((station, sdp))
}

struct Reading {
    server: f64,
    own: f64,
    stolen: f64,
    dropped_here: u64,
    dropped_there: u64,
    at: Instant,
}

fn read(server: &impl Server, generator: &Generator) -> Reading {
    let own = generator.ports();
    Reading {
        server: cpu_seconds(server.process()),
        own: cpu_seconds(std::process::id()),
        stolen: stolen_and_idle().0,
        dropped_here: dropped(|port| own.contains(&port)),
        dropped_there: dropped(|port| !own.contains(&port)),
        at: Instant::now(),
    }
}

/// Measures for `seconds` and gives the row.
pub async fn measure(
    name: &str,
    load: Load,
    seconds: u64,
    server: &mut impl Server,
    generator: &Generator,
) -> Value {
    generator.order(Order::Begin);
    let before = read(server, generator);
    let counters_before = server.counters().await;
    let mut threads = cpu_by_thread(server.process());
    let start = tokio::time::Instant::now();
    let end = start + Duration::from_secs(seconds);
    for (step, at) in (1..).zip((1..).map(|turn| start + TURN * turn)) {
        if !load.layers || at >= end {
            break;
        }
        tokio::time::sleep_until(at).await;
        server.turn(step).await;
    }
    tokio::time::sleep_until(end).await;
    generator.order(Order::End);
    let after = read(server, generator);
    let threads: BTreeMap<String, f64> = cpu_by_thread(server.process())
        .into_iter()
        .map(|(name, cpu)| (cpu - threads.remove(&name).unwrap_or(0.0), name))
        .filter(|(cpu, _)| *cpu >= 0.01)
        .map(|(cpu, name)| (name, round(cpu, 2)))
        .collect();
    tokio::time::sleep(DRAIN).await;
    let drained = read(server, generator);
    let counted = generator.tell();
    let mut counters = server.counters().await;
    for (name, value) in counters_before {
        *counters.entry(name).or_default() -= value;
    }
    let counter = |name: &str| counters.get(&format!("assize_sfu_{name}_total")).copied();
    let calls = counter("datagrams_out").zip(counter("send_calls"));
    let per_call = calls.map(|(out, calls)| round(out / calls.max(1.0), 2));
    let time = after.at.duration_since(before.at).as_secs_f64();
    let cpu = after.server - before.server;
    let allocations = counters.get("assize_process_allocations_total").copied();
    let per_packet = allocations.map(|calls| calls / counted.received.max(1) as f64);
    let lost = counted.expected.saturating_sub(counted.received);
    let stolen = (after.stolen - before.stolen) / time;
    let late = counted.late.quantile_ms(99.0);
    let dropped_here = drained.dropped_here.saturating_sub(before.dropped_here);
    let dropped_there = drained.dropped_there.saturating_sub(before.dropped_there);
    let mut doubts = server.doubts();
    let mut doubt = |is: bool, text: String| {
        if is {
            doubts.push(text);
        }
    };
    doubt(stolen > 0.05, format!("the hypervisor took {stolen:.2} cores"));
    doubt(late > 2.0, format!("the generator was late: p99 {late:.1} ms"));
    doubt(counted.silent > 0, format!("{} tracks never came", counted.silent));
    doubt(counted.broken > 0, format!("{} packets could not be opened", counted.broken));
    doubt(dropped_here > 0, format!("{dropped_here} datagrams fell at the generator's sockets"));
    doubt(counted.refused > 0, format!("{} packets were not taken by the kernel", counted.refused));
    let (rss, peak) = memory(server.process());
    json!({
        "server": name,
        "rooms": load.rooms,
        "people": load.people,
        "record": load.record,
        "counted": load.counted,
        "layers": load.layers,
        "layer_switches": counter("layer_switches"),
        "lines_frozen": counter("lines_frozen"),
        "seconds": round(time, 2),
        "in_per_second": round(counted.sent as f64 / time, 0),
        "out_per_second": round(counted.received as f64 / time, 0),
        "server_cpu_seconds": round(cpu, 2),
        "datagrams_per_send_call": per_call,
        "tape_lost": counter("tape_packets_lost"),
        "unsent": counter("packets_unsent"),
        "server_cpu_by_thread": threads,
        "server_cores": round(cpu / time, 3),
        "cpu_us_per_packet_out": round(cpu * 1e6 / counted.received.max(1) as f64, 2),
        "allocations": allocations,
        "allocations_per_packet_out": per_packet.map(|share| round(share, 4)),
        "delay_ms": {
            "p50": round(counted.delay.quantile_ms(50.0), 3),
            "p95": round(counted.delay.quantile_ms(95.0), 3),
            "p99": round(counted.delay.quantile_ms(99.0), 3),
            "max": round(counted.delay.max_ms(), 1),
        },
        "sent": counted.sent,
        "expected": counted.expected,
        "received": counted.received,
        "lost": lost,
        "twice": counted.twice,
        "probes": counted.probes,
        "fell_at_server_sockets": dropped_there,
        "keyframe_requests": counted.keyframes,
        "nacks_to_senders": counted.nacks,
        "rss_mib": round(rss, 1),
        "rss_peak_mib": round(peak, 1),
        "generator_cores": round((after.own - before.own) / time, 3),
        "generator_late_ms": { "p99": round(late, 2), "max": round(counted.late.max_ms(), 1) },
        "generator_lag_ms": { "p99": round(counted.lag.quantile_ms(99.0), 2) },
        "stolen_cores": round(stolen, 3),
        "doubts": doubts,
    })
}

fn round(value: f64, places: i32) -> f64 {
    let scale = 10_f64.powi(places);
    (value * scale).round() / scale
}

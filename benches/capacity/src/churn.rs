//! People who come and go: each cycle one of them leaves, comes again over a new page and a new
//! media connection, and is gone again with the next cycle; memory is read on the way.
//!
//! What is not here: steady load (`run.rs`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::assize::{Assize, enter};
use crate::generator::{Generator, Order, here};
use crate::machine::{cpu_seconds, memory};
use crate::page::Page;
use crate::run::{Load, Server, fresh, until};
use crate::station::Identity;

/// A person is back within this time.
const BACK: Duration = Duration::from_secs(20);
/// How often memory is read.
const READINGS: u32 = 20;

/// Goes through `cycles` and tells what memory did. Who comes and goes is neither judge nor clerk.
///
/// # Errors
/// When somebody does not come back.
pub async fn churn(
    server: &mut Assize,
    generator: &Generator,
    load: Load,
    cycles: u32,
) -> Result<Value, String> {
    let identity = Arc::new(Identity::new()?);
    let process = server.process();
    let (start, before) = (Instant::now(), cpu_seconds(process));
    let mut readings = Vec::new();
    let comers = u32::from(load.people) - 2;
    let mut connections = 1;
    for cycle in 0..cycles {
        if cycle % (cycles / READINGS).max(1) == 0 {
            readings.push(json!({"cycle": cycle, "rss_mib": memory(process).0.round()}));
        }
        let turn = cycle / comers;
        let room = u16::try_from(turn % u32::from(load.rooms)).unwrap_or_default();
        let person = u8::try_from(2 + cycle % comers).unwrap_or_default();
        if room == 0 && cycle % comers == 0 {
            connections += 1;
        }
        let (page, door, hearing) = server.seat_of(room, person);
        page.tell(json!({"type": "bye"})).await;
        let name = format!("churn{cycle:08}");
        let (station, sdp) = fresh(load, &identity, here([127, 0, 0, 1]), room, person, &name)?;
        let place = usize::from(room) * usize::from(load.people) + usize::from(person);
        generator.order(Order::Renew(place, Box::new(station)));
        let page = Page::open(&door, hearing).await?;
        enter(&page, generator, place, load, connections, &sdp).await?;
        until("the way back", BACK, || generator.is_connected(place)).await?;
        server.put(room, person, page);
    }
    let (rss, peak) = memory(process);
    readings.push(json!({"cycle": cycles, "rss_mib": rss.round()}));
    let seconds = start.elapsed().as_secs_f64();
    Ok(json!({
        "server": "assize",
        "rooms": load.rooms,
        "people": load.people,
        "record": load.record,
        "cycles": cycles,
        "cycles_per_second": (f64::from(cycles) / seconds).round(),
        "server_cpu_ms_per_cycle":
            ((cpu_seconds(process) - before) * 1e5 / f64::from(cycles)).round() / 100.0,
        "memory": readings,
        "rss_peak_mib": peak.round(),
        "doubts": server.doubts(),
    }))
}

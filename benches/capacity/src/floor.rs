//! What the kernel alone takes to send a packet over loopback: no server on this machine takes less.
//!
//! What is not here: encryption, choice of receivers, reading; a sender that does nothing else.

use std::io::IoSlice;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::socket::{ControlMessage, MsgFlags, MultiHeaders, SockaddrIn, sendmmsg};
use serde_json::{Value, json};

use crate::machine::cpu_of_this_thread;

/// Bytes of a packet, as a camera's are.
const PACKET: u16 = 1_100;
/// Receivers, as many as a server has in some rooms.
const RECEIVERS: usize = 32;

/// Sends as fast as it goes, `seconds` for each length of run, and gives microseconds a packet.
///
/// # Errors
/// When the system gives no sockets or takes no packets.
pub fn floor(seconds: u64) -> Result<Value, String> {
    let text = |fault: std::io::Error| fault.to_string();
    let stop = Arc::new(AtomicBool::new(false));
    let mut addresses = Vec::with_capacity(RECEIVERS);
    let mut receivers = Vec::with_capacity(RECEIVERS);
    for _ in 0..RECEIVERS {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
        socket.set_read_timeout(Some(Duration::from_millis(100))).map_err(text)?;
        let SocketAddr::V4(address) = socket.local_addr().map_err(text)? else { continue };
        addresses.push(Some(SockaddrIn::from(address)));
        let stop = Arc::clone(&stop);
        receivers.push(thread::spawn(move || {
            let mut packet = [0; PACKET as usize];
            while !stop.load(Ordering::Relaxed) {
                // Nothing within the time is as good as a packet.
                drop(socket.recv(&mut packet));
            }
        }));
    }
    let mut told = serde_json::Map::new();
    let measured = [1_u16, 2, 4, 8].into_iter().try_for_each(|run| {
        let micros = micros_a_packet(run, seconds, &addresses)?;
        told.insert(format!("runs_of_{run}"), json!((micros * 100.0).round() / 100.0));
        Ok(())
    });
    stop.store(true, Ordering::Relaxed);
    for receiver in receivers {
        receiver.join().map_err(|_| "a receiver died".to_owned())?;
    }
    measured.map(|()| json!({ "floor_us_per_packet": told, "bytes": PACKET }))
}

/// CPU microseconds of a packet when `run` packets leave together for each receiver (UDP GSO).
fn micros_a_packet(
    run: u16,
    seconds: u64,
    addresses: &[Option<SockaddrIn>],
) -> Result<f64, String> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|fault| fault.to_string())?;
    let packets = vec![0; usize::from(PACKET) * usize::from(run)];
    let slices: Vec<[IoSlice<'_>; 1]> =
        addresses.iter().map(|_| [IoSlice::new(&packets)]).collect();
    let segments = [ControlMessage::UdpGsoSegments(&PACKET)];
    let control: &[ControlMessage<'_>] = if run > 1 { &segments } else { &[] };
    let space = (run > 1).then(|| nix::cmsg_space!(u16));
    let mut headers = MultiHeaders::preallocate(addresses.len(), space);
    let (begun, before) = (Instant::now(), cpu_of_this_thread());
    let mut sent = 0_u64;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let results = sendmmsg(
            socket.as_raw_fd(),
            &mut headers,
            slices.iter(),
            addresses,
            control,
            MsgFlags::empty(),
        );
        sent += results.map_err(|fault| fault.to_string())?.count() as u64 * u64::from(run);
    }
    Ok((cpu_of_this_thread() - before) * 1e6 / sent.max(1) as f64)
}

//! Looks at the server's clock by asking time servers (SNTP, RFC 5905 §14), and tells every hearing
//! what was found. The clock itself is set by the system (chrony, systemd-timesyncd), never here.
//!
//! What is not here: what a hearing does with a wrong clock.

use std::time::Duration;

use futures_util::future::join_all;
use model::ClockReading;
use rsntp::AsyncSntpClient;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::metrics::Metrics;

/// How often the time servers are asked.
const LOOK_EVERY: Duration = Duration::from_secs(64);
/// How long one may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(3);
/// So many times in a row nobody may answer before the offset is no longer known.
const SILENT_MAX: u32 = 3;

/// Which time servers are asked, and how far off the clock may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeServers {
    /// Their addresses, `host` or `host:port`; none leaves the machine's clock unchecked.
    pub servers: Vec<String>,
    /// Nothing recorded is opened when the clock is further off, milliseconds.
    pub limit_ms: u32,
}

impl TimeServers {
    /// What is known before the first look.
    pub(crate) fn unasked(&self) -> ClockReading {
        let source = self.servers.join(", ");
        ClockReading { source, offset_ms: None, limit_ms: self.limit_ms }
    }

    /// Asks all of them once. Takes three seconds at most.
    pub async fn ask(&self) -> ClockReading {
        let answers = self.look().await;
        if answers.is_empty() { self.unasked() } else { self.settle(answers) }
    }

    /// Asks all at once; who answered, and how far our clock is ahead of it, milliseconds.
    async fn look(&self) -> Vec<(String, i32)> {
        let client = AsyncSntpClient::new();
        let asked = self.servers.iter().map(|server| {
            let client = &client;
            async move {
                match timeout(ANSWER_WAIT, client.synchronize(server)).await {
                    Ok(Ok(answer)) => {
                        Some((server.clone(), ahead_ms(answer.clock_offset().as_secs_f64())))
                    }
                    Ok(Err(fault)) => {
                        tracing::debug!(%server, %fault, "a time server does not answer");
                        None
                    }
                    Err(_) => {
                        tracing::debug!(%server, "a time server does not answer in time");
                        None
                    }
                }
            }
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// What answers come to. The middle one: a single server that is wrong decides nothing among
    /// three.
    fn settle(&self, mut answers: Vec<(String, i32)>) -> ClockReading {
        answers.sort_by_key(|(_, ahead)| *ahead);
        let offset_ms = answers.get(answers.len() / 2).map(|(_, ahead)| *ahead);
        let names: Vec<String> = answers.into_iter().map(|(server, _)| server).collect();
        ClockReading { source: names.join(", "), offset_ms, limit_ms: self.limit_ms }
    }
}

/// Asks again and again until the room stops.
pub(crate) struct Timekeeper {
    asked: TimeServers,
    readings: watch::Sender<ClockReading>,
    metrics: Metrics,
}

impl Timekeeper {
    /// With where what it finds is read.
    pub(crate) fn new(
        asked: TimeServers,
        metrics: Metrics,
    ) -> (Self, watch::Receiver<ClockReading>) {
        metrics.clock.offset.set(f64::NAN);
        let (readings, told) = watch::channel(asked.unasked());
        (Self { asked, readings, metrics }, told)
    }

    /// Asks until the room stops; ends at once where no server is named.
    pub(crate) async fn run(self, mut stopping: watch::Receiver<bool>) {
        if self.asked.servers.is_empty() {
            return;
        }
        let mut silent = 0;
        loop {
            let answers = self.asked.look().await;
            silent = if answers.is_empty() { silent + 1 } else { 0 };
            let outcome = if answers.is_empty() { "silent" } else { "answered" };
            self.metrics.clock.looks.with_label_values(&[outcome]).inc();
            if let Some(reading) = self.reading(answers, silent) {
                self.tell(reading);
            }
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
        }
    }

    /// What the answers come to; nothing while a short silence leaves the former reading standing.
    fn reading(&self, answers: Vec<(String, i32)>, silent: u32) -> Option<ClockReading> {
        if answers.is_empty() {
            return (silent == SILENT_MAX).then(|| self.asked.unasked());
        }
        Some(self.asked.settle(answers))
    }

    fn tell(&self, reading: ClockReading) {
        let offset = reading.offset_ms.map_or(f64::NAN, |ms| f64::from(ms) / 1_000.0);
        self.metrics.clock.offset.set(offset);
        let ClockReading { source, offset_ms, limit_ms } = &reading;
        if reading.is_off() {
            tracing::error!(
                source,
                offset_ms,
                limit_ms,
                "the clock is off: nothing recorded opens"
            );
        } else if offset_ms.is_none() {
            tracing::warn!(source, "no time server answers: the clock is not checked");
        } else {
            tracing::debug!(source, offset_ms, "the clock was looked at");
        }
        self.readings.send_replace(reading);
    }
}

/// From the servers' lead to ours, whole milliseconds.
fn ahead_ms(behind_seconds: f64) -> i32 {
    let ms = (-behind_seconds * 1_000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates at the bounds")]
    let ms = ms as i32;
    ms
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;
    use tokio::net::UdpSocket;

    use super::*;

    /// A time server whose clock runs `lead` seconds before this machine's.
    async fn server(lead: i64) -> String {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let mut asked = [0_u8; 48];
            while let Ok((_, from)) = socket.recv_from(&mut asked).await {
                // RFC 5905 §7.3: version 4, mode 4, stratum 1; seconds count from 1900.
                let since =
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
                let seconds = u64::try_from(since.as_secs() as i64 + lead).unwrap() + 2_208_988_800;
                let fraction = u64::from(since.subsec_nanos()) * (1 << 32) / 1_000_000_000;
                let now = ((seconds << 32) | fraction).to_be_bytes();
                let mut answer = [0_u8; 48];
                answer[0] = 0x24;
                answer[1] = 1;
                answer[16..24].copy_from_slice(&now);
                answer[24..32].copy_from_slice(&asked[40..48]);
                answer[32..40].copy_from_slice(&now);
                answer[40..48].copy_from_slice(&now);
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        address
    }

    fn keeper(servers: Vec<String>) -> (Timekeeper, watch::Receiver<ClockReading>) {
        let metrics = Metrics::register(&Registry::new()).unwrap();
        Timekeeper::new(TimeServers { servers, limit_ms: 500 }, metrics)
    }

    #[tokio::test]
    async fn the_middle_of_three_is_taken_and_a_wrong_clock_is_off() {
        let servers = vec![server(-2).await, server(0).await, server(3_600).await];
        let (keeper, mut told) = keeper(servers);
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(keeper.run(stopping));
        told.changed().await.unwrap();
        let reading = told.borrow().clone();
        assert!(reading.offset_ms.unwrap().abs() < 200, "{reading:?}");
        assert!(!reading.is_off());
        stop.send_replace(true);
        task.await.unwrap();

        let (keeper, mut told) = self::keeper(vec![server(-2).await]);
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(keeper.run(stopping));
        told.changed().await.unwrap();
        let reading = told.borrow().clone();
        assert!((reading.offset_ms.unwrap() - 2_000).abs() < 200, "ours is ahead: {reading:?}");
        assert!(reading.is_off());
        stop.send_replace(true);
        task.await.unwrap();
    }

    #[test]
    fn a_short_silence_changes_nothing_and_a_long_one_says_so() {
        let (keeper, _told) = keeper(vec!["ntp.example".to_owned()]);
        assert_eq!(keeper.reading(Vec::new(), 1), None);
        assert_eq!(keeper.reading(Vec::new(), SILENT_MAX), Some(keeper.asked.unasked()));
        assert_eq!(keeper.reading(Vec::new(), SILENT_MAX + 1), None);
        let known = keeper.reading(vec![("ntp.example".to_owned(), 12)], 0).unwrap();
        assert_eq!((known.offset_ms, known.source.as_str()), (Some(12), "ntp.example"));
    }

    #[tokio::test]
    async fn without_time_servers_nobody_is_asked() {
        let (keeper, told) = keeper(Vec::new());
        let (_stop, stopping) = watch::channel(false);
        keeper.run(stopping).await;
        let expected = ClockReading { limit_ms: 500, ..ClockReading::default() };
        assert_eq!(*told.borrow(), expected);
    }
}

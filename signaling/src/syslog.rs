//! Sends every line of the audit log on to a log server (syslog, RFC 5424), over UDP (RFC 5426) or over
//! TCP with octet counting (RFC 6587 §3.4.1). The log itself is the queue: where sending stands is kept
//! in a file, so that a server that is away, or a restart, costs no line over TCP.
//!
//! What is not here: names and addresses, which stay in the log; each line names its number and
//! digest.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use protocol::AuditLine;
use time::OffsetDateTime;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::docket::{Docket, DocketFault};
use crate::metrics::Metrics;

/// Lines read at once.
const BATCH: u32 = 100;
/// A log server that takes longer is away.
const SEND_WAIT: Duration = Duration::from_secs(5);
/// Pauses after failures: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// Facility "log audit" (RFC 5424 §6.2.1), times eight.
const FACILITY: u8 = 13 * 8;
/// Severities: something was refused; something was done.
const WARNING: u8 = 4;
const NOTICE: u8 = 5;
/// Letters of a machine's name (RFC 5424 §6).
const HOST_CHARS_MAX: usize = 255;

/// Where the log server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyslogAt {
    /// Datagrams: nobody knows which arrive.
    Udp(String),
    /// A stream.
    Tcp(String),
}

impl SyslogAt {
    /// Reads `udp://host:port` or `tcp://host:port`; nothing when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, place) = text.split_once("://")?;
        let (host, port) = place.rsplit_once(':')?;
        if host.is_empty() || port.parse::<u16>().ok()? == 0 {
            return None;
        }
        match scheme {
            "udp" => Some(Self::Udp(place.to_owned())),
            "tcp" => Some(Self::Tcp(place.to_owned())),
            _ => None,
        }
    }
}

/// Why a line was not sent.
#[derive(Debug, thiserror::Error)]
enum SyslogFault {
    #[error(transparent)]
    Docket(#[from] DocketFault),
    #[error("the log server: {0}")]
    Away(#[from] io::Error),
    #[error("the log server takes too long")]
    Late,
}

/// The carrier of lines.
pub(crate) struct Syslog {
    at: SyslogAt,
    docket: Arc<Docket>,
    /// The file that holds the number of the last line sent.
    position: PathBuf,
    host: String,
    stream: Option<TcpStream>,
    metrics: Metrics,
}

impl Syslog {
    /// Where a log server is named.
    pub(crate) fn of(
        at: Option<SyslogAt>,
        docket: &Arc<Docket>,
        data: &Path,
        metrics: &Metrics,
    ) -> Option<Self> {
        at.map(|at| Self {
            at,
            docket: Arc::clone(docket),
            position: data.join("syslog-sent"),
            host: host(),
            stream: None,
            metrics: metrics.clone(),
        })
    }

    /// Sends what is new until the room stops.
    pub(crate) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut news = self.docket.audited();
        let mut pause = Duration::ZERO;
        loop {
            news.mark_unchanged();
            match self.send_all().await {
                Ok(()) => pause = Duration::ZERO,
                Err(fault) => {
                    tracing::warn!(%fault, "lines of the audit log wait for the log server");
                    self.metrics.custody.syslog_failed.inc();
                    self.stream = None;
                    pause = (pause * 2).clamp(PAUSES.0, PAUSES.1);
                }
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                changed = news.changed(), if pause.is_zero() => {
                    if changed.is_err() {
                        break;
                    }
                }
                () = sleep(pause), if !pause.is_zero() => {}
            }
        }
    }

    /// Where sending stands; a log that was never sent begins with its first line.
    fn sent(&self) -> i64 {
        let kept = std::fs::read_to_string(&self.position).unwrap_or_default();
        kept.trim().parse().unwrap_or(0)
    }

    async fn send_all(&mut self) -> Result<(), SyslogFault> {
        let mut sent = self.sent();
        loop {
            let lines = self.docket.audit_after(sent, BATCH).await?;
            let Some(last) = lines.last().map(|line| line.n) else { return Ok(()) };
            for line in &lines {
                let message = message(line, &self.host);
                timeout(SEND_WAIT, self.send(&message)).await.map_err(|_| SyslogFault::Late)??;
            }
            sent = last;
            keep(&self.position, sent)?;
        }
    }

    async fn send(&mut self, message: &str) -> io::Result<()> {
        match &self.at {
            SyslogAt::Udp(place) => {
                let target = tokio::net::lookup_host(place).await?.next();
                let target = target.ok_or(io::ErrorKind::NotFound)?;
                let any = if target.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any).await?;
                socket.send_to(message.as_bytes(), target).await.map(|_| ())
            }
            SyslogAt::Tcp(place) => {
                let stream = match &mut self.stream {
                    Some(stream) => stream,
                    None => self.stream.insert(TcpStream::connect(place).await?),
                };
                let framed = format!("{} {message}", message.len());
                stream.write_all(framed.as_bytes()).await?;
                stream.flush().await
            }
        }
    }
}

fn keep(path: &Path, n: i64) -> io::Result<()> {
    let draft = path.with_extension("part");
    std::fs::write(&draft, n.to_string())?;
    std::fs::rename(&draft, path)
}

/// This machine's name, as far as it may stand in a message.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let plain = name.chars().filter(char::is_ascii_graphic).take(HOST_CHARS_MAX);
    let name: String = plain.collect();
    if name.is_empty() { "-".to_owned() } else { name }
}

/// RFC 5424 §6. What somebody is stands in it, their name does not.
fn message(line: &AuditLine, host: &str) -> String {
    let done = matches!(line.result.as_str(), "done" | "ordered");
    let severity = FACILITY + if done { NOTICE } else { WARNING };
    let at = instant(line.at.0);
    let act = serde_json::to_string(&line.act).unwrap_or_default();
    let mut text = format!(
        "<{severity}>1 {at} {host} assize {} audit [audit@32473 n=\"{}\" act={act} result=\"{}\"",
        process::id(),
        line.n,
        escaped(&line.result),
    );
    let fits = "a string takes all that is written";
    if let Some(hearing) = line.hearing {
        write!(text, " hearing=\"{}\"", hearing.0).expect(fits);
    }
    let by = line.by.reveal();
    if let Some(what) = by.rsplit_once('（').map(|(_, what)| what.trim_end_matches('）')) {
        write!(text, " by=\"{}\"", escaped(what)).expect(fits);
    }
    write!(text, " sha256=\"{}\"]", line.sha256).expect(fits);
    text
}

/// A value of RFC 5424 §6.3.3.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\' | ']') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// A moment as RFC 5424 §6.2.3 writes it, in UTC; `-` for one that no calendar has.
pub(crate) fn instant(ms: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000) else {
        return "-".to_owned();
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use model::{HearingId, Timestamp};
    use prometheus::Registry;
    use protocol::AuditAct;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::docket::NewAudit;
    use crate::fixture::{Court, NOW};

    #[test]
    fn places_are_read() {
        assert_eq!(SyslogAt::parse("udp://log:514"), Some(SyslogAt::Udp("log:514".to_owned())));
        assert_eq!(SyslogAt::parse("tcp://[::1]:601"), Some(SyslogAt::Tcp("[::1]:601".to_owned())));
        for wrong in ["log:514", "tls://log:6514", "udp://log", "udp://:514", "tcp://log:0"] {
            assert_eq!(SyslogAt::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_is_as_the_rfc_has_it_and_names_nobody() {
        let line = AuditLine {
            n: 7,
            at: Timestamp(1_700_000_000_123),
            hearing: Some(HearingId(3)),
            by: "张三\"]（法官 #1）".into(),
            act: AuditAct::Denied,
            detail: "GET /api/x".into(),
            result: "not_your_right".to_owned(),
            sha256: "ab".to_owned(),
        };
        let said = message(&line, "node1");
        let own = process::id();
        assert_eq!(
            said,
            format!(
                "<108>1 2023-11-14T22:13:20.123Z node1 assize {own} audit [audit@32473 n=\"7\" \
                 act=\"denied\" result=\"not_your_right\" hearing=\"3\" by=\"法官 #1\" sha256=\"ab\"]"
            )
        );
        assert_eq!(escaped("a\"b]c\\d\ne"), "a\\\"b\\]c\\\\de");
    }

    async fn one_more(docket: &Docket) {
        let new = NewAudit {
            hearing: None,
            concerns: None,
            by: "运维（运维 #3）".into(),
            act: AuditAct::SignedIn,
            detail: "".into(),
            result: "done".to_owned(),
        };
        docket.audit(&new, NOW).await.unwrap();
    }

    /// What a log server is told on one connection, up to so many messages.
    async fn told(server: &TcpListener, most: usize) -> Vec<String> {
        let (mut stream, _) = server.accept().await.unwrap();
        let mut messages = Vec::new();
        while messages.len() < most {
            let mut length = String::new();
            loop {
                match stream.read_u8().await.unwrap() {
                    b' ' => break,
                    digit => length.push(char::from(digit)),
                }
            }
            let mut message = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut message).await.unwrap();
            messages.push(String::from_utf8(message).unwrap());
        }
        messages
    }

    #[tokio::test]
    async fn every_line_comes_once_though_the_server_goes_away() {
        let court = Court::new().await;
        let docket = Arc::clone(&court.docket);
        one_more(&docket).await;
        one_more(&docket).await;
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = SyslogAt::Tcp(server.local_addr().unwrap().to_string());
        let metrics = Metrics::register(&Registry::new()).unwrap();
        let (stop, stopping) = watch::channel(false);
        let syslog = Syslog::of(Some(at), &docket, court.folder.path(), &metrics).unwrap();
        let task = tokio::spawn(syslog.run(stopping.clone()));
        let first = told(&server, 2).await;
        assert!(first[0].contains(" n=\"1\" ") && first[1].contains(" n=\"2\" "), "{first:?}");
        stop.send_replace(true);
        task.await.unwrap();

        // After a restart only what is new comes.
        one_more(&docket).await;
        let at = SyslogAt::Tcp(server.local_addr().unwrap().to_string());
        let syslog = Syslog::of(Some(at), &docket, court.folder.path(), &metrics).unwrap();
        let (_stop, stopping) = watch::channel(false);
        let task = tokio::spawn(syslog.run(stopping));
        let second = told(&server, 1).await;
        assert!(second[0].contains(" n=\"3\" "), "{second:?}");
        task.abort();
    }
}

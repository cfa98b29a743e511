//! Puts the room together and runs it until it is told to stop.
//!
//! What is not here: the other rooms, reached by the channels handed in.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::docket::retention::Schedule;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::{Router, serve};
use model::archive::Archive;
use model::check_value::CheckValues;
use model::films::Films;
use model::heard::Heard;
use model::letters::{Notice, Order, RecordNotice, RecordOrder, Unfinished};
use model::limits::FACES_MAX;
use model::review::TranscriptShelf;
use model::stamps::Stamps;
use model::{ClockReading, HearingId, Private};
use prometheus::Registry;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::rustls::ServerConfig;

use crate::access::Attempts;
use crate::apart::Apart;
use crate::callers::Callers;
use crate::certificate::{self, Certificate, CertificateFault};
use crate::clock::Clock;
use crate::courier;
use crate::desk::Desk;
use crate::docket::Docket;
use crate::evidence::{Evidence, EvidenceFault};
use crate::faces;
use crate::filing;
use crate::hearing_task::Rooms;
use crate::hearings::Hearings;
use crate::http::{App, Custodian, RefusalLines, router};
use crate::metrics::Metrics;
use crate::node::NodeFigures;
use crate::press::Press;
use crate::reach::Reach;
use crate::settings::Settings;
use crate::stamping::Stamping;
use crate::syslog::{Syslog, SyslogAt};
use crate::timekeeper::{TimeServers, Timekeeper};
use crate::tls::{self, Peer, TlsListener};
use crate::transcript::Transcripts;

/// Archive reads at once: more would only make the disk seek.
const READS_MAX: usize = 8;
/// Verifications at once: each reads a whole hearing and uses a core.
const VERIFICATIONS_MAX: usize = 1;
/// How long open sockets and requests may take to end.
const PART_WAIT: Duration = Duration::from_secs(3);

/// What signaling needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen for HTTPS.
    pub listen: Vec<SocketAddr>,
    /// The certificate.
    pub certificate: Certificate,
    /// The folder of docket, keys and trial certificate.
    pub data: PathBuf,
    /// Address of the page as parties reach it; empty when whoever sends a notice reaches it the
    /// same way.
    pub page: String,
    /// What sittings are told at their start.
    pub settings: Settings,
    /// Where faces are compared, and the secret the requests are signed with.
    pub faces: Option<(String, Private<String>)>,
    /// The authority that time-stamps seals (RFC 3161): its address.
    pub timestamp_url: Option<String>,
    /// Where every line of the audit log is sent besides.
    pub syslog: Option<SyslogAt>,
    /// Who is asked how late it is.
    pub time: TimeServers,
    /// The program that prints documents, and its first arguments.
    pub press: Vec<PathBuf>,
    /// How long records are kept.
    pub retention: Schedule,
    /// Addresses besides this machine that may read `/metrics`.
    pub metrics_from: Vec<IpAddr>,
    /// Version of the product, for the ops page.
    pub version: &'static str,
}

/// The room's ends of the channels, and what it is handed.
pub struct Doors {
    /// To the sfu.
    pub orders: mpsc::Sender<Order>,
    /// From the sfu.
    pub notices: mpsc::Receiver<Notice>,
    /// To the recorder.
    pub record_orders: mpsc::Sender<RecordOrder>,
    /// From the recorder.
    pub record_notices: mpsc::Receiver<RecordNotice>,
    /// The archive.
    pub archive: Arc<dyn Archive>,
    /// The makers of films.
    pub films: Arc<dyn Films>,
    /// The desk at which check values are confirmed.
    pub check_values: Arc<dyn CheckValues>,
    /// Frozen transcripts.
    pub shelf: Arc<dyn TranscriptShelf>,
    /// What is heard of tracks.
    pub heard: mpsc::Receiver<(HearingId, Heard)>,
    /// The keepers of time-stamps.
    pub stamps: Arc<dyn Stamps>,
    /// The docket.
    pub docket: Arc<Docket>,
    /// The clock every room reads.
    pub clock: Clock,
    /// Where metrics go, and what `/metrics` shows.
    pub registry: Registry,
    /// The ways to media through the HTTPS door.
    pub reach: Reach,
    /// Figures of the whole node.
    pub figures: Arc<dyn Fn() -> NodeFigures + Send + Sync>,
}

impl core::fmt::Debug for Doors {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Doors")
    }
}

/// Why the room cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The certificate is not usable.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {fault}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        fault: io::Error,
    },
    /// The evidence cannot be opened.
    #[error("cannot open the evidence: {0}")]
    Evidence(String),
    /// Metrics were registered twice.
    #[error("cannot register the metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

impl From<EvidenceFault> for StartFault {
    fn from(fault: EvidenceFault) -> Self {
        Self::Evidence(fault.to_string())
    }
}

/// The room in service.
#[derive(Debug)]
pub struct Signaling {
    addresses: Vec<SocketAddr>,
    fingerprint: String,
    hearings: Hearings,
    desk: Desk,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    carriers: Vec<JoinHandle<()>>,
    sockets: mpsc::Receiver<()>,
}

/// What goes on by itself until it is told to stop: looking after the archive's index, posting
/// notices, having seals stamped.
fn works(
    looking: impl Future<Output = ()> + Send + 'static,
    docket: Arc<Docket>,
    clock: Clock,
    stamping: Option<Stamping>,
    time: Timekeeper,
    stopping: &watch::Receiver<bool>,
) -> impl Iterator<Item = JoinHandle<()>> {
    let notices = courier::post_due(docket, clock, stopping.clone());
    let stamps = stamping.map(|stamping| tokio::spawn(stamping.run(stopping.clone())));
    let time = tokio::spawn(time.run(stopping.clone()));
    [tokio::spawn(looking), tokio::spawn(notices), time].into_iter().chain(stamps)
}

impl Signaling {
    /// Opens the doors; `unfinished` hearings go on before the first page is let in.
    ///
    /// # Errors
    /// When the certificate is not usable or an address cannot be listened on.
    pub async fn start(
        config: Config,
        doors: Doors,
        unfinished: Vec<Unfinished>,
    ) -> Result<Self, StartFault> {
        let metrics = Metrics::register(&doors.registry)?;
        let now = doors.clock.now().utc;
        let identity = certificate::load(&config.certificate, &config.data, now)?;
        let sockets = listen(&config.listen)?;
        let (time, told) = Timekeeper::new(config.time.clone(), metrics.clone());
        let rooms = rooms(&config, &doors, &metrics, told);
        let (apart, transcripts) = (rooms.apart.clone(), rooms.transcripts.clone());
        let (docket, clock) = (Arc::clone(&doors.docket), doors.clock.clone());
        let evidence = Evidence::open(&config.data, Arc::clone(&docket), metrics.clone()).await?;
        let hearings = Hearings::new(rooms, Arc::clone(&doors.archive));
        let desk = Desk::new(Arc::clone(&docket), hearings.clone(), clock.clone(), metrics.clone());
        let mut carriers = vec![tokio::spawn(desk.clone().keep_time())];
        carriers.push(tokio::spawn(hearings.clone().carry_notices(doors.notices)));
        carriers.push(tokio::spawn(hearings.clone().carry_record_notices(doors.record_notices)));
        carriers.push(tokio::spawn(hearings.clone().carry_heard(doors.heard)));
        hearings.take_all_back(unfinished).await;
        let (stop, stopping) = watch::channel(false);
        let stamping = Stamping::of(config.timestamp_url.clone(), doors.stamps, &metrics);
        let looking = look_after(Arc::clone(&docket), Arc::clone(&doors.archive), metrics.clone());
        carriers.extend(works(looking, docket, clock, stamping, time, &stopping));
        carriers.extend(syslog(&config, &doors.docket, &metrics, &stopping));
        let (open_sockets, all_sockets) = mpsc::channel(1);
        let app = Arc::new(App {
            docket: doors.docket,
            hearings: hearings.clone(),
            desk: desk.clone(),
            archive: doors.archive,
            films: doors.films,
            press: Press::new(config.press),
            check_values: doors.check_values,
            evidence,
            apart,
            transcripts,
            faces: config.faces.map(|(url, secret)| faces::of(url, secret)),
            comparing: Arc::new(Semaphore::new(FACES_MAX)),
            clock: doors.clock,
            metrics,
            registry: doors.registry,
            figures: doors.figures,
            started_at: now,
            version: config.version,
            real_certificate: !identity.trial,
            page: config.page,
            metrics_from: config.metrics_from,
            attempts: Mutex::new(Attempts::default()),
            refusal_lines: RefusalLines::default(),
            callers: Callers::default(),
            line_tests: Mutex::default(),
            custodian: Custodian::open(config.retention, &config.data),
            outbox: config.data.join("outbox"),
            reads: Arc::new(Semaphore::new(READS_MAX)),
            verifications: Arc::new(Semaphore::new(VERIFICATIONS_MAX)),
            open_sockets,
        });
        let service = router(app).into_make_service_with_connect_info::<Peer>();
        let (addresses, servers) =
            open_doors(sockets, &doors.reach, &identity.tls, &service, &stopping)?;
        Ok(Self {
            addresses,
            fingerprint: identity.fingerprint,
            hearings,
            desk,
            stop,
            servers,
            carriers,
            sockets: all_sockets,
        })
    }

    /// Where the room listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// SHA-256 of the certificate, hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Stops in order: hearings write their last minute, pages are told to come back, doors close.
    /// Takes at most 10 s; the sfu and the recorder must still be running.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.desk.stop();
        self.hearings.stop().await;
        let parted = timeout(PART_WAIT, async {
            for server in &mut self.servers {
                if let Err(fault) = server.await {
                    tracing::error!(%fault, "an HTTPS door failed");
                }
            }
            // Every server holds a sender, every socket one more.
            while self.sockets.recv().await.is_some() {}
        });
        if parted.await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        for task in self.servers.iter().chain(&self.carriers) {
            task.abort();
        }
    }
}

/// Once at the start: the audit log is read whole, because whoever went round the database is found
/// here, and what is missing in the index of the archive is put there.
async fn look_after(docket: Arc<Docket>, archive: Arc<dyn Archive>, metrics: Metrics) {
    match docket.check_audit().await {
        Ok(None) => {}
        Ok(Some(n)) => {
            metrics.custody.audit_broken.inc();
            tracing::error!(n, "the audit log was altered");
        }
        Err(fault) => tracing::error!(%fault, "the audit log cannot be checked"),
    }
    filing::fill(docket, archive).await;
}

/// Sends the audit log on, where a log server is named.
fn syslog(
    config: &Config,
    docket: &Arc<Docket>,
    metrics: &Metrics,
    stopping: &watch::Receiver<bool>,
) -> Option<JoinHandle<()>> {
    let syslog = Syslog::of(config.syslog.clone(), docket, &config.data, metrics)?;
    Some(tokio::spawn(syslog.run(stopping.clone())))
}

/// The other rooms as hearings reach them.
fn rooms(
    config: &Config,
    doors: &Doors,
    metrics: &Metrics,
    clock_reading: watch::Receiver<ClockReading>,
) -> Rooms {
    Rooms {
        orders: doors.orders.clone(),
        record_orders: doors.record_orders.clone(),
        docket: Arc::clone(&doors.docket),
        clock: doors.clock.clone(),
        metrics: metrics.clone(),
        reach: doors.reach.clone(),
        apart: Apart::new(&config.data),
        transcripts: Transcripts::new(&config.data, Arc::clone(&doors.shelf)),
        settings: Arc::new(config.settings.clone()),
        clock_reading,
    }
}

/// Opens every address. An IPv6 wildcard on a machine without IPv6 is passed over.
fn listen(
    addresses: &[SocketAddr],
) -> Result<Vec<(SocketAddr, std::net::TcpListener)>, StartFault> {
    let mut sockets = Vec::new();
    for address in addresses {
        match tls::bind(*address) {
            Ok(socket) => sockets.push((*address, socket)),
            Err(fault) if is_without_ipv6(*address, &fault) => {
                tracing::warn!(%fault, "this machine has no IPv6; listening on IPv4 alone");
            }
            Err(fault) => return Err(StartFault::Listen { address: *address, fault }),
        }
    }
    Ok(sockets)
}

fn is_without_ipv6(address: SocketAddr, fault: &io::Error) -> bool {
    // EAFNOSUPPORT and EADDRNOTAVAIL (errno(3)).
    address.is_ipv6()
        && address.ip().is_unspecified()
        && matches!(fault.raw_os_error(), Some(97 | 99))
}

/// Answers at every address.
fn open_doors(
    sockets: Vec<(SocketAddr, std::net::TcpListener)>,
    reach: &Reach,
    tls: &Arc<ServerConfig>,
    service: &IntoMakeServiceWithConnectInfo<Router, Peer>,
    stopping: &watch::Receiver<bool>,
) -> Result<(Vec<SocketAddr>, Vec<JoinHandle<()>>), StartFault> {
    let (mut addresses, mut servers) = (Vec::new(), Vec::new());
    for (address, socket) in sockets {
        let fault = |fault| StartFault::Listen { address, fault };
        addresses.push(socket.local_addr().map_err(fault)?);
        let streams = Arc::clone(&reach.streams);
        let listener = TlsListener::start(socket, Arc::clone(tls), streams).map_err(fault)?;
        servers.push(tokio::spawn(answer(listener, service.clone(), stopping.clone())));
    }
    Ok((addresses, servers))
}

async fn answer(
    listener: TlsListener,
    service: IntoMakeServiceWithConnectInfo<Router, Peer>,
    mut stopping: watch::Receiver<bool>,
) {
    let stopped = async move {
        if stopping.wait_for(|stop| *stop).await.is_err() {
            tracing::debug!("the room was dropped without being stopped");
        }
    };
    if let Err(fault) = serve(listener, service).with_graceful_shutdown(stopped).await {
        tracing::error!(%fault, "an HTTPS door failed");
    }
}

#[cfg(test)]
mod tests;

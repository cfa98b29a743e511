//! `assize serve`: makes the channels, starts the rooms, orders the shutdown.
//!
//! What is not here: anything a room does.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use model::letters::Unfinished;
use model::{Now, PresenceChecks, limits};
use prometheus::Registry;
use recorder::{
    Anchors, ArchiveFolder, ConfirmationDesk, CourtKey, FilmShop, FilmsConfig, RecorderConfig,
    RecorderFault, StampDesk, Transcripts,
};
use sfu::{Ends, Sfu, SfuConfig, SfuFault};
use signaling::{
    Certificate, Clock, Docket, MediaStream, Reach, Settings, Signaling, StartFault, SyslogAt,
    TimeServers,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::commands::{complain, say};
use crate::config::{self, Config};
use crate::copies::Copies;
use crate::demo::{self, Sheet};
use crate::listening::Ears;
use crate::{clock, listening, ready, records, telemetry};

/// How long the recorder may take to commit and seal what it has when the node stops.
const RECORDER_STOP_WAIT: Duration = Duration::from_secs(8);

/// Arguments of `assize serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The configuration file; without it the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Make the demonstration's accounts, case and join codes, and print them.
    #[arg(long)]
    demo: bool,
    /// Open cases the demonstration shall have.
    #[arg(long, requires = "demo", default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=200))]
    cases: u16,
    /// People in each case the demonstration makes: judge, clerk and parties.
    #[arg(long, requires = "demo", value_parser = clap::value_parser!(u16).range(2..=16))]
    people: Option<u16>,
    /// Sites that follow the demonstration's lecture.
    #[arg(long, requires = "demo", value_parser = clap::value_parser!(u16).range(1..=250))]
    learners: Option<u16>,
    /// Write ports (and, in a demonstration, sign-ins and codes) to this file when ready.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

/// Runs until it is told to stop. 0 after an orderly stop, 2 when it cannot start.
pub(crate) async fn command(args: Args) -> ExitCode {
    match start(&args).await {
        Ok(node) => {
            wait_for_the_end(node.recorder.is_finished()).await;
            say("\n正在停止：写完庭审记录…… Stopping: finishing the records…");
            node.stop().await;
            ExitCode::SUCCESS
        }
        Err(sentence) => complain(&sentence),
    }
}

/// The rooms in service.
struct Node {
    signaling: Signaling,
    sfu: Sfu,
    recorder: JoinHandle<Result<(), RecorderFault>>,
    listening: Ears,
    stop_recorder: watch::Sender<bool>,
    copies: Copies,
}

impl Node {
    /// People first, then media, then the record: so that every minute and every tape that is on
    /// its way still has somebody to take it.
    async fn stop(self) {
        self.signaling.stop().await;
        let sfu = self.sfu;
        if tokio::task::spawn_blocking(move || sfu.stop()).await.is_err() {
            tracing::error!("media did not stop in order");
        }
        self.stop_recorder.send_replace(true);
        match timeout(RECORDER_STOP_WAIT, self.recorder).await {
            Ok(Ok(Ok(()))) => tracing::info!("stopped in order"),
            Ok(Ok(Err(fault))) => tracing::error!(%fault, "the recorder failed"),
            Ok(Err(fault)) => tracing::error!(%fault, "the recorder fell over"),
            Err(_) => tracing::error!("the recorder did not finish in time"),
        }
        self.listening.stop().await;
        self.copies.stop().await;
    }
}

async fn start(args: &Args) -> Result<Node, String> {
    let config = config::read(args.config.as_deref())?;
    telemetry::start(&config.log)?;
    tracing::info!(?config, "starting");
    let clock = clock::start();
    let now = clock().utc;
    let docket = Docket::open_with(&config.data, config.real_name_key.as_deref()).await.map_err(
        |fault| {
            format!(
                "无法打开数据目录 {0}：{fault}。请检查目录是否存在、可写。\
             Cannot use the data folder {0}: {fault}. Check that it can be written.",
                config.data.display()
            )
        },
    )?;
    let docket = Arc::new(docket);
    let key = records::court_key(&config).map_err(|fault| records::key_sentence(&fault))?;
    let unfinished = recover(&config, now, key.clone()).await?;
    let size = demo::Size { cases: args.cases, people: args.people, learners: args.learners };
    let sheet = match args.demo {
        true => Some(
            demo::prepare(&docket, &config.data, now, size)
                .await
                .map_err(|fault| format!("无法准备演示案件。{fault}."))?,
        ),
        false => None,
    };
    let node = open_rooms(&config, &clock, docket, unfinished, key).await?;
    let https_port = node.signaling.addresses().first().map_or(0, SocketAddr::port);
    let media_port = node.sfu.local_port();
    say(&greeting(&config, https_port, media_port, &node, sheet.as_ref()));
    if let Some(path) = &args.ready_file {
        ready::write(path, https_port, media_port, sheet.as_ref())
            .map_err(|fault| format!("cannot write {}: {fault}", path.display()))?;
    }
    Ok(node)
}

/// Films are composed and documents printed by this program again.
fn this_program() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|fault| {
        format!("无法找到本程序：{fault}。This program cannot find itself: {fault}.")
    })
}

/// Opens the shop of composed films: its processes are this program again.
fn films(config: &Config, program: &Path) -> Result<FilmShop, String> {
    let folder = config.data.join("films");
    let films = FilmsConfig {
        archive: config.archive.clone(),
        films: folder.clone(),
        program: vec![
            program.to_owned(),
            "film".into(),
            "--evidence".into(),
            config.data.join("evidence"),
        ],
    };
    FilmShop::open(films).map_err(|fault| {
        format!(
            "无法使用合成录像目录 {0}：{fault}。Cannot use the folder of films {0}: {fault}.",
            folder.display()
        )
    })
}

/// Repairs what a crash left and says which hearings go on.
async fn recover(
    config: &Config,
    now: model::Timestamp,
    key: CourtKey,
) -> Result<Vec<Unfinished>, String> {
    let archive = config.archive.clone();
    let recovered =
        tokio::task::spawn_blocking(move || recorder::recover(&archive, now, Some(&key))).await;
    let recovery = recovered.map_err(|fault| fault.to_string())?.map_err(|fault| {
        format!(
            "无法使用卷宗目录 {0}：{fault}。请检查目录是否存在、可写、有空间。\
             Cannot use the archive folder {0}: {fault}. Check that it exists, can be written and \
             has space.",
            config.archive.display()
        )
    })?;
    for hearing in recovery.damaged {
        tracing::error!(%hearing, "this hearing's ledger is damaged and was left untouched");
    }
    Ok(recovery.unfinished)
}

async fn open_rooms(
    config: &Config,
    clock: &Arc<dyn Fn() -> Now + Send + Sync>,
    docket: Arc<Docket>,
    unfinished: Vec<Unfinished>,
    key: CourtKey,
) -> Result<Node, String> {
    let registry = Registry::new();
    crate::memory::register(&registry).map_err(|fault| fault.to_string())?;
    let (orders_in, orders) = mpsc::channel(limits::ORDERS_MAX);
    let (notices_in, notices) = mpsc::channel(limits::NOTICES_MAX);
    let (tapes_in, tapes) = mpsc::channel(limits::TAPES_MAX);
    let (record_orders_in, record_orders) = mpsc::channel(limits::RECORD_QUEUE_MAX);
    let (record_notices_in, record_notices) = mpsc::channel(limits::RECORD_QUEUE_MAX);
    let (heard_in, heard) = mpsc::channel(limits::HEARD_QUEUE_MAX);
    let (stop_recorder, recorder_stopping) = watch::channel(false);

    let media_clock = Arc::clone(clock);
    let sfu_doors = sfu::Doors { orders, notices: notices_in, tapes: tapes_in };
    let sfu = sfu::start(&sfu_settings(config), move || media_clock(), sfu_doors, &registry)
        .map_err(|fault| sfu_sentence(&fault))?;
    let delay = sfu.delay_reader();

    let (listening, turns) = listening::start(config, &docket, heard_in, &registry)?;
    let recorder_config = RecorderConfig {
        free_min: config.archive_free_min,
        tap: listening.tap(),
        key: Some(key.clone()),
        ..RecorderConfig::new(config.archive.clone())
    };
    let copies = Copies::start(config, clock, &docket, &recorder_config, &registry)?;
    let recorder_doors =
        recorder::Doors { orders: record_orders, notices: record_notices_in, tapes };
    let recorder = tokio::spawn(recorder::run(
        recorder_config,
        Arc::clone(clock),
        recorder_doors,
        registry.clone(),
        recorder_stopping,
    ));

    let program = this_program()?;
    let folder = config.archive.clone();
    let archive = ArchiveFolder::new(folder.clone());
    let signaling_clock = Arc::clone(clock);
    let doors = signaling::Doors {
        orders: orders_in,
        notices,
        record_orders: record_orders_in,
        record_notices,
        archive: Arc::new(archive.with_page(signaling::verifier_page()).with_turns(turns)),
        films: Arc::new(films(config, &program)?),
        check_values: Arc::new(ConfirmationDesk::new(folder.clone(), key.clone())),
        stamps: Arc::new(StampDesk::new(folder.clone(), key.public().algorithm())),
        shelf: Arc::new(Transcripts::new(folder.clone(), key, signing_authorities(config)?)),
        heard,
        docket,
        clock: Clock::new(move || signaling_clock()),
        registry,
        reach: reach(&sfu),
        figures: copies.figures(folder, move || {
            let delay = delay();
            (delay.packets > 0).then(|| [delay.p50_us, delay.p95_us, delay.p99_us].map(u64::from))
        }),
    };
    let signaling = Signaling::start(
        signaling_settings(config, court_settings(config)?, program),
        doors,
        unfinished,
    )
    .await
    .map_err(|fault| signaling_sentence(&fault))?;
    Ok(Node { signaling, sfu, recorder, listening, stop_recorder, copies })
}

/// The ways to media through the HTTPS door.
fn reach(sfu: &Sfu) -> Reach {
    let (streams, relays) = (sfu.stream_door(), sfu.relay_maker());
    Reach {
        streams: Arc::new(move |stream| {
            let MediaStream { io, remote, local, over_tls } = stream;
            streams.take(io, Ends { remote, local, over_tls });
        }),
        relays,
    }
}

fn sfu_settings(config: &Config) -> SfuConfig {
    SfuConfig {
        listen: config.media.clone(),
        streams_from: config.https.clone(),
        announce: config.announce.clone(),
        prefer: config.camera_codec,
        voice_dtx: config.voice_dtx,
        trusted_tls: config.certificate.is_some(),
        threads: config.media_threads,
    }
}

/// Who may stand behind the certificates people sign a transcript with.
///
/// # Errors
/// One sentence about the file.
fn signing_authorities(config: &Config) -> Result<Anchors, String> {
    let Some(path) = &config.signing_authorities else { return Ok(Anchors::default()) };
    let wrong = |fault: &dyn core::fmt::Display| {
        format!(
            "证书颁发机构文件 {0} 不可用：{fault}。The file of signing authorities {0} cannot be used: {fault}.",
            path.display()
        )
    };
    let pem = std::fs::read(path).map_err(|fault| wrong(&fault))?;
    Anchors::read(&pem).map_err(|why| wrong(&why))
}

/// What sittings are told at their start.
///
/// # Errors
/// One sentence about the discipline's file.
fn court_settings(config: &Config) -> Result<Settings, String> {
    let wrong = |path: &Path, fault: &dyn core::fmt::Display| {
        format!(
            "法庭纪律文件 {0} 不可用：{fault}。The discipline's file {0} cannot be used: {fault}.",
            path.display()
        )
    };
    let own = match &config.discipline {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|fault| wrong(path, &fault))?),
        None => None,
    };
    let path = config.discipline.as_deref().unwrap_or(Path::new("-"));
    let discipline = signaling::discipline(own.as_deref()).map_err(|why| wrong(path, &why))?;
    let seconds = |[from, to]: [u16; 2]| (u32::from(from) * 60, u32::from(to) * 60);
    let answer = config.presence_answer;
    let presence = (answer > 0).then(|| PresenceChecks {
        first: seconds(config.presence_first),
        every: seconds(config.presence_every),
        answer,
    });
    Ok(Settings { discipline: Some(discipline), presence })
}

fn signaling_settings(config: &Config, settings: Settings, program: PathBuf) -> signaling::Config {
    signaling::Config {
        listen: config.https.clone(),
        certificate: match (&config.certificate, &config.certificate_key) {
            (Some(chain), Some(key)) => {
                Certificate::Files { chain: chain.clone(), key: key.clone() }
            }
            (None, _) | (_, None) => Certificate::Trial,
        },
        data: config.data.clone(),
        page: config.page.clone(),
        settings,
        // Documents are printed by this program again.
        press: vec![program, "press".into()],
        retention: config.retention.clone(),
        faces: config.face_url.clone().zip(config.face_secret.clone()),
        timestamp_url: config.timestamp_url.clone(),
        syslog: config.syslog.as_deref().and_then(SyslogAt::parse),
        time: TimeServers { servers: config.time_servers.clone(), limit_ms: config.clock_limit_ms },
        metrics_from: config.metrics_from.clone(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn sfu_sentence(fault: &SfuFault) -> String {
    match fault {
        SfuFault::PortTaken { kind, address } => {
            format!(
                "媒体端口 {kind} {address} 已被占用，请停止占用它的程序或修改配置 media。{fault}."
            )
        }
        SfuFault::Bind { .. }
        | SfuFault::NoAddress
        | SfuFault::NoPorts { .. }
        | SfuFault::Certificate(_)
        | SfuFault::System { .. }
        | SfuFault::Metrics(_) => format!("无法启动媒体服务。{fault}."),
    }
}

fn signaling_sentence(fault: &StartFault) -> String {
    match fault {
        StartFault::Listen { address, fault: cause }
            if cause.kind() == std::io::ErrorKind::AddrInUse =>
        {
            format!(
                "HTTPS 端口 {address} 已被占用，请停止占用它的程序或修改配置 https。\
                 The HTTPS port {address} is taken by another program: stop it, or set https."
            )
        }
        StartFault::Listen { .. } => {
            format!("无法监听。{fault}. Check https in the configuration.")
        }
        StartFault::Certificate(_) => {
            format!("证书不可用，请检查 certificate 与 certificate_key。{fault}.")
        }
        StartFault::Evidence(_) => {
            format!("无法打开证据目录，请检查数据目录的权限与磁盘空间。{fault}.")
        }
        StartFault::Metrics(_) => format!("内部故障。{fault}."),
    }
}

fn greeting(
    config: &Config,
    https_port: u16,
    media_port: u16,
    node: &Node,
    sheet: Option<&Sheet>,
) -> String {
    let address = format!("https://{}:{https_port}", host(config));
    let mut text = format!(
        "\nAssize 网上法庭 {}\n  网址 address    {address}\n  媒体 media      UDP {media_port}\n  \
         证书 certificate SHA-256 {}\n  卷宗 archive    {}\n  校验 verify     assize verify {}\n",
        env!("CARGO_PKG_VERSION"),
        node.signaling.fingerprint(),
        config.archive.display(),
        config.archive.display(),
    );
    if let Some(sheet) = sheet {
        text.push_str(&sheet.text(&address));
    }
    text
}

/// The name or address by which other machines reach this one, as well as it can be guessed.
fn host(config: &Config) -> String {
    let first = config.https.first().map(SocketAddr::ip);
    match first {
        Some(ip) if !ip.is_unspecified() => in_url(ip),
        Some(_) | None => own_address().map_or_else(|| "localhost".to_owned(), in_url),
    }
}

fn own_address() -> Option<IpAddr> {
    // Connecting a datagram socket sends nothing; it only chooses the outgoing address.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

fn in_url(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// Waits for SIGTERM or SIGINT; returns at once when the recorder could not even begin.
async fn wait_for_the_end(recorder_failed: bool) {
    if recorder_failed {
        return;
    }
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else {
        tracing::error!("this process cannot be told to stop in order");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => tracing::info!("told to stop"),
        _ = interrupt.recv() => tracing::info!("interrupted"),
    }
}

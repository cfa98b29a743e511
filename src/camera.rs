//! `assize camera`: an RTSP camera takes a seat. It runs beside the camera or on the server.
//!
//! What is not here: what the server does with the seat; to it this is a WHIP client like any
//! other encoder. Pictures are forwarded as they are, never decoded.

mod config;
mod court;
mod fault;
mod picture;
mod sound;
mod source;
mod timeline;
mod whip;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use model::Private;
use retina::client::SessionGroup;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::config::{Camera, Transport, Written};
use self::court::Court;
use self::fault::{CameraFault, CourtFault};
use self::source::{Lasting, Outgoing, Shape, Source};
use self::whip::Whip;
use crate::{commands, telemetry};

/// Pauses between attempts: the first, and the longest.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Packets between camera and court; while the way is full, new ones are dropped.
const PACKETS_MAX: usize = 1_024;
/// The camera is told that we go; then we go.
const FAREWELL_WAIT: Duration = Duration::from_secs(2);

/// Arguments of `assize camera`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file of cameras, TOML; passwords are better there than here.
    #[arg(long, conflicts_with_all = ["rtsp", "whip", "code", "trust", "trust_any"])]
    config: Option<PathBuf>,
    /// The camera: `rtsp://user:password@host/path`.
    #[arg(long, required_unless_present = "config", requires = "whip", value_parser = private)]
    rtsp: Option<Private<String>>,
    /// The hearing: `https://court:8443/whip/<hearing>`.
    #[arg(long, requires = "code", value_parser = private)]
    whip: Option<Private<String>>,
    /// The join code of the seat.
    #[arg(long, requires = "rtsp", value_parser = private)]
    code: Option<Private<String>>,
    /// How RTP comes from the camera.
    #[arg(long, value_enum, default_value = "tcp")]
    transport: Transport,
    /// PEM file of the authorities that are believed, or the server's own certificate.
    #[arg(long)]
    trust: Option<PathBuf>,
    /// Believe every certificate: only for a trial.
    #[arg(long, conflicts_with = "trust")]
    trust_any: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants parsers that can fail")]
fn private(text: &str) -> Result<Private<String>, core::convert::Infallible> {
    Ok(Private::from(text))
}

/// `assize camera`: runs until it is told to stop. 0 when it stopped in order, 2 when something
/// must be mended first.
pub(crate) async fn command(args: Args) -> ExitCode {
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => commands::complain(&sentence),
    }
}

async fn run(args: Args) -> Result<(), String> {
    telemetry::start("info")?;
    let cameras = cameras(args)?;
    let signals = |fault| format!("无法接收停止信号。No stop signals: {fault}.");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(signals)?;
    let (stop, stopped) = watch::channel(false);
    let mut bridges = JoinSet::new();
    for camera in cameras {
        let whip = Whip::new(&camera)
            .map_err(|fault| format!("摄像机 {0}：{fault} (camera {0})", camera.number))?;
        bridges.spawn(bridge(camera, whip, stopped.clone()));
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = bridges.join_next() => {
            return Err("摄像机桥接意外结束。A camera's bridge fell over.".to_owned());
        }
    }
    stop.send_replace(true);
    while bridges.join_next().await.is_some() {}
    Ok(())
}

fn cameras(args: Args) -> Result<Vec<Camera>, String> {
    let Args { config, rtsp, whip, code, transport, trust, trust_any } = args;
    match (config, rtsp, whip, code) {
        (Some(file), ..) => config::read(&file),
        (None, Some(rtsp), Some(whip), Some(code)) => {
            let (user, password) = (None, None);
            let written = Written { rtsp, user, password, transport, whip, code, trust, trust_any };
            Ok(vec![config::check(1, written)?])
        }
        (None, ..) => {
            Err("缺少 --rtsp、--whip 或 --code。Give --rtsp, --whip and --code.".to_owned())
        }
    }
}

/// One camera and its seat, until it is told to stop.
async fn bridge(camera: Camera, whip: Whip, stopped: watch::Receiver<bool>) {
    let (shapes, shape) = watch::channel(None);
    let (sender, packets) = mpsc::channel(PACKETS_MAX);
    let goodbyes = Arc::new(SessionGroup::default());
    {
        let film = film(&camera, &goodbyes, shapes, sender);
        let carry = Carrier { number: camera.number, whip: &whip, shape, packets, stopped };
        tokio::select! {
            never = film => match never {},
            () = carry.run() => {}
        }
    }
    if timeout(FAREWELL_WAIT, goodbyes.await_teardown()).await.is_err() {
        tracing::debug!(camera = camera.number, "the camera takes no goodbye");
    }
}

/// Doubling pauses.
#[derive(Debug)]
struct Pauses(Duration);

impl Pauses {
    const fn new() -> Self {
        Self(PAUSE_MIN)
    }

    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (self.0 * 2).min(PAUSE_MAX);
        pause
    }
}

/// The camera's side, for ever: opens the stream, passes on what comes, opens it again.
#[expect(clippy::infinite_loop, reason = "it ends with the bridge, which drops it")]
async fn film(
    camera: &Camera,
    goodbyes: &Arc<SessionGroup>,
    shapes: watch::Sender<Option<Shape>>,
    packets: mpsc::Sender<Outgoing>,
) -> core::convert::Infallible {
    let number = camera.number;
    let (mut lasting, mut pauses, mut told) = (Lasting::new(), Pauses::new(), None);
    loop {
        let fault = match Source::open(camera, goodbyes, &mut lasting).await {
            Ok((mut source, shape)) => {
                shapes.send_if_modified(|before| before.replace(shape) != Some(shape));
                play(camera, &mut source, &mut lasting, &packets, &mut || {
                    tracing::info!(camera = number, "摄像机有画面了。The camera gives a picture.");
                    pauses = Pauses::new();
                    told = None;
                })
                .await
            }
            Err(fault) => fault,
        };
        if told != Some(fault) {
            tracing::warn!(camera = number, "{fault}");
            told = Some(fault);
        }
        let pause = match fault {
            // Cameras lock an account after a few wrong passwords.
            CameraFault::Login => PAUSE_MAX,
            CameraFault::Unreachable
            | CameraFault::NoStream
            | CameraFault::NotH264
            | CameraFault::Interleaved
            | CameraFault::Silent
            | CameraFault::Broken => pauses.next(),
        };
        tokio::time::sleep(pause).await;
    }
}

/// Passes on what comes until the stream ends; `begun` is called at the first packet.
async fn play(
    camera: &Camera,
    source: &mut Source,
    lasting: &mut Lasting,
    packets: &mpsc::Sender<Outgoing>,
    begun: &mut (dyn FnMut() + Send),
) -> CameraFault {
    let (mut out, mut first) = (Vec::new(), true);
    loop {
        if let Err(fault) = source.next(lasting, &mut out).await {
            return fault;
        }
        if let Some(remark) = lasting.remark() {
            tracing::warn!(camera = camera.number, "{remark}");
        }
        if !out.is_empty() && core::mem::take(&mut first) {
            begun();
        }
        for outgoing in out.drain(..) {
            if packets.try_send(outgoing).is_err() {
                tracing::debug!(camera = camera.number, "the way to the court is full");
            }
        }
    }
}

/// The court's side of one camera.
struct Carrier<'a> {
    number: usize,
    whip: &'a Whip,
    shape: watch::Receiver<Option<Shape>>,
    packets: mpsc::Receiver<Outgoing>,
    stopped: watch::Receiver<bool>,
}

impl Carrier<'_> {
    /// Takes the seat and takes it again whenever it is lost, until told to stop.
    async fn run(mut self) {
        let (mut pauses, mut told) = (Pauses::new(), None);
        loop {
            let Some(shape) = self.wait_for_shape().await else { return };
            let whip = self.whip;
            let Some(entered) = self.while_draining(Court::enter(whip, shape)).await else {
                return;
            };
            let fault = match entered {
                Ok(court) => {
                    tracing::info!(camera = self.number, "已接入庭审。The seat is taken.");
                    (pauses, told) = (Pauses::new(), None);
                    match Box::pin(self.carry(court)).await {
                        Ended::Told => return,
                        Ended::Reshaped => continue,
                        Ended::Lost => CourtFault::Lost,
                    }
                }
                Err(fault) => fault,
            };
            if told != Some(fault) {
                tracing::warn!(camera = self.number, "{fault}");
                told = Some(fault);
            }
            if self.while_draining(tokio::time::sleep(pauses.next())).await.is_none() {
                return;
            }
        }
    }

    async fn wait_for_shape(&mut self) -> Option<Shape> {
        let mut shape = self.shape.clone();
        let known = async move {
            let known = shape.wait_for(Option::is_some).await;
            known.ok().and_then(|shape| *shape)
        };
        let known = self.while_draining(known).await.flatten();
        self.shape.mark_unchanged();
        known
    }

    /// Does something while nothing can be sent; none when told to stop.
    async fn while_draining<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = Box::pin(work);
        loop {
            tokio::select! {
                done = &mut work => return Some(done),
                Some(_) = self.packets.recv() => {}
                () = told_to_stop(&mut self.stopped) => return None,
            }
        }
    }

    /// Sends what comes until the seat is lost.
    async fn carry(&mut self, mut court: Court) -> Ended {
        loop {
            tokio::select! {
                () = court.lost() => {
                    court.give_up(self.whip).await;
                    return Ended::Lost;
                }
                Some(outgoing) = self.packets.recv() => court.send(outgoing).await,
                Ok(()) = self.shape.changed() => {
                    court.leave(self.whip).await;
                    return Ended::Reshaped;
                }
                () = told_to_stop(&mut self.stopped) => {
                    court.leave(self.whip).await;
                    return Ended::Told;
                }
            }
        }
    }
}

/// Waits until we are told to stop, or nobody is left to tell us.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        tracing::debug!("nobody is left to stop the bridge");
    }
}

/// Why a seat is no longer served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// We were told to stop.
    Told,
    /// The camera has other tracks than before.
    Reshaped,
    /// The path is gone.
    Lost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let mut pauses = Pauses::new();
        let seconds: Vec<u64> = (0..7).map(|_| pauses.next().as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
    }
}

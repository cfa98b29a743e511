//! The camera's side of the bridge: one RTSP session (RFC 2326), packets in, numbered packets out.
//!
//! What is not here: trying again, see `camera.rs`; what is sent where, see `court.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use hyper::body::Bytes;
use retina::client::{
    Credentials, InitialTimestampPolicy, PacketItem, PlayOptions, Playing, Session, SessionGroup,
    SessionIdPolicy, SessionOptions, SetupOptions, Stream, TcpTransportOptions,
    UdpTransportOptions, UnknownRtcpSsrcPolicy,
};
use retina::codec::ParametersRef;
use retina::rtcp::ReceivedCompoundPacket;
use retina::rtp::ReceivedPacket;
use tokio::time::{timeout, timeout_at};

use super::config::{Camera, Transport};
use super::fault::CameraFault;
use super::picture::{PICTURE_HZ, Pictures, Remark};
use super::sound::{OPUS_HZ, Sound};
use super::timeline::{Capture, Medium, Numbering, ntp_of};

/// A camera that does not say everything within this time is not there.
const OPENING_WAIT: Duration = Duration::from_secs(10);
/// No picture for this long counts as loss.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(5);
/// How often a sender report goes out.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Whether the camera has a sound that we can read; it always has a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// There is sound.
    pub(super) sound: bool,
}

/// What goes to the court.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outgoing {
    /// An RTP packet.
    Packet {
        /// Which track.
        medium: Medium,
        /// Sequence number.
        sequence: u16,
        /// Timestamp.
        timestamp: u32,
        /// The last of its picture.
        marker: bool,
        /// How loud, -dBov.
        level: Option<u8>,
        /// The payload.
        payload: Bytes,
    },
    /// What a sender report says (RFC 3550 §6.4.1).
    Report {
        /// Which track.
        medium: Medium,
        /// Our time, NTP.
        ntp: u64,
        /// The timestamp of the same instant.
        timestamp: u32,
    },
}

/// What stays the same from one session of the camera to the next.
#[derive(Debug)]
pub(super) struct Lasting {
    pictures: Pictures,
    picture: Numbering,
    sound: Numbering,
    started: Instant,
}

impl Lasting {
    /// Before the first session.
    pub(super) fn new() -> Self {
        Self {
            pictures: Pictures::default(),
            picture: Numbering::new(PICTURE_HZ),
            sound: Numbering::new(OPUS_HZ),
            started: Instant::now(),
        }
    }

    /// What should be said about the pictures; each remark is made once.
    pub(super) const fn remark(&mut self) -> Option<Remark> {
        self.pictures.remark()
    }
}

/// A playing camera.
pub(super) struct Source {
    session: Session<Playing>,
    picture: usize,
    sound: Option<(usize, Sound)>,
    capture: Capture,
    heard_at: tokio::time::Instant,
    report_at: [Option<Instant>; 2],
    pieces: Vec<super::picture::Piece>,
    frames: Vec<super::sound::Frame>,
}

impl Source {
    /// Opens the camera's stream; `goodbyes` knows when a former one is ended.
    ///
    /// # Errors
    /// When it is not there in time, refuses us or has nothing for us.
    pub(super) async fn open(
        camera: &Camera,
        goodbyes: &Arc<SessionGroup>,
        lasting: &mut Lasting,
    ) -> Result<(Self, Shape), CameraFault> {
        timeout(OPENING_WAIT, Box::pin(Self::play(camera, goodbyes, lasting)))
            .await
            .map_err(|_| CameraFault::Unreachable)?
    }

    async fn play(
        camera: &Camera,
        goodbyes: &Arc<SessionGroup>,
        lasting: &mut Lasting,
    ) -> Result<(Self, Shape), CameraFault> {
        let login = camera.login.as_ref().map(|login| {
            let (username, password) = login.reveal().clone();
            Credentials { username, password }
        });
        let options = SessionOptions::default()
            .creds(login)
            .user_agent("assize".to_owned())
            .session_group(Arc::clone(goodbyes))
            .session_id(SessionIdPolicy::UseFirst);
        let described = Session::describe(camera.rtsp.reveal().clone(), options);
        let mut session = described.await.map_err(|fault| kind_of(&fault))?;
        let picture = find_picture(session.streams())?;
        let found = session.streams().iter().enumerate();
        let sound = found
            .filter(|(_, stream)| stream.media() == "audio")
            .find_map(|(at, stream)| Some((at, sound_of(stream)?)));
        let silent = session.streams().iter().any(|stream| stream.media() == "audio");
        if sound.is_none() && silent {
            tracing::warn!(
                camera = camera.number,
                "摄像机的音频格式无法使用，只传画面：请改为 G.711 或 AAC-LC。The camera's sound cannot \
                 be used and only its picture is sent: choose G.711 or AAC-LC in the camera."
            );
        }
        for at in core::iter::once(picture).chain(sound.as_ref().map(|(at, _)| *at)) {
            let transport = match camera.transport {
                Transport::Tcp => retina::client::Transport::Tcp(TcpTransportOptions::default()),
                Transport::Udp => retina::client::Transport::Udp(UdpTransportOptions::default()),
            };
            let setup = SetupOptions::default().transport(transport);
            session.setup(at, setup).await.map_err(|fault| kind_of(&fault))?;
        }
        lasting.pictures.begin();
        lasting.pictures.describe(session.streams().get(picture).and_then(Stream::parameters));
        lasting.picture.begin();
        lasting.sound.begin();
        // Many cameras write these wrongly, and nothing here hangs on them.
        let options = PlayOptions::default()
            .initial_timestamp(InitialTimestampPolicy::Ignore)
            .initial_seq(retina::client::InitialSequenceNumberPolicy::Ignore)
            .unknown_rtcp_ssrc(UnknownRtcpSsrcPolicy::ProcessPackets);
        let session = session.play(options).await.map_err(|fault| kind_of(&fault))?;
        let shape = Shape { sound: sound.is_some() };
        let source = Self {
            session,
            picture,
            sound,
            capture: Capture::new(OPUS_HZ, PICTURE_HZ),
            heard_at: tokio::time::Instant::now(),
            report_at: [None; 2],
            pieces: Vec::new(),
            frames: Vec::new(),
        };
        Ok((source, shape))
    }

    /// Waits for something of the camera and gives what is to be sent for it.
    ///
    /// # Errors
    /// When the stream ends or breaks, or no picture came for [`SILENCE_MAX`].
    pub(super) async fn next(
        &mut self,
        lasting: &mut Lasting,
        out: &mut Vec<Outgoing>,
    ) -> Result<(), CameraFault> {
        let item = timeout_at(self.heard_at + SILENCE_MAX, self.session.next())
            .await
            .map_err(|_| CameraFault::Silent)?;
        match item {
            Some(Ok(PacketItem::Rtp(packet))) => self.packet(packet, lasting, out),
            Some(Ok(PacketItem::Rtcp(reports))) => {
                self.reports(&reports);
                Ok(())
            }
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err(CameraFault::Broken),
        }
    }

    fn packet(
        &mut self,
        packet: ReceivedPacket,
        lasting: &mut Lasting,
        out: &mut Vec<Outgoing>,
    ) -> Result<(), CameraFault> {
        let (now, wall) = (lasting.started.elapsed(), wall());
        let (at, lost, marker) = (raw_timestamp(&packet), packet.loss(), packet.mark());
        if packet.stream_id() == self.picture {
            self.heard_at = tokio::time::Instant::now();
            self.capture.packet(Medium::Picture, at, wall);
            self.pieces.clear();
            let payload = packet.into_payload_bytes();
            lasting.pictures.take(payload, at, marker, &mut self.pieces)?;
            let timestamp = lasting.picture.timestamp(at, now);
            let mut lost = lost;
            for piece in self.pieces.drain(..) {
                let sequence = lasting.picture.sequence(core::mem::take(&mut lost));
                out.push(Outgoing::Packet {
                    medium: Medium::Picture,
                    sequence,
                    timestamp,
                    marker: piece.marker,
                    level: None,
                    payload: piece.payload,
                });
            }
            self.report(Medium::Picture, at, &lasting.picture, out);
            return Ok(());
        }
        let Some((_, sound)) = self.sound.as_mut().filter(|(id, _)| *id == packet.stream_id())
        else {
            return Ok(());
        };
        self.frames.clear();
        sound.take(&packet.into_payload_bytes(), at, lost, &mut self.frames);
        let Some(at) = sound.place(at) else { return Ok(()) };
        self.capture.packet(Medium::Sound, at, wall);
        for frame in self.frames.drain(..) {
            let timestamp = lasting.sound.timestamp(frame.at, now);
            out.push(Outgoing::Packet {
                medium: Medium::Sound,
                sequence: lasting.sound.sequence(frame.lost),
                timestamp,
                marker: false,
                level: frame.level,
                payload: frame.payload,
            });
        }
        self.report(Medium::Sound, at, &lasting.sound, out);
        Ok(())
    }

    /// What the camera says of its clock.
    fn reports(&mut self, reports: &ReceivedCompoundPacket) {
        for report in reports.pkts() {
            let Ok(Some(report)) = report.as_sender_report() else { continue };
            let (ntp, at) = (report.ntp_timestamp().0, report.rtp_timestamp());
            if reports.stream_id() == self.picture {
                self.capture.report(Medium::Picture, ntp, at);
            } else if let Some((id, sound)) = &self.sound
                && *id == reports.stream_id()
                && let Some(at) = sound.place(at)
            {
                self.capture.report(Medium::Sound, ntp, at);
            }
        }
    }

    /// Adds a sender report of ours when one is due: the present moment on both clocks.
    fn report(&mut self, medium: Medium, at: u32, numbers: &Numbering, out: &mut Vec<Outgoing>) {
        let (slot, hz) = match medium {
            Medium::Sound => (0, OPUS_HZ),
            Medium::Picture => (1, PICTURE_HZ),
        };
        let now = Instant::now();
        let Some(due) = self.report_at.get_mut(slot) else { return };
        if due.is_some_and(|due| now < due) {
            return;
        }
        let (Some(taken), Some(sent)) = (self.capture.taken_at(medium, at), numbers.place(at))
        else {
            return;
        };
        *due = Some(now + REPORT_EVERY);
        let wall = wall();
        let since = wall.saturating_sub(taken).as_micros() * u128::from(hz) / 1_000_000;
        let since = u32::try_from(since).unwrap_or_default();
        let timestamp = sent.wrapping_add(since);
        out.push(Outgoing::Report { medium, ntp: ntp_of(wall), timestamp });
    }
}

/// The 32 bits of the wire.
fn raw_timestamp(packet: &ReceivedPacket) -> u32 {
    let low = packet.timestamp().timestamp() & i64::from(u32::MAX);
    u32::try_from(low).expect("masked to 32 bits")
}

fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn find_picture(streams: &[Stream]) -> Result<usize, CameraFault> {
    let picture = |stream: &&Stream| stream.media() == "video";
    let h264 = streams
        .iter()
        .position(|stream| stream.media() == "video" && stream.encoding_name() == "h264");
    h264.ok_or(if streams.iter().any(|stream| picture(&stream)) {
        CameraFault::NotH264
    } else {
        CameraFault::NoStream
    })
}

fn sound_of(stream: &Stream) -> Option<Sound> {
    let channels = stream.channels().map_or(1, core::num::NonZeroU16::get);
    let config = match stream.parameters() {
        Some(ParametersRef::Audio(audio)) => audio.extra_data(),
        Some(ParametersRef::Video(_) | ParametersRef::Message(_)) | None => &[],
    };
    Sound::new(stream.encoding_name(), stream.clock_rate_hz(), channels, config)
}

/// The library's own words hold addresses; what counts is what the operator can do.
fn kind_of(fault: &retina::Error) -> CameraFault {
    match fault.status_code() {
        Some(401 | 403) => CameraFault::Login,
        Some(404 | 454) => CameraFault::NoStream,
        Some(status) if status >= 400 => CameraFault::Broken,
        Some(_) | None => CameraFault::Unreachable,
    }
}

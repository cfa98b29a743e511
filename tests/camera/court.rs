//! A court's WHIP endpoint (RFC 9725) made of the `webrtc` crate, which keeps what it is sent.
//!
//! What is not here: a hearing; the real server is tried in `tests/camera.rs` as well.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rtc::interceptor::{Interceptor, Packet as Intercepted, Slot, StreamInfo, TaggedPacket};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_H264, MIME_TYPE_OPUS};
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp::Packet;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use rtc::sansio::Protocol;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use webrtc::error::Error;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCConfigurationBuilder, RTCSessionDescription, Registry, SettingEngineBuilder,
    SrtpProtectionProfile,
};

use crate::house::until;

/// The join code of the one seat.
pub(crate) const CODE: &str = "12345678";

/// What came so far.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    /// Packets with pictures.
    pub(crate) pictures: Vec<Packet>,
    /// Packets with sound.
    pub(crate) sounds: Vec<Packet>,
    /// Sender reports.
    pub(crate) reports: Vec<SenderReport>,
    /// Offers that were taken.
    pub(crate) sessions: usize,
    /// Sessions that were ended by the client.
    pub(crate) ended: usize,
    /// Offers that were refused.
    pub(crate) refused: usize,
}

impl Drop for Court {
    fn drop(&mut self) {
        self.gone();
    }
}

/// What is shared by all who receive.
type Shared = Arc<Mutex<Tape>>;

/// A court on this machine.
pub(crate) struct Court {
    /// Where it is.
    pub(crate) address: SocketAddr,
    /// Its certificate, PEM.
    pub(crate) certificate: PathBuf,
    tls: TlsAcceptor,
    tape: Shared,
    /// The court's own, so that all of it is gone at once.
    runtime: Option<Runtime>,
}

impl Court {
    /// Opens a court; its certificate lies in `folder`.
    pub(crate) fn open(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]);
        let made = made.expect("a certificate");
        let certificate = folder.join("court.pem");
        std::fs::write(&certificate, made.cert.pem()).expect("the scratch folder can be written");
        let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der());
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.expect("a key"))
            .expect("the key fits");
        let tls = TlsAcceptor::from(Arc::new(config));
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut court = Self { address, certificate, tls, tape: Shared::default(), runtime: None };
        court.again();
        court
    }

    /// Its WHIP address.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/whip/7", self.address)
    }

    /// Pulls its plug: every connection is gone without a word.
    pub(crate) fn gone(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Opens it again at the same address.
    pub(crate) fn again(&mut self) {
        let listener = std::net::TcpListener::bind(self.address).expect("the address is free");
        listener.set_nonblocking(true).expect("a socket");
        self.address = listener.local_addr().expect("an address");
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (tls, tape) = (self.tls.clone(), Arc::clone(&self.tape));
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            let mut visitors = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, tape) = (tls.clone(), Arc::clone(&tape));
                visitors.spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    // Peer connections live as long as the court, not as long as the request.
                    let held = Arc::new(tokio::sync::Mutex::new(Vec::new()));
                    let kept = Arc::clone(&held);
                    let service = service_fn(move |request| {
                        let (tape, held) = (Arc::clone(&tape), Arc::clone(&held));
                        async move { Ok::<_, Error>(answer(request, tape, &held).await) }
                    });
                    let http = hyper::server::conn::http1::Builder::new();
                    drop(http.serve_connection(TokioIo::new(stream), service).await);
                    if !kept.lock().await.is_empty() {
                        core::future::pending::<()>().await;
                    }
                });
            }
        });
        self.runtime = Some(runtime);
    }

    /// Looks at what came so far.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&mut Tape) -> T) -> T {
        look(&mut self.tape.lock().expect("nobody fell over"))
    }

    /// Waits until what came so far is enough.
    pub(crate) async fn until(&self, what: &str, enough: impl Fn(&Tape) -> bool) {
        until(what, || self.look(|tape| enough(tape).then_some(()))).await;
    }
}

type Held = tokio::sync::Mutex<Vec<Arc<dyn PeerConnection>>>;

async fn answer(request: Request<Incoming>, tape: Shared, held: &Held) -> Response<Full<Bytes>> {
    let says = |status: StatusCode, body: String| {
        Response::builder()
            .status(status)
            .header("Location", "/whip/session/1")
            .header("Content-Type", "application/sdp")
            .body(Full::new(Bytes::from(body)))
            .expect("an answer")
    };
    let may = request
        .headers()
        .get("authorization")
        .is_some_and(|value| value.to_str().is_ok_and(|value| value == format!("Bearer {CODE}")));
    let path = request.uri().path().to_owned();
    match (request.method(), path.as_str()) {
        _ if !may => {
            tape.lock().expect("nobody fell over").refused += 1;
            says(StatusCode::UNAUTHORIZED, String::new())
        }
        (&Method::DELETE, "/whip/session/1") => {
            tape.lock().expect("nobody fell over").ended += 1;
            says(StatusCode::OK, String::new())
        }
        (&Method::POST, "/whip/7") => {
            assert_eq!(request.headers()["content-type"], "application/sdp");
            let offer = request.into_body().collect().await.expect("a body").to_bytes();
            let offer = String::from_utf8(offer.to_vec()).expect("text");
            let (peer, sdp) = Box::pin(receive(offer, Arc::clone(&tape))).await.expect("an answer");
            held.lock().await.push(peer);
            tape.lock().expect("nobody fell over").sessions += 1;
            says(StatusCode::CREATED, sdp)
        }
        _ => says(StatusCode::NOT_FOUND, String::new()),
    }
}

async fn receive(offer: String, tape: Shared) -> Result<(Arc<dyn PeerConnection>, String), Error> {
    let mut media = MediaEngine::default();
    for (mime, clock_rate, channels, fmtp, payload_type, kind) in [
        (MIME_TYPE_OPUS, 48_000, 2, "", 111, RtpCodecKind::Audio),
        (
            MIME_TYPE_H264,
            90_000,
            0,
            "packetization-mode=1;profile-level-id=42e01f",
            108,
            RtpCodecKind::Video,
        ),
    ] {
        let rtp_codec = RTCRtpCodec {
            mime_type: mime.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: Vec::new(),
        };
        media.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type }, kind)?;
    }
    let reports = Reports { tape: Arc::clone(&tape), inward: vec![], outward: vec![] };
    let settings = SettingEngineBuilder::new()
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .with_include_loopback_candidate(true)
        .build();
    let builder = PeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(media)
        .with_interceptor_registry(Registry::new().with(Slot::from(14_000), reports))
        .with_setting_engine(settings)
        .with_handler(Arc::new(Ear(tape)))
        .with_udp_addrs(vec![(std::net::IpAddr::from([127, 0, 0, 1]), 0_u16)]);
    let peer: Arc<dyn PeerConnection> = Arc::new(Box::pin(builder.build()).await?);
    peer.set_remote_description(RTCSessionDescription::offer(offer)?).await?;
    let answer = peer.create_answer(None).await?;
    peer.set_local_description(answer).await?;
    let mut poll = tokio::time::interval(Duration::from_millis(10));
    loop {
        poll.tick().await;
        let described = peer.local_description().await.map(|described| described.sdp);
        if let Some(sdp) = described.filter(|sdp| sdp.contains("a=candidate")) {
            return Ok((peer, sdp));
        }
    }
}

struct Ear(Shared);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Ear {
    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let tape = Arc::clone(&self.0);
        tokio::spawn(async move {
            let sound = track.kind().await == RtpCodecKind::Audio;
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    let mut tape = tape.lock().expect("nobody fell over");
                    let packets = if sound { &mut tape.sounds } else { &mut tape.pictures };
                    packets.push(packet);
                }
            }
        });
    }
}

/// Notes sender reports and lets everything pass.
struct Reports {
    tape: Shared,
    inward: Vec<TaggedPacket>,
    outward: Vec<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Reports {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = std::time::Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Intercepted::Rtcp(reports) = &packet.message.packet {
            let reports = reports.iter().filter_map(|report| report.as_any().downcast_ref());
            self.tape
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .reports
                .extend(reports.cloned());
        }
        self.inward.insert(0, packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inward.pop()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.outward.insert(0, packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outward.pop()
    }
}

impl Interceptor for Reports {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

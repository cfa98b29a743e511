//! Counters of the media room for Prometheus.
//!
//! What is not here: figures of single people or hearings; labels come from closed enums only.

use forwarding::{DropReason, RouterFigures};
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::srtp::{SealRefused, SrtpDrop};
use crate::stun::StunDrop;

macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident => $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

labels! {
    /// Why a datagram was thrown away before the router saw it.
    Garbage {
        /// No known protocol.
        Unknown => "unknown",
        /// Looks like STUN and is broken.
        StunMalformed => "stun_malformed",
        /// STUN, but no binding request.
        StunNotRequest => "stun_not_request",
        /// A check without protection.
        StunUnprotected => "stun_unprotected",
        /// A check for nobody here.
        StunStranger => "stun_stranger",
        /// A check with the wrong password.
        StunForged => "stun_forged",
        /// DTLS from an address that proved nothing.
        DtlsStranger => "dtls_stranger",
        /// DTLS that was of no use.
        DtlsRefused => "dtls_refused",
        /// A message of the relay that is broken or none.
        RelayMalformed => "relay_malformed",
        /// A request of the relay without a good credential: each client's first.
        RelayUnproven => "relay_unproven",
        /// Data for the relay without an allocation, permission or channel.
        RelayStranger => "relay_stranger",
        /// From a source that proves nothing and asks too much.
        SourceTooFast => "source_too_fast",
        /// SRTP from an address that proved nothing.
        SrtpStranger => "srtp_stranger",
        /// SRTP before the keys are known.
        SrtpEarly => "srtp_early",
        /// SRTP that is broken.
        SrtpMalformed => "srtp_malformed",
        /// SRTP that came before.
        SrtpReplayed => "srtp_replayed",
        /// SRTP with a wrong tag.
        SrtpForged => "srtp_forged",
        /// SRTP of one source too many.
        SrtpTooManySources => "srtp_too_many_sources",
    }
}

labels! {
    /// Why a packet of ours was not sent.
    Unsent {
        /// The leg has no path or no keys (any more).
        NoPath => "no_path",
        /// The leg's outbox is full.
        OutboxFull => "outbox_full",
        /// Too much waits for the stream: nobody reads at the other end.
        StreamFull => "stream_full",
        /// The number was used for other content.
        NonceUsed => "nonce_used",
        /// Not a packet.
        Malformed => "malformed",
        /// The system refuses the address.
        Refused => "refused",
    }
}

labels! {
    /// What carries a connection's media.
    PathKind {
        /// UDP.
        Udp => "udp",
        /// TCP (RFC 6544).
        Tcp => "tcp",
        /// The relay, reached by UDP.
        TurnUdp => "turn_udp",
        /// The relay, reached by TCP.
        TurnTcp => "turn_tcp",
        /// The relay, reached by TLS.
        TurnTls => "turn_tls",
    }
}

labels! {
    /// Why a stream ended.
    StreamEnd {
        /// In order: one of both ends let go of it.
        Over => "over",
        /// One stream too many.
        Full => "full",
        /// It said nothing that could be understood in time.
        TooLate => "too_late",
        /// It said something else.
        Garbage => "garbage",
    }
}

labels! {
    /// How far a connection is.
    Phase {
        /// ICE and DTLS are under way.
        Connecting => "connecting",
        /// Media can flow.
        Connected => "connected",
    }
}

impl From<StunDrop> for Garbage {
    fn from(why: StunDrop) -> Self {
        match why {
            StunDrop::Malformed => Self::StunMalformed,
            StunDrop::NotRequest => Self::StunNotRequest,
            StunDrop::Unprotected => Self::StunUnprotected,
            StunDrop::NoUsername => Self::StunStranger,
        }
    }
}

impl From<SrtpDrop> for Garbage {
    fn from(why: SrtpDrop) -> Self {
        match why {
            SrtpDrop::Malformed => Self::SrtpMalformed,
            SrtpDrop::Replayed => Self::SrtpReplayed,
            SrtpDrop::Forged => Self::SrtpForged,
            SrtpDrop::TooManySources => Self::SrtpTooManySources,
        }
    }
}

impl From<SealRefused> for Unsent {
    fn from(why: SealRefused) -> Self {
        match why {
            SealRefused::Malformed => Self::Malformed,
            SealRefused::NonceUsed => Self::NonceUsed,
        }
    }
}

/// Everything this room counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) datagrams_in: IntCounter,
    pub(crate) datagrams_out: IntCounter,
    pub(crate) bytes_in: IntCounter,
    pub(crate) bytes_out: IntCounter,
    pub(crate) send_calls: IntCounter,
    pub(crate) delay: Histogram,
    pub(crate) join: Histogram,
    pub(crate) tape_lost: IntCounter,
    pub(crate) notices_lost: IntCounter,
    pub(crate) routers_broken: IntCounter,
    pub(crate) streams: IntGauge,
    pub(crate) relays: IntGauge,
    packets_in: IntCounter,
    forwarded: IntCounter,
    resent: IntCounter,
    repairs_out: IntCounter,
    paced: IntCounter,
    probes_out: IntCounter,
    repairs_in: IntCounter,
    layer_switches: IntCounter,
    lines_frozen: IntCounter,
    red_fills: IntCounter,
    taped: IntCounter,
    nacks_in: IntCounter,
    nacks_out: IntCounter,
    nacks_unanswered: IntCounter,
    keyframe_requests_in: IntCounter,
    keyframe_requests_out: IntCounter,
    publisher_lost: IntCounter,
    rtcp_malformed: IntCounter,
    dropped: Vec<IntCounter>,
    garbage: Vec<IntCounter>,
    unsent: Vec<IntCounter>,
    connections: Vec<IntGauge>,
    paths: Vec<IntGauge>,
    streams_ended: Vec<IntCounter>,
}

impl Metrics {
    /// Makes and registers all of them.
    ///
    /// # Errors
    /// When one is registered already.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str| counter(registry, name, help);
        let [dropped, garbage, unsent, streams_ended] = refusals(registry)?;
        Ok(Self {
            datagrams_in: counter("datagrams_in_total", "Datagrams received")?,
            datagrams_out: counter("datagrams_out_total", "Datagrams sent")?,
            bytes_in: counter("bytes_in_total", "Bytes received in datagrams")?,
            bytes_out: counter("bytes_out_total", "Bytes sent in datagrams")?,
            send_calls: counter("send_calls_total", "Send calls; fewer than datagrams with GSO")?,
            delay: histogram(
                registry,
                "forward_delay_seconds",
                "From a packet's arrival to the send call of its copies",
                &[50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3],
            )?,
            join: histogram(
                registry,
                "join_seconds",
                "From an offer to media that can flow",
                &[0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0],
            )?,
            tape_lost: counter("tape_packets_lost_total", "Packets the recorder had no room for")?,
            notices_lost: counter("notices_lost_total", "Notices signaling had no room for")?,
            routers_broken: counter("routers_broken_total", "Routers restarted after a bug")?,
            streams: gauge(registry, "streams", "Media streams (TCP, TLS) that are open")?,
            relays: gauge(registry, "relays", "Allocations of the relay")?,
            packets_in: counter("packets_in_total", "RTP packets from publishers")?,
            forwarded: counter("packets_forwarded_total", "RTP packets to subscribers")?,
            resent: counter("packets_resent_total", "RTP packets sent again after a NACK")?,
            repairs_out: counter("repairs_out_total", "Sent again as repairs (RFC 4588)")?,
            paced: counter("packets_paced_total", "Picture packets that waited for their turn")?,
            probes_out: counter("probes_out_total", "Packets sent again to fill probes")?,
            repairs_in: counter("repairs_in_total", "Missing packets that came as repairs")?,
            layer_switches: counter("layer_switches_total", "Lines that changed layer")?,
            lines_frozen: counter("lines_frozen_total", "Pictures stopped for want of bandwidth")?,
            red_fills: counter("red_fills_total", "Missing sound filled from redundancy")?,
            taped: counter("packets_taped_total", "RTP packets handed to the recorder")?,
            nacks_in: counter("nacks_in_total", "Packets asked for by subscribers")?,
            nacks_out: counter("nacks_out_total", "Packets asked of publishers")?,
            nacks_unanswered: counter("nacks_unanswered_total", "Asked for and not there")?,
            keyframe_requests_in: counter("keyframe_requests_in_total", "From subscribers")?,
            keyframe_requests_out: counter("keyframe_requests_out_total", "To publishers")?,
            publisher_lost: counter("publisher_packets_lost_total", "Given up as lost")?,
            rtcp_malformed: counter("rtcp_malformed_total", "Broken RTCP compounds")?,
            dropped,
            garbage,
            unsent,
            streams_ended,
            paths: gauges(
                registry,
                "paths",
                "Connected media connections by what carries them",
                "kind",
                PathKind::ALL.iter().map(|kind| kind.label()).collect(),
            )?,
            connections: gauges(
                registry,
                "connections",
                "Media connections by phase",
                "phase",
                Phase::ALL.iter().map(|phase| phase.label()).collect(),
            )?,
        })
    }

    pub(crate) fn garbage(&self, why: Garbage) {
        self.garbage[why as usize].inc();
    }

    pub(crate) fn unsent(&self, why: Unsent, packets: u64) {
        self.unsent[why as usize].inc_by(packets);
    }

    pub(crate) fn stream_ended(&self, why: StreamEnd) {
        self.streams_ended[why as usize].inc();
    }

    /// Counts a connection whose path is of another kind than before.
    pub(crate) fn path(&self, before: Option<PathKind>, now: Option<PathKind>) {
        if let Some(before) = before {
            self.paths[before as usize].dec();
        }
        if let Some(now) = now {
            self.paths[now as usize].inc();
        }
    }

    /// Counts a connection that came into a phase.
    pub(crate) fn enter(&self, phase: Phase) {
        self.connections[phase as usize].inc();
    }

    /// Counts a connection that left a phase.
    pub(crate) fn leave(&self, phase: Phase) {
        self.connections[phase as usize].dec();
    }

    /// Adds what a router counted since `before`.
    pub(crate) fn add_router(&self, before: &RouterFigures, now: &RouterFigures) {
        for (counter, before, now) in [
            (&self.packets_in, before.packets_in, now.packets_in),
            (&self.forwarded, before.packets_out, now.packets_out),
            (&self.resent, before.packets_resent, now.packets_resent),
            (&self.repairs_out, before.repairs_out, now.repairs_out),
            (&self.paced, before.packets_paced, now.packets_paced),
            (&self.probes_out, before.probes_out, now.probes_out),
            (&self.repairs_in, before.repairs_in, now.repairs_in),
            (&self.layer_switches, before.layer_switches, now.layer_switches),
            (&self.lines_frozen, before.lines_frozen, now.lines_frozen),
            (&self.red_fills, before.red_fills, now.red_fills),
            (&self.taped, before.packets_taped, now.packets_taped),
            (&self.nacks_in, before.nacks_in, now.nacks_in),
            (&self.nacks_out, before.nacks_out, now.nacks_out),
            (&self.nacks_unanswered, before.nacks_unanswered, now.nacks_unanswered),
            (&self.keyframe_requests_in, before.keyframe_requests_in, now.keyframe_requests_in),
            (&self.keyframe_requests_out, before.keyframe_requests_out, now.keyframe_requests_out),
            (&self.publisher_lost, before.packets_lost, now.packets_lost),
            (&self.rtcp_malformed, before.rtcp_malformed, now.rtcp_malformed),
        ] {
            counter.inc_by(now.saturating_sub(before));
        }
        for (counter, reason) in self.dropped.iter().zip(DropReason::ALL) {
            counter.inc_by(now.dropped(reason).saturating_sub(before.dropped(reason)));
        }
    }
}

fn counter(registry: &Registry, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
    let counter = IntCounter::new(format!("assize_sfu_{name}"), help)?;
    registry.register(Box::new(counter.clone()))?;
    Ok(counter)
}

fn gauge(registry: &Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    let gauge = IntGauge::new(format!("assize_sfu_{name}"), help)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

/// Everything that is counted by reason: packets the router dropped, datagrams thrown away, packets
/// not sent, streams ended.
fn refusals(registry: &Registry) -> Result<[Vec<IntCounter>; 4], prometheus::Error> {
    Ok([
        reasons(
            registry,
            "packets_dropped_total",
            "RTP packets the router let go no further",
            DropReason::ALL.iter().map(|reason| reason.name()).collect(),
        )?,
        reasons(
            registry,
            "garbage_datagrams_total",
            "Datagrams thrown away before the router",
            Garbage::ALL.iter().map(|one| one.label()).collect(),
        )?,
        reasons(
            registry,
            "packets_unsent_total",
            "Packets of the router that were not sent",
            Unsent::ALL.iter().map(|one| one.label()).collect(),
        )?,
        reasons(
            registry,
            "streams_ended_total",
            "Media streams that ended",
            StreamEnd::ALL.iter().map(|one| one.label()).collect(),
        )?,
    ])
}

/// One gauge per label, in their order.
fn gauges(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
    labels: Vec<&'static str>,
) -> Result<Vec<IntGauge>, prometheus::Error> {
    let opts = Opts::new(format!("assize_sfu_{name}"), help);
    let family = IntGaugeVec::new(opts, &[label])?;
    registry.register(Box::new(family.clone()))?;
    Ok(labels.into_iter().map(|each| family.with_label_values(&[each])).collect())
}

/// One counter per reason, in their order.
fn reasons(
    registry: &Registry,
    name: &str,
    help: &str,
    reasons: Vec<&'static str>,
) -> Result<Vec<IntCounter>, prometheus::Error> {
    let opts = Opts::new(format!("assize_sfu_{name}"), help);
    let family = IntCounterVec::new(opts, &["reason"])?;
    registry.register(Box::new(family.clone()))?;
    Ok(reasons.into_iter().map(|reason| family.with_label_values(&[reason])).collect())
}

fn histogram(
    registry: &Registry,
    name: &str,
    help: &str,
    buckets: &[f64],
) -> Result<Histogram, prometheus::Error> {
    let opts = HistogramOpts::new(format!("assize_sfu_{name}"), help);
    let histogram = Histogram::with_opts(opts.buckets(buckets.to_vec()))?;
    registry.register(Box::new(histogram.clone()))?;
    Ok(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_registers_once_under_its_own_name() {
        let registry = Registry::new();
        let metrics = Metrics::new(&registry).unwrap();
        assert!(Metrics::new(&registry).is_err(), "a second room in one registry is refused");
        metrics.garbage(Garbage::StunForged);
        metrics.unsent(Unsent::OutboxFull, 3);
        let families = registry.gather();
        assert!(families.iter().all(|family| family.name().starts_with("assize_sfu_")));
        assert_eq!(metrics.garbage[Garbage::StunForged as usize].get(), 1);
        assert_eq!(metrics.unsent[Unsent::OutboxFull as usize].get(), 3);
    }
}

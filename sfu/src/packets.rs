//! What is done with each datagram: checks prove addresses, handshakes make keys, media goes to
//! the router, the rest is counted and dropped.
//!
//! What is not here: the loop that brings them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::Now;
use model::letters::Notice;
use model::stage::LinkCause;

use crate::demux::{Kind, kind};
use crate::dtls::DtlsStep;
use crate::metrics::{Garbage, Phase};
use crate::socket::Path;
use crate::srtp::Srtp;
use crate::stun::Check;
use crate::thread::MediaThread;

impl MediaThread {
    /// Takes one datagram that came by `path`.
    pub(crate) fn datagram(&mut self, now: Now, path: Path, datagram: &mut [u8]) {
        self.metrics.datagrams_in.inc();
        self.metrics.bytes_in.inc_by(datagram.len() as u64);
        match kind(datagram) {
            Kind::Rtp => self.media(now, path, datagram, true),
            Kind::Rtcp => self.media(now, path, datagram, false),
            Kind::Stun => {
                // Parsers of others: a panic in one must cost one datagram, not the thread.
                let done = catch_unwind(AssertUnwindSafe(|| self.check(now, path, datagram)));
                if done.is_err() {
                    self.metrics.garbage(Garbage::StunMalformed);
                }
            }
            Kind::Dtls => {
                let done = catch_unwind(AssertUnwindSafe(|| self.handshake(now, path, datagram)));
                if done.is_err() {
                    tracing::error!("the DTLS library broke; its connection is dropped");
                    if let Some(leg) = self.legs.by_address(&path.origin()) {
                        self.end(leg, now, Some(LinkCause::MediaSilent));
                    }
                }
            }
            Kind::Relay => self.relay(now, path, datagram),
            Kind::Unknown => self.metrics.garbage(Garbage::Unknown),
        }
    }

    fn check(&mut self, now: Now, path: Path, datagram: &[u8]) {
        let proven = self.legs.by_address(&path.origin()).is_some();
        if !proven && !self.reach.strangers.may_work(now.instant, path.remote.ip()) {
            return self.metrics.garbage(Garbage::SourceTooFast);
        }
        let mut check = match Check::read(datagram) {
            Ok(check) => check,
            Err(why) => return self.stranger(now, path, why.into()),
        };
        let known = self.legs.by_ufrag(check.server_ufrag()).and_then(|leg| {
            let password = self.legs.get(leg)?.password(check.server_ufrag())?;
            Some((leg, password.to_owned()))
        });
        let Some((leg, password)) = known else {
            return self.stranger(now, path, Garbage::StunStranger);
        };
        if !check.is_genuine(&password, self.identity.crypto()) {
            return self.stranger(now, path, Garbage::StunForged);
        }
        if let Some(answer) = check.answer(path.remote, &password, self.identity.crypto()) {
            self.send(&path, &answer);
        }
        if !check.is_sound() {
            return;
        }
        self.reach.prove(path.way);
        self.legs.place_at(path.origin(), leg);
        let Some(connection) = self.legs.get_mut(leg) else { return };
        let wait = connection.falter_wait(now.instant);
        let was_unheard = now.instant.since(connection.heard_at) >= wait;
        connection.heard_at = now.instant;
        // The last nomination wins: a page that roams nominates its new path. Where nothing came for
        // long, whatever works is taken before it is nominated, which takes browsers seconds more.
        if check.nominates() || connection.path.is_none() || was_unheard {
            connection.path = Some(path);
        }
        // The old credentials hold until the page has chosen a path with the new ones.
        let uses_new = check.server_ufrag() == connection.credentials.ufrag;
        if uses_new
            && check.nominates()
            && let Some(former) = connection.former.take()
        {
            self.legs.forget_ufrag(&former, leg);
        }
    }

    /// Counts a check that proved nothing.
    fn stranger(&mut self, now: Now, path: Path, why: Garbage) {
        self.reach.strangers.charge(now.instant, path.remote.ip());
        self.metrics.garbage(why);
    }

    fn handshake(&mut self, now: Now, path: Path, datagram: &[u8]) {
        let system_now = self.on_system_clock(now.instant);
        let leg = self.legs.by_address(&path.origin());
        let Some(connection) = leg.and_then(|leg| self.legs.get_mut(leg)) else {
            return self.metrics.garbage(Garbage::DtlsStranger);
        };
        let leg = connection.leg;
        let mut out = Vec::new();
        let step = connection.dtls.read(system_now, datagram, &mut out);
        if !matches!(step, DtlsStep::Refused) {
            connection.heard_at = now.instant;
        }
        self.send_all(&path, &out);
        match step {
            DtlsStep::Nothing => (),
            DtlsStep::Refused => self.metrics.garbage(Garbage::DtlsRefused),
            DtlsStep::Closed => self.end(leg, now, Some(LinkCause::PageClosed)),
            DtlsStep::Connected(srtp) => self.connected(now, leg, srtp),
        }
    }

    fn connected(&mut self, now: Now, leg: forwarding::LegId, srtp: Box<Srtp>) {
        let Some(connection) = self.legs.get_mut(leg) else { return };
        connection.srtp = Some(srtp);
        if connection.connected_at.replace(now.instant).is_some() {
            return;
        }
        let took = now.instant.since(connection.offered_at);
        let (hearing, participant) = (connection.hearing, connection.participant);
        let plan = connection.plan.clone();
        self.connecting.retain(|one| *one != leg);
        self.metrics.leave(Phase::Connecting);
        self.metrics.enter(Phase::Connected);
        self.metrics.join.observe(took.as_secs_f64());
        let join_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        tracing::info!(%hearing, %participant, join_ms, "media connected");
        self.notices.push(Notice::Connected { hearing, participant, join_ms });
        self.route(hearing, now, |router, outlet| router.leg_up(now, leg, plan, outlet));
    }

    fn media(&mut self, now: Now, path: Path, datagram: &mut [u8], rtp: bool) {
        let leg = self.legs.by_address(&path.origin());
        let Some(connection) = leg.and_then(|leg| self.legs.get_mut(leg)) else {
            return self.metrics.garbage(Garbage::SrtpStranger);
        };
        let Some(srtp) = &mut connection.srtp else {
            return self.metrics.garbage(Garbage::SrtpEarly);
        };
        let opened =
            if rtp { srtp.opener.open_rtp(datagram) } else { srtp.opener.open_rtcp(datagram) };
        let len = match opened {
            Ok(len) => len,
            Err(why) => return self.metrics.garbage(why.into()),
        };
        connection.heard_at = now.instant;
        connection.carries = true;
        connection.carried_at = now.instant;
        if rtp {
            connection.media_at = now.instant;
            connection.silenced = false;
        }
        let (leg, hearing) = (connection.leg, connection.hearing);
        let packet = &datagram[..len];
        self.route(hearing, now, |router, outlet| {
            if rtp {
                router.rtp(now, leg, packet, outlet);
            } else {
                router.rtcp(now, leg, packet, outlet);
            }
        });
    }
}

//! One page's media connection: its credentials, paths, handshake, keys, lines and outbox.
//!
//! What is not here: other connections, and what happens when this one comes or goes
//! (`thread.rs`).

use std::time::Duration;

use forwarding::{LegId, LegPlan};
use model::{HearingId, Instant, LinePurpose, Now, ParticipantId, limits};

use crate::dtls::{Dtls, Identity};
use crate::metrics::PathKind;
use crate::outbox::Outbox;
use crate::sdp::SdpFault;
use crate::sdp::offer::{Fingerprint, Offer};
use crate::sdp::terms::{Sources, Terms, Wishes};
use crate::socket::{Origin, Path};
use crate::srtp::Srtp;

/// Addresses one connection may prove; the oldest unused one is forgotten.
const ADDRESSES_MAX: usize = 8;
/// Letters of ICE credentials (RFC 8839 §5.4): 64 of them, so that a random byte picks evenly.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// ICE credentials this end gave out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// User name fragment.
    pub(crate) ufrag: String,
    /// Password.
    pub(crate) password: String,
}

impl Credentials {
    /// Fresh ones: 90 bits of name, so that no two meet, and 192 bits of password. The first
    /// letter of the name says the thread, so that a stream finds its way there.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn random(thread: u8) -> Result<Self, getrandom::Error> {
        let first = char::from(LETTERS[usize::from(thread % 64)]);
        let ufrag = format!("{first}{}", letters::<15>()?);
        Ok(Self { ufrag, password: letters::<32>()? })
    }
}

/// The thread whose credentials have this user name fragment.
pub(crate) fn thread_of(ufrag: &str) -> Option<usize> {
    let first = ufrag.bytes().next()?;
    LETTERS.iter().position(|letter| *letter == first)
}

/// Whose a connection is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    /// Hearing.
    pub(crate) hearing: HearingId,
    /// Who.
    pub(crate) participant: ParticipantId,
    /// The page's number for the connection.
    pub(crate) number: u32,
}

fn letters<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect())
}

/// A media connection.
pub(crate) struct Connection {
    /// Its leg in the hearing's router.
    pub(crate) leg: LegId,
    /// Hearing.
    pub(crate) hearing: HearingId,
    /// Whose.
    pub(crate) participant: ParticipantId,
    /// The page's number for it.
    pub(crate) number: u32,
    /// The credentials in force.
    pub(crate) credentials: Credentials,
    /// Those before an ICE restart, until the page uses the new ones.
    pub(crate) former: Option<Credentials>,
    /// The handshake.
    pub(crate) dtls: Dtls,
    /// The keys, once the handshake is done.
    pub(crate) srtp: Option<Box<Srtp>>,
    /// Sealed packets that wait for the end of the batch.
    pub(crate) outbox: Outbox,
    /// The path in use.
    pub(crate) path: Option<Path>,
    /// Addresses that proved to be the page's.
    pub(crate) addresses: Vec<Origin>,
    /// What was agreed, in the router's words.
    pub(crate) plan: LegPlan,
    /// When the first offer came.
    pub(crate) offered_at: Instant,
    /// When media could flow.
    pub(crate) connected_at: Option<Instant>,
    /// When the page was last heard of: a check, a handshake message or a genuine packet.
    pub(crate) heard_at: Instant,
    /// Whether a genuine packet came.
    pub(crate) carries: bool,
    /// When the last genuine packet came.
    pub(crate) carried_at: Instant,
    /// When media last went out.
    pub(crate) sent_at: Instant,
    /// When the last genuine RTP packet came.
    pub(crate) media_at: Instant,
    /// Whether a granted track fell silent and nothing else came either.
    pub(crate) silenced: bool,
    /// When the page was last asked to restart ICE, or could first have been.
    pub(crate) faltered_at: Instant,
    /// The kind of path it was last counted with.
    pub(crate) counted: Option<PathKind>,
    page_ufrag: String,
    sources: Vec<(LinePurpose, Sources)>,
    session: u32,
    version: u32,
}

/// What an offer made of a connection.
pub(crate) struct Agreed {
    /// For the answer.
    pub(crate) terms: Terms,
    /// For the answer.
    pub(crate) session: u32,
    /// For the answer.
    pub(crate) version: u32,
}

impl Connection {
    /// A connection that waits for its page.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn new(
        leg: LegId,
        seat: Seat,
        credentials: Credentials,
        identity: &Identity,
        offer: &Offer,
        now: Now,
    ) -> Result<Self, getrandom::Error> {
        let Seat { hearing, participant, number } = seat;
        Ok(Self {
            leg,
            hearing,
            participant,
            number,
            credentials,
            former: None,
            dtls: Dtls::new(identity.clone(), offer.fingerprint.clone()),
            srtp: None,
            outbox: Outbox::default(),
            path: None,
            addresses: Vec::new(),
            plan: LegPlan {
                participant,
                connection: number,
                receive: Vec::new(),
                send: Vec::new(),
            },
            offered_at: now.instant,
            connected_at: None,
            heard_at: now.instant,
            carries: false,
            carried_at: Instant(0),
            sent_at: Instant(0),
            media_at: now.instant,
            silenced: false,
            faltered_at: now.instant,
            counted: None,
            page_ufrag: offer.ufrag.clone(),
            sources: Vec::new(),
            session: getrandom::u32()? >> 1,
            version: 0,
        })
    }

    /// Takes an offer, the first or a later one. A slot's source stays what it was.
    ///
    /// # Errors
    /// When the lines cannot be agreed on; the connection is then as before.
    pub(crate) fn agree(
        &mut self,
        offer: &Offer,
        lines: &[model::Line],
        wishes: Wishes,
    ) -> Result<Agreed, SdpFault> {
        let mut taken: Vec<u32> = offer.lines.iter().flat_map(|line| line.ssrcs.clone()).collect();
        let repairs = offer.lines.iter().flat_map(|line| &line.repair_ssrcs);
        taken.extend(repairs.map(|(_, repair)| *repair));
        let mut sources = self.sources.clone();
        let terms = Terms::agree(offer, lines, wishes, |purpose| {
            sources_of(&mut sources, purpose, &taken)
        })?;
        self.sources = sources;
        self.plan = terms.plan(self.participant, self.number);
        self.version += 1;
        Ok(Agreed { terms, session: self.session, version: self.version })
    }

    /// Whether the offer restarts ICE (RFC 8445 §9).
    pub(crate) fn is_restart(&self, offer: &Offer) -> bool {
        offer.ufrag != self.page_ufrag
    }

    /// Puts new credentials in force; the old ones hold until the page uses the new ones. Gives
    /// those before the old ones.
    pub(crate) fn restart(&mut self, offer: &Offer, fresh: Credentials) -> Option<Credentials> {
        self.page_ufrag.clone_from(&offer.ufrag);
        let dropped = self.former.take();
        self.former = Some(std::mem::replace(&mut self.credentials, fresh));
        dropped
    }

    /// The digest the page's certificate must have.
    pub(crate) const fn fingerprint(&self) -> &Fingerprint {
        self.dtls.expected()
    }

    /// The password given out with a user name fragment.
    pub(crate) fn password(&self, ufrag: &str) -> Option<&str> {
        std::iter::once(&self.credentials)
            .chain(&self.former)
            .find(|one| one.ufrag == ufrag)
            .map(|one| one.password.as_str())
    }

    /// Notes an address that proved to be the page's; gives one that is forgotten for it.
    pub(crate) fn prove(&mut self, address: Origin) -> Option<Origin> {
        if self.addresses.contains(&address) {
            return None;
        }
        self.addresses.push(address);
        if self.addresses.len() <= ADDRESSES_MAX {
            return None;
        }
        let used = self.path.map(|path| path.origin());
        let oldest = self.addresses.iter().position(|one| Some(*one) != used)?;
        Some(self.addresses.remove(oldest))
    }

    /// How long nothing may come before the page is asked for another path. Who sends or receives
    /// media is heard of all the time; others send checks alone, seconds apart.
    pub(crate) fn falter_wait(&self, now: Instant) -> Duration {
        let lately = |then: Instant, at: Instant| then.since(at) < limits::FALTER_WAIT;
        let sends = lately(self.heard_at, self.media_at);
        let reports = lately(self.heard_at, self.carried_at) && lately(now, self.sent_at);
        if self.carries && (sends || reports) {
            limits::FALTER_WAIT
        } else {
            limits::FALTER_WAIT_IDLE
        }
    }

    /// Whether it lasted too long without a sign of life, or without getting anywhere.
    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        match self.connected_at {
            None => now.since(self.offered_at) > limits::CONNECT_WAIT,
            Some(_) => now.since(self.heard_at) > limits::CONSENT_WAIT,
        }
    }
}

/// The constant sources of a slot's line: those it had, or random ones nobody here uses.
fn sources_of(
    sources: &mut Vec<(LinePurpose, Sources)>,
    purpose: LinePurpose,
    taken: &[u32],
) -> Sources {
    if let Some((_, known)) = sources.iter().find(|(known, _)| *known == purpose) {
        return *known;
    }
    let fresh = |also: u32| {
        // Without random bytes any free number serves: a source is no secret.
        let mut ssrc = getrandom::u32().unwrap_or(1);
        let used = |one: u32| {
            one == 0
                || one == also
                || taken.contains(&one)
                || sources.iter().any(|(_, other)| other.media == one || other.repair == one)
        };
        while used(ssrc) {
            ssrc = ssrc.wrapping_add(1);
        }
        ssrc
    };
    let media = fresh(0);
    let made = Sources { media, repair: fresh(media) };
    sources.push((purpose, made));
    made
}

//! Devices without a page: room encoders (WHIP, RFC 9725) and plain viewers (WHEP). For the hearing
//! each is a page like any other; here sits who clicks for it.
//!
//! What is not here: HTTP (`http/whip.rs`) and session descriptions (crate `sfu`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::letters::OfferForm;
use model::limits::CONNECTIONS_MAX;
use model::stage::LinkCause;
use model::{Ask, HearingId, ParticipantId, Place, Private, Refusal, Relay, TrackKind, View};
use protocol::{Bye, RequestOutcome, ServerMessage};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::fragment::{Credentials, Fragment, credentials};
use crate::hearing_task::{Letter, Offer};
use crate::hearings::{Entered, cause_of};
use crate::outbox::{Next, Outbox};
use crate::socket::{House, Visitor};

/// How long the hearing and the sfu may take over an offer.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// Requests waiting for one caller; one more is told to come later.
const WAITING_MAX: usize = 4;
/// What the court reads where people name who else is in their room.
const DECLARED: &str = "编码器接入，无页面 / room encoder, no page";

/// Why a caller is not let in, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangup {
    /// The hearing let it go.
    Bye(Bye),
    /// The offer was refused.
    Refused(Refusal),
    /// Nobody answered in time, or too many are waiting.
    Late,
    /// Its media fell silent, or was ended by the court.
    Silent,
    /// It ended itself.
    Done,
}

/// A caller that is in.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Names the session; nobody can guess it.
    pub(crate) session: Private<String>,
    /// Names its ICE session.
    pub(crate) etag: String,
    /// The answer to its offer.
    pub(crate) answer: Private<String>,
    /// Where it finds a relay.
    pub(crate) relays: Vec<Relay>,
}

/// What a request with a fragment came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Patched {
    /// Candidates were taken note of: an ICE-lite server needs none.
    Trickled,
    /// ICE starts anew.
    Restarted {
        /// Names the new ICE session.
        etag: String,
        /// This end's part.
        fragment: Private<String>,
    },
    /// It was about a former ICE session.
    Stale,
    /// A restart without credentials, or credentials without a restart.
    Unfit,
    /// The sfu refused it.
    Refused(Refusal),
}

/// Which ICE session a fragment is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// Whichever there is: a restart.
    Any,
    /// The one of this name.
    Tag(String),
}

enum Command {
    Patch { about: IfMatch, fragment: Fragment, done: oneshot::Sender<Result<Patched, Hangup>> },
    End { done: oneshot::Sender<()> },
}

/// One session, from outside.
#[derive(Clone)]
struct Handle {
    hearing: HearingId,
    who: ParticipantId,
    form: OfferForm,
    commands: mpsc::Sender<Command>,
}

/// Every session on this node.
#[derive(Clone, Default)]
pub(crate) struct Callers {
    live: Arc<Mutex<BTreeMap<String, Handle>>>,
}

/// Whose session is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) session: &'a str,
    pub(crate) hearing: HearingId,
    pub(crate) who: ParticipantId,
    pub(crate) form: OfferForm,
}

/// A call that begins.
pub(crate) struct Call {
    pub(crate) visitor: Visitor,
    pub(crate) form: OfferForm,
    pub(crate) offer: Private<String>,
    /// Names the session.
    pub(crate) session: Private<String>,
    /// Held while it lasts, so that its end is seen.
    pub(crate) place: mpsc::Sender<()>,
}

impl Callers {
    fn live(&self) -> MutexGuard<'_, BTreeMap<String, Handle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a device in; its former session, or its page, ends. Its media goes on until the new one
    /// carries.
    ///
    /// # Errors
    /// Why it is not let in.
    pub(crate) async fn begin(&self, call: Call, house: House) -> Result<Begun, Hangup> {
        let (commands, inbox) = mpsc::channel(WAITING_MAX);
        let Visitor { hearing, who, .. } = call.visitor;
        let session = call.session.clone();
        {
            let mut live = self.live();
            if live.len() >= CONNECTIONS_MAX {
                return Err(Hangup::Late);
            }
            let handle = Handle { hearing, who, form: call.form, commands };
            live.insert(session.reveal().clone(), handle);
        }
        let (tell, told) = oneshot::channel();
        let callers = self.clone();
        // A task of its own: a client that hangs up half-way must not leave a page behind.
        tokio::spawn(async move {
            let place = call.place.clone();
            attend(call, house, inbox, tell).await;
            callers.live().remove(session.reveal());
            drop(place);
        });
        told.await.unwrap_or(Err(Hangup::Late))
    }

    /// Takes a fragment; none when there is no such session.
    pub(crate) async fn patch(
        &self,
        claim: Claim<'_>,
        about: IfMatch,
        fragment: Fragment,
    ) -> Option<Result<Patched, Hangup>> {
        let handle = self.find(claim)?;
        let (done, answer) = oneshot::channel();
        match handle.commands.try_send(Command::Patch { about, fragment, done }) {
            Ok(()) => answer.await.ok(),
            Err(mpsc::error::TrySendError::Full(_)) => Some(Err(Hangup::Late)),
            Err(mpsc::error::TrySendError::Closed(_)) => None,
        }
    }

    /// Ends a session; false when there is no such session.
    pub(crate) async fn end(&self, claim: Claim<'_>) -> bool {
        let Some(handle) = self.find(claim) else { return false };
        let (done, ended) = oneshot::channel();
        handle.commands.send(Command::End { done }).await.is_ok() && ended.await.is_ok()
    }

    fn find(&self, claim: Claim<'_>) -> Option<Handle> {
        let handle = self.live().get(claim.session).cloned()?;
        let same =
            (handle.hearing, handle.who, handle.form) == (claim.hearing, claim.who, claim.form);
        same.then_some(handle)
    }
}

/// A session from inside.
struct Caller {
    entered: Entered,
    who: ParticipantId,
    form: OfferForm,
    outbox: Arc<Outbox>,
    offer: Private<String>,
    ice: Option<Credentials>,
    session: Private<String>,
    restarts: u32,
    request: u32,
    relays: Vec<Relay>,
    /// Kinds it sends.
    on: Vec<TrackKind>,
    checked_in: bool,
    /// Whether the court knows what is switched on here.
    told_on: bool,
    inside: bool,
}

/// Serves one device until it or the hearing ends the session.
async fn attend(
    call: Call,
    house: House,
    mut inbox: mpsc::Receiver<Command>,
    tell: oneshot::Sender<Result<Begun, Hangup>>,
) {
    let Visitor { hearing, who, reached } = call.visitor;
    let outbox = Arc::new(Outbox::default());
    let entered = match house.hearings.enter(hearing, who, &outbox, &reached).await {
        Ok(entered) => entered,
        Err(why) => return answer(tell, Err(Hangup::Bye(why))),
    };
    let mut caller = Caller {
        entered,
        who,
        form: call.form,
        outbox,
        ice: credentials(call.offer.reveal()),
        offer: call.offer,
        session: call.session,
        restarts: 0,
        request: 0,
        relays: Vec::new(),
        on: Vec::new(),
        checked_in: false,
        told_on: false,
        inside: false,
    };
    let begun = caller.begin().await;
    let failed = begun.as_ref().err().copied();
    answer(tell, begun);
    let why = match failed {
        None => caller.serve(&mut inbox).await,
        Some(why) => why,
    };
    tracing::info!(%hearing, %who, ?why, "a session without a page ended");
    let cause = match why {
        Hangup::Bye(bye) => cause_of(Some(bye)),
        Hangup::Done => LinkCause::PageClosed,
        // What the device had before this call goes on.
        Hangup::Refused(_) | Hangup::Late => LinkCause::SocketLost,
        Hangup::Silent => LinkCause::MediaSilent,
    };
    let page = caller.entered.page;
    if !caller.entered.tell(Letter::Leave { who, page, cause }).await {
        tracing::debug!(%hearing, "the hearing was over before the device left");
    }
}

/// Answers a request whose client may be gone.
fn answer<T>(to: oneshot::Sender<T>, with: T) {
    if to.send(with).is_err() {
        tracing::debug!("a device did not wait for its answer");
    }
}

impl Caller {
    async fn begin(&mut self) -> Result<Begun, Hangup> {
        let offer = self.offer.clone();
        let sdp = self.negotiate(offer).await?;
        self.on = self.kinds(sdp.reveal());
        Ok(Begun {
            session: self.session.clone(),
            etag: self.etag(),
            answer: sdp,
            relays: self.relays.clone(),
        })
    }

    /// Kinds of track that a description of ours takes.
    fn kinds(&self, answer: &str) -> Vec<TrackKind> {
        let takes = |medium: &str| {
            let mut lines = answer.lines().filter_map(|line| line.strip_prefix(medium));
            lines.any(|rest| !rest.starts_with("0 "))
        };
        let kinds = [("m=audio ", TrackKind::Microphone), ("m=video ", TrackKind::Camera)];
        let sends = self.form == OfferForm::Encoder;
        kinds
            .into_iter()
            .filter(|(medium, _)| sends && takes(medium))
            .map(|(_, kind)| kind)
            .collect()
    }

    /// A name for the ICE session in force, as it stands in `ETag`.
    fn etag(&self) -> String {
        let name: String = self.session.reveal().chars().rev().take(8).collect();
        format!("\"{name}-{}\"", self.restarts)
    }

    async fn negotiate(&mut self, sdp: Private<String>) -> Result<Private<String>, Hangup> {
        self.request += 1;
        let request = self.request;
        let (connection, lines, form) = (1, Vec::new(), self.form);
        let offer = Offer { request, connection, sdp, form, lines };
        let (who, page) = (self.who, self.entered.page);
        if !self.entered.tell(Letter::Offer { who, page, offer }).await {
            return Err(Hangup::Bye(Bye::Fault));
        }
        let deadline = Instant::now() + ANSWER_WAIT;
        loop {
            let next = timeout_at(deadline, self.outbox.next()).await.map_err(|_| Hangup::Late)?;
            match next {
                Next::Message(ServerMessage::Answer { request: about, sdp, .. })
                    if about == request =>
                {
                    return Ok(sdp);
                }
                Next::Message(ServerMessage::Outcome {
                    request: about,
                    outcome: RequestOutcome::Refused { why },
                }) if about == request => return Err(Hangup::Refused(why)),
                next @ (Next::Message(_) | Next::Bye(_)) => self.take(next).await?,
            }
        }
    }

    async fn serve(&mut self, inbox: &mut mpsc::Receiver<Command>) -> Hangup {
        loop {
            let outbox = Arc::clone(&self.outbox);
            let done = tokio::select! {
                next = outbox.next() => self.take(next).await,
                command = inbox.recv() => match command {
                    Some(Command::Patch { about, fragment, done }) => {
                        let patched = self.patch(&about, fragment).await;
                        let ended = match patched {
                            Err(why) => Err(why),
                            Ok(_) => Ok(()),
                        };
                        answer(done, patched);
                        ended
                    }
                    Some(Command::End { done }) => {
                        answer(done, ());
                        Err(Hangup::Done)
                    }
                    None => Err(Hangup::Done),
                },
            };
            if let Err(why) = done {
                return why;
            }
        }
    }

    async fn patch(&mut self, about: &IfMatch, fragment: Fragment) -> Result<Patched, Hangup> {
        let restarts = fragment.credentials.filter(|fresh| Some(fresh) != self.ice.as_ref());
        match (about, restarts) {
            (IfMatch::Tag(tag), _) if *tag != self.etag() => Ok(Patched::Stale),
            (IfMatch::Tag(_), None) => Ok(Patched::Trickled),
            (IfMatch::Tag(_), Some(_)) | (IfMatch::Any, None) => Ok(Patched::Unfit),
            (IfMatch::Any, Some(fresh)) => {
                let offer = Private::new(fresh.put_into(self.offer.reveal()));
                match self.negotiate(offer).await {
                    Ok(sdp) => {
                        self.ice = Some(fresh);
                        self.restarts += 1;
                        let fragment = Private::new(Fragment::of_answer(sdp.reveal()));
                        Ok(Patched::Restarted { etag: self.etag(), fragment })
                    }
                    // The session stays as it was (RFC 9725 §4.3.3).
                    Err(Hangup::Refused(why)) => Ok(Patched::Refused(why)),
                    Err(why) => Err(why),
                }
            }
        }
    }

    /// Takes note of what the hearing says.
    async fn take(&mut self, next: Next) -> Result<(), Hangup> {
        match next {
            Next::Bye(why) => Err(Hangup::Bye(why)),
            Next::Message(ServerMessage::Welcome { relays, view, .. }) => {
                self.relays = relays;
                self.look(&view).await
            }
            Next::Message(ServerMessage::View { view }) => self.look(&view).await,
            // A device cannot be asked for another offer: it calls again when its line is dead.
            Next::Message(ServerMessage::Reoffer { fresh: true }) => Err(Hangup::Silent),
            Next::Message(
                ServerMessage::Reoffer { fresh: false }
                | ServerMessage::Outcome { .. }
                | ServerMessage::Answer { .. }
                | ServerMessage::Slots { .. }
                | ServerMessage::Pictures { .. }
                | ServerMessage::Speaking { .. }
                | ServerMessage::Notes { .. }
                | ServerMessage::Minutes { .. }
                | ServerMessage::Health { .. }
                | ServerMessage::Transcript { .. }
                | ServerMessage::TranscriptSteps { .. }
                | ServerMessage::TranscriptRefused { .. }
                | ServerMessage::Hearing { .. }
                | ServerMessage::Turns { .. }
                | ServerMessage::RecognitionAway { .. }
                | ServerMessage::Review { .. }
                | ServerMessage::Ping { .. }
                | ServerMessage::Bye { .. },
            ) => Ok(()),
        }
    }

    /// Does what a person at a page would click.
    async fn look(&mut self, view: &View) -> Result<(), Hangup> {
        let me = &view.me;
        if self.inside && me.place == Place::Waiting {
            // Sent back: its media was ended. It may call again, and waits then.
            return Err(Hangup::Silent);
        }
        self.inside = me.place == Place::InHearing;
        // A lock switches the microphone off in the list; the device goes on sending.
        self.told_on &= self.inside && !me.locked;
        if !self.checked_in && me.may_ask.iter().any(|ask| ask == "check_in") {
            self.checked_in = true;
            let sends = self.form == OfferForm::Encoder;
            let others_present = if sends { Private::from(DECLARED) } else { Private::default() };
            let (camera, microphone) = (sends, sends);
            let faults = Vec::new();
            let text = view.discipline.as_ref();
            let version = text.map(|text| text.version.clone()).unwrap_or_default();
            let ask = Ask::CheckIn {
                discipline: true,
                others_present,
                camera,
                microphone,
                faults,
                version,
            };
            self.ask(ask).await?;
        }
        if self.inside && !me.locked && !self.told_on && !self.on.is_empty() {
            self.told_on = true;
            self.ask(Ask::Devices { on: self.on.clone() }).await?;
        }
        Ok(())
    }

    async fn ask(&mut self, ask: Ask) -> Result<(), Hangup> {
        self.request += 1;
        let (who, page, request) = (self.who, self.entered.page, self.request);
        let told = self.entered.tell(Letter::Ask { who, page, request, ask }).await;
        if told { Ok(()) } else { Err(Hangup::Bye(Bye::Fault)) }
    }
}

//! Sittings over HTTP: put on the docket, read, changed, moved, called off, and the calendar.
//!
//! What is not here: notices and consents (`http/papers.rs`), places (`http/places.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use ::docket::api::{
    CalendarLine, CalendarList, CallOff, ChangeKind, PersonForm, Reschedule, SessionForm,
    ShieldForm, Warning, WarningKind,
};
use ::docket::notice;
use ::docket::{Calendar, Day, FieldFault, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::limits::{CALENDAR_TIME_MAX, FORM_BYTES_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX};
use model::{HearingId, Private, Publicity, Refusal, Shield, Stage, Timestamp};
use protocol::StaffKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{App, Refused, hearing_id, stage_of};
use crate::docket::{
    Account, AccountId, Change, DocketFault, Entry, NewHearing, NewPerson, Revision, Seated, Wanted,
};

/// What goes wrong with a request of the docket: refused, or named field by field.
#[derive(Debug)]
pub(super) enum Failed {
    /// The rules say no.
    Refused(Refused),
    /// Fields are wrong.
    Problems(Vec<Problem>),
}

impl From<Refusal> for Failed {
    fn from(why: Refusal) -> Self {
        Self::Refused(why.into())
    }
}

impl From<Refused> for Failed {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

impl From<DocketFault> for Failed {
    fn from(fault: DocketFault) -> Self {
        Self::Refused(fault.into())
    }
}

#[derive(Serialize)]
struct ProblemsBody {
    why: Refusal,
    zh: &'static str,
    en: &'static str,
    problems: Vec<Problem>,
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refused) => refused.into_response(),
            Self::Problems(problems) => {
                let why = Refusal::NotPlausible;
                let (zh, en) = (why.chinese(), why.english());
                let body = ProblemsBody { why, zh, en, problems };
                (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
            }
        }
    }
}

/// One field that is wrong.
pub(super) fn wrong(field: &str, fault: FieldFault) -> Failed {
    Failed::Problems(vec![Problem::new(field, fault)])
}

/// A body of at most `max` bytes.
pub(super) async fn large<T: DeserializeOwned>(body: Body, max: usize) -> Result<T, Failed> {
    let bytes = axum::body::to_bytes(body, max).await.map_err(|_| Refusal::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::Malformed.into())
}

/// Whether an account may see and change a sitting: clerks and administration all, others those in
/// which they sit.
pub(super) fn may_edit(account: &Account, entry: &Entry) -> bool {
    match account.kind {
        StaffKind::Clerk | StaffKind::Admin => true,
        StaffKind::Judge | StaffKind::Mediator => entry.seat_of(account.id).is_some(),
        StaffKind::Ops | StaffKind::Audit => false,
    }
}

/// The account that asks and a sitting it may change.
pub(super) async fn editable(
    app: &App,
    headers: &HeaderMap,
    hearing: &str,
) -> Result<(Account, Entry), Failed> {
    let who = app.who(headers).await?;
    let account = who.docket()?.clone();
    let hearing = hearing_id(hearing)?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    if !may_edit(&account, &entry) {
        return Err(Refusal::NotFound.into());
    }
    Ok((account, entry))
}

/// What a form asks for.
pub(super) fn revision(form: SessionForm) -> Revision {
    let seats = form.people.iter().map(|person| person.id).collect();
    let people = form.people.into_iter().map(new_person).collect();
    let mut brief = form.brief;
    // What the docket finds out itself is not taken from outside.
    brief.notice_late = false;
    brief.notice_unconfirmed.clear();
    brief.shields.clear();
    // Seats by default are for sittings that have a gallery.
    if brief.publicity != Publicity::Public {
        brief.gallery_seats = 0;
    }
    let hearing = NewHearing {
        brief,
        minutes: form.minutes,
        mode: form.mode,
        tribunal: form.tribunal,
        site: form.site,
        external_id: form.external_id,
        ..NewHearing::new(form.heading, people)
    };
    Revision { hearing, seats }
}

fn new_person(person: PersonForm) -> NewPerson {
    NewPerson {
        side: person.side,
        acts_for: person.acts_for.map(usize::from),
        power: person.power,
        attendance: person.attendance,
        site: person.site,
        phone: person.phone,
        email: person.email,
        consents: person.consents,
        shields: person.shields,
        real_name: person.real_name,
        ..NewPerson::new(person.role, person.name, person.account.map(AccountId))
    }
}

/// A sitting as it was filled in.
pub(super) fn form_of(entry: &Entry) -> SessionForm {
    let place = |who| {
        let found = entry.seated.iter().position(|seated| seated.attendee.id == who);
        found.and_then(|place| u16::try_from(place).ok())
    };
    let shields = |of| {
        let own = entry.brief.shields.iter().filter(|shield| shield.who == of);
        let form = |shield: &Shield| {
            let from = place(shield.from)?;
            Some(ShieldForm { from, picture: shield.picture, sound: shield.sound })
        };
        own.filter_map(form).collect()
    };
    let person = |seated: &Seated| {
        let attendee = &seated.attendee;
        PersonForm {
            id: Some(attendee.id),
            role: attendee.role,
            name: attendee.name.clone(),
            account: seated.account.map(|account| account.0),
            side: attendee.side,
            acts_for: attendee.acts_for.and_then(place),
            power: attendee.power,
            attendance: attendee.attendance,
            site: attendee.site,
            phone: seated.phone.clone(),
            email: seated.email.clone(),
            consents: attendee.consents.clone(),
            shields: shields(attendee.id),
            real_name: None,
        }
    };
    SessionForm {
        heading: entry.heading.clone(),
        brief: entry.brief.clone(),
        minutes: entry.minutes,
        mode: entry.mode,
        tribunal: entry.tribunal,
        site: entry.site,
        external_id: entry.external_id.clone(),
        people: entry.seated.iter().map(person).collect(),
        reason: Private::default(),
    }
}

/// What the clerk should look at.
pub(super) fn warnings(app: &App, entry: &Entry, told: bool, days: &Calendar) -> Vec<Warning> {
    let mut found = Vec::new();
    if entry.closed {
        return found;
    }
    let now = app.clock.now().utc;
    let due = entry.heading.scheduled_at;
    if entry.brief.notice_late || (!told && notice::is_short(&entry.brief, due, now)) {
        found.push(Warning { what: WarningKind::NoticeShort, who: None });
    }
    if !days.is_working(Day::of(due)) {
        found.push(Warning { what: WarningKind::DayOff, who: None });
    }
    if !told && entry.brief.kind.step().is_some() {
        found.push(Warning { what: WarningKind::NoticeMissing, who: None });
    }
    for who in &entry.brief.notice_unconfirmed {
        found.push(Warning { what: WarningKind::NoticeUnconfirmed, who: Some(*who) });
    }
    if let Some(step) = entry.brief.kind.step() {
        let parties = entry.seated.iter().map(|seated| &seated.attendee).filter(|attendee| {
            attendee.role.is_party()
                && attendee.attendance == model::Attendance::Online
                && !attendee.consents.contains(&step)
        });
        let missing = WarningKind::ConsentMissing;
        found.extend(parties.map(|party| Warning { what: missing, who: Some(party.id) }));
    }
    found
}

/// A sitting as it stands, whole.
pub(super) async fn session_of(
    app: &App,
    entry: &Entry,
) -> Result<::docket::api::Session, DocketFault> {
    let (tribunals, sites) = app.docket.place_names().await?;
    let notices = app.docket.notices(entry.hearing).await?;
    let days = app.docket.calendar().await?;
    let joined = entry.seated.iter().filter(|seated| seated.joined && seated.account.is_none());
    Ok(::docket::api::Session {
        hearing: entry.hearing,
        form: form_of(entry),
        stage: stage_of(app, entry),
        closing: entry.closing,
        tribunal_name: name(&tribunals, entry.tribunal),
        site_name: name(&sites, entry.site.map(|site| site.0)),
        joined: joined.map(|seated| seated.attendee.id).collect(),
        real_names: app.docket.real_names(entry).await?,
        consents: app.docket.consents(entry.hearing).await?,
        changes: app.docket.changes(entry.hearing).await?,
        warnings: warnings(app, entry, !notices.is_empty(), &days),
        notices,
    })
}

pub(super) fn name(names: &BTreeMap<u32, String>, number: Option<u32>) -> String {
    number.and_then(|number| names.get(&number)).cloned().unwrap_or_default()
}

type Answer = Result<Json<::docket::api::Session>, Failed>;

async fn answer(app: &App, hearing: HearingId) -> Answer {
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    Ok(Json(session_of(app, &entry).await?))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<::docket::api::Session>), Failed> {
    let who = app.who(&headers).await?;
    let account = who.docket()?;
    let revision = revision(large(body, FORM_BYTES_MAX).await?);
    if revision.seats.iter().any(Option::is_some) {
        return Err(wrong("people.0.id", FieldFault::NoSuchThing));
    }
    // Who does not see everything puts down only what they sit in.
    let sits = revision.hearing.people.iter().any(|person| person.account == Some(account.id));
    if matches!(account.kind, StaffKind::Judge | StaffKind::Mediator) && !sits {
        return Err(Refusal::NotYourRight.into());
    }
    let booked = app.docket.book(&revision, Some(account.id), app.clock.now().utc).await?;
    let hearing = booked.map_err(Failed::Problems)?;
    tell(&app, hearing, "added").await;
    tracing::info!(%hearing, "put on the docket");
    Ok((StatusCode::CREATED, answer(&app, hearing).await?))
}

pub(super) async fn read(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Answer {
    let (_, entry) = editable(&app, &headers, &hearing).await?;
    answer(&app, entry.hearing).await
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    body: Body,
) -> Answer {
    let (account, before) = editable(&app, &headers, &hearing).await?;
    let form: SessionForm = large(body, FORM_BYTES_MAX).await?;
    let reason = form.reason.clone();
    check_reason(&reason, false)?;
    if form.heading.scheduled_at != before.heading.scheduled_at {
        // Moving has a path of its own, with a reason.
        return Err(wrong("heading.scheduled_at", FieldFault::ReasonMissing));
    }
    rebook(&app, &headers, &account, &before, revision(form), &reason).await?;
    answer(&app, before.hearing).await
}

/// Writes a sitting anew, if it may be.
async fn rebook(
    app: &App,
    headers: &HeaderMap,
    account: &Account,
    before: &Entry,
    revision: Revision,
    reason: &Private<String>,
) -> Result<(), Failed> {
    if before.closed {
        return Err(Refusal::HearingClosed.into());
    }
    let court = court_changes(before, &revision);
    let begun = stage_of(app, before) != Stage::Scheduled;
    if begun {
        if !only_court_changes(before, &revision) {
            return Err(Refusal::WrongStage.into());
        }
        if !court.is_empty() && reason.reveal().trim().is_empty() {
            return Err(wrong("reason", FieldFault::ReasonMissing));
        }
    }
    let by = Some(account.id);
    let reason = reason.reveal().as_str();
    let mut changes = vec![Change { what: ChangeKind::Edited, by, detail: "", reason }];
    if !court.is_empty() {
        changes = vec![Change { what: ChangeKind::Court, by, detail: &court, reason }];
    }
    let now = app.clock.now().utc;
    let done = app.docket.rebook(before, &revision, &changes, now).await?;
    done.map_err(Failed::Problems)?;
    let entry = app.docket.entry(before.hearing).await?.ok_or(Refusal::NotFound)?;
    app.hearings.redocket(&entry).await;
    if !court.is_empty() {
        super::papers::tell_everybody(app, headers, &entry).await?;
    }
    tell(app, before.hearing, if court.is_empty() { "changed" } else { "court_changed" }).await;
    Ok(())
}

/// Changes among the people of the court, in words for the log.
fn court_changes(before: &Entry, after: &Revision) -> String {
    let mut text = String::new();
    for (person, seat) in after.hearing.people.iter().zip(&after.seats) {
        if !person.role.is_court() {
            continue;
        }
        let former = seat.and_then(|seat| before.person(seat));
        let same = former.is_some_and(|former| {
            former.attendee.name == person.name && former.account == person.account
        });
        if !same {
            let was = former.map_or("—", |former| former.attendee.name.reveal().as_str());
            text.push_str(&format!("{was} → {}；", person.name.reveal()));
        }
    }
    for former in before.seated.iter().filter(|seated| seated.attendee.role.is_court()) {
        if !after.seats.contains(&Some(former.attendee.id)) {
            text.push_str(&format!("{} → —；", former.attendee.name.reveal()));
        }
    }
    text
}

/// Once a sitting has begun, its seats stay; who of the court sits there may change.
fn only_court_changes(before: &Entry, after: &Revision) -> bool {
    let mut with_court = form_of(before);
    let same_seats = before.seated.len() == after.seats.len()
        && before.seated.iter().zip(&after.seats).all(|(was, seat)| *seat == Some(was.attendee.id));
    if !same_seats {
        return false;
    }
    for (person, new) in with_court.people.iter_mut().zip(&after.hearing.people) {
        if person.role.is_court() && person.role == new.role {
            person.name = new.name.clone();
            person.account = new.account.map(|account| account.0);
        }
        person.phone = new.phone.clone();
        person.email = new.email.clone();
    }
    same(&revision(with_court), after)
}

/// Whether two revisions say the same, consents given at the beginning and real names aside.
pub(super) fn same(one: &Revision, other: &Revision) -> bool {
    let people = |revision: &Revision| -> Vec<NewPerson> {
        let people = revision.hearing.people.iter();
        let bare = |person: &NewPerson| NewPerson {
            consents: Vec::new(),
            real_name: None,
            ..person.clone()
        };
        people.map(bare).collect()
    };
    let hearing =
        |revision: &Revision| NewHearing { people: people(revision), ..revision.hearing.clone() };
    one.seats == other.seats && hearing(one) == hearing(other)
}

fn check_reason(reason: &Private<String>, needed: bool) -> Result<(), Failed> {
    if needed && reason.reveal().trim().is_empty() {
        return Err(wrong("reason", FieldFault::ReasonMissing));
    }
    if reason.reveal().chars().count() > TEXT_CHARS_MAX {
        return Err(wrong("reason", FieldFault::TooLong));
    }
    Ok(())
}

pub(super) async fn reschedule(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    body: Body,
) -> Answer {
    let (account, before) = editable(&app, &headers, &hearing).await?;
    let Reschedule { scheduled_at, reason } = large(body, FORM_BYTES_MAX).await?;
    check_reason(&reason, true)?;
    if before.closed {
        return Err(Refusal::HearingClosed.into());
    }
    if stage_of(&app, &before) != Stage::Scheduled {
        return Err(Refusal::WrongStage.into());
    }
    let mut form = form_of(&before);
    form.heading.scheduled_at = scheduled_at;
    let (what, by) = (ChangeKind::Rescheduled, Some(account.id));
    let change = Change { what, by, detail: "", reason: reason.reveal() };
    let now = app.clock.now().utc;
    let done = app.docket.rebook(&before, &revision(form), &[change], now).await?;
    done.map_err(Failed::Problems)?;
    let entry = app.docket.entry(before.hearing).await?.ok_or(Refusal::NotFound)?;
    app.hearings.redocket(&entry).await;
    super::papers::tell_everybody(&app, &headers, &entry).await?;
    tell(&app, before.hearing, "rescheduled").await;
    answer(&app, before.hearing).await
}

pub(super) async fn call_off(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    body: Body,
) -> Answer {
    let (account, before) = editable(&app, &headers, &hearing).await?;
    let CallOff { reason } = large(body, FORM_BYTES_MAX).await?;
    check_reason(&reason, true)?;
    if before.closed {
        return Err(Refusal::HearingClosed.into());
    }
    // One that began is ended in the hearing itself, by who leads it.
    if stage_of(&app, &before) != Stage::Scheduled {
        return Err(Refusal::WrongStage.into());
    }
    let now = app.clock.now().utc;
    app.docket.call_off(before.hearing, account.id, reason.reveal(), now).await?;
    for person in &before.people {
        app.hearings.expel(before.hearing, person.id).await;
    }
    tell(&app, before.hearing, "called_off").await;
    answer(&app, before.hearing).await
}

/// Tells webhooks that a sitting changed. What cannot be told now stands in the log of operations.
pub(super) async fn tell(app: &App, hearing: HearingId, what: &str) {
    let body = serde_json::json!({ "what": what });
    let now = app.clock.now().utc;
    if let Err(fault) = app.docket.announce("session", Some(hearing), &body, now).await {
        tracing::error!(%hearing, %fault, "webhooks cannot be told");
    }
}

/// The query of the calendar.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    from: i64,
    to: i64,
    #[serde(default)]
    tribunal: Option<u32>,
    #[serde(default)]
    site: Option<u32>,
    #[serde(default)]
    account: Option<i64>,
    #[serde(default)]
    number: Option<String>,
}

impl Stretch {
    /// Whether a case is looked for by its number.
    fn asks_for_a_case(&self) -> bool {
        self.number.as_deref().is_some_and(|number| !number.trim().is_empty())
    }

    /// What it asks for.
    pub(super) fn wanted(&self) -> Result<Wanted, Failed> {
        let (from, to) = (Timestamp(self.from), Timestamp(self.to));
        if to <= from || to.since(from) > CALENDAR_TIME_MAX {
            return Err(wrong("to", FieldFault::OutOfBounds));
        }
        let number = self.number.as_deref().map(str::trim).filter(|number| !number.is_empty());
        if number.is_some_and(|number| number.chars().count() > NAME_CHARS_MAX) {
            return Err(wrong("number", FieldFault::TooLong));
        }
        Ok(Wanted {
            from,
            to,
            tribunal: self.tribunal,
            site: self.site,
            account: self.account,
            number: number.map(str::to_owned),
        })
    }
}

pub(super) async fn calendar(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(stretch): Query<Stretch>,
) -> Result<Json<CalendarList>, Failed> {
    let who = app.who(&headers).await?;
    let account = who.docket()?;
    let entries = app.docket.sittings(stretch.wanted()?).await?;
    let (tribunals, sites) = app.docket.place_names().await?;
    let days = app.docket.calendar().await?;
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        let mine = may_edit(account, &entry);
        // Who asks for a number learns of their own sittings alone.
        if !mine && stretch.asks_for_a_case() {
            continue;
        }
        let told = !app.docket.notices(entry.hearing).await?.is_empty();
        let warnings = if mine { warnings(&app, &entry, told, &days).len() } else { 0 };
        lines.push(line(&app, account, &entry, mine, warnings, (&tribunals, &sites)));
    }
    Ok(Json(CalendarList { lines }))
}

/// A line of the calendar. Who does not work on a sitting learns that place and judge are taken,
/// and neither case nor parties.
fn line(
    app: &App,
    account: &Account,
    entry: &Entry,
    mine: bool,
    warnings: usize,
    (tribunals, sites): (&BTreeMap<u32, String>, &BTreeMap<u32, String>),
) -> CalendarLine {
    let attendees = || entry.seated.iter().map(|seated| &seated.attendee);
    let leader = attendees().find(|attendee| attendee.role.leads(entry.brief.kind));
    let parties = attendees().filter(|attendee| attendee.role.is_party() && mine);
    let mut heading = entry.heading.clone();
    let mut brief = entry.brief.clone();
    if !mine {
        heading.case_number = Private::default();
        heading.cause = Private::default();
        brief = model::Brief { kind: brief.kind, ..model::Brief::default() };
    }
    CalendarLine {
        hearing: entry.hearing,
        heading,
        brief,
        minutes: entry.minutes,
        mode: entry.mode,
        tribunal: name(tribunals, entry.tribunal),
        site: name(sites, entry.site.map(|site| site.0)),
        stage: stage_of(app, entry),
        closing: entry.closing,
        leader: leader.map(|leader| leader.name.clone()).unwrap_or_default(),
        parties: parties.map(|party| party.name.clone()).collect(),
        warnings: u16::try_from(warnings).unwrap_or(u16::MAX),
        my_seat: entry.seat_of(account.id),
    }
}

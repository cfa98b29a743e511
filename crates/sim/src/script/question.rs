//! Questions of a script and their answers: what somebody hears, sees, knows and may do.
//! What is not here: acts and what follows from them.

use model::view::{EvidenceView, MediationView, Person};
use model::{DeliberationView, RecordState, TrackId, TrackKind, TranscriptRoom, View};

use super::act::word;
use super::cast::Cast;
use super::tell::{list, plain_of, snake, stage, tell_tree};
use super::tree::Tree;
use super::words;

/// The answer to a question; none when it is none.
#[expect(clippy::too_many_lines, reason = "one line for each question")]
pub(super) fn answer(cast: &Cast, question: &str) -> Result<Option<String>, String> {
    let words: Vec<_> = question.split_whitespace().collect();
    let view = |name: &str| -> Result<View, String> {
        let view = cast.hearing.view(cast.id(name)?, cast.now, 1);
        view.ok_or_else(|| format!("{name} has no view"))
    };
    Ok(Some(match *words.as_slice() {
        ["stage"] => stage(cast.hearing.stage()),
        ["hands"] => list(cast.hearing.durable().hands.iter().map(|who| cast.name(*who))),
        ["media", who, kind] => media(cast, who, kind)?,
        ["view", who] => {
            let view = view(who)?;
            let place = snake(&view.me.place);
            let people = list(view.people.iter().map(|person| cast.name(person.id)));
            format!("{place}; sees {people}")
        }
        ["record", who] => record(&view(who)?.record),
        ["asks", who] => list(view(who)?.me.may_ask.iter().map(String::as_str)),
        ["publishes", who] => list(view(who)?.me.may_publish.iter().map(|kind| kind.name())),
        ["slots", who] => {
            let slots = cast.hearing.slots_for(cast.id(who)?);
            format!("{} seats, {} screens", slots.seats, slots.screens)
        }
        ["knows", who, whom] => {
            let whom = cast.id(whom)?;
            let view = view(who)?;
            let person = view.people.iter().find(|person| person.id == whom);
            person.map_or_else(|| "nothing".to_owned(), traits)
        }
        ["phase"] => {
            let people = &cast.hearing.docket().attendees;
            let any = people.first().and_then(|p| cast.hearing.view(p.id, cast.now, 1));
            let phase = any.and_then(|view| view.procedure.phase);
            phase.map_or_else(|| "none".to_owned(), |phase| snake(&phase))
        }
        ["course", who] => {
            let phases = view(who)?.procedure.phases;
            let told = phases.iter().map(|step| {
                let left_out = if step.mandatory { "" } else { "?" };
                format!("{}{left_out}{}", snake(&step.phase), if step.done { " done" } else { "" })
            });
            told.collect::<Vec<_>>().join(", ")
        }
        ["next", who] => view(who)?.procedure.next.unwrap_or_else(|| "nothing".to_owned()),
        ["obstacles", who] => {
            let told = view(who)?.procedure.obstacles.into_iter().map(|obstacle| {
                let whom = obstacle.who.map(|whom| format!(" {}", cast.name(whom)));
                format!("{}{}", snake(&obstacle.why), whom.unwrap_or_default())
            });
            let told: Vec<_> = told.collect();
            if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
        }
        ["floor"] => floor(cast)?,
        ["chambers", who] => chambers(cast, &view(who)?),
        ["evidence", who] => evidence(cast, &view(who)?.evidence),
        ["mediation", who] => {
            let told = view(who)?.mediation.map(|mediation| tell_mediation(cast, &mediation));
            told.unwrap_or_else(|| "nothing".to_owned())
        }
        ["notes", who] => {
            let notes = cast.hearing.notes_for(cast.id(who)?);
            let told: Vec<_> = notes
                .iter()
                .map(|note| format!("{} \"{}\"", cast.name(note.from), note.text.reveal()))
                .collect();
            if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
        }
        ["deliberation", who] => {
            let told = view(who)?.deliberation.map(|record| deliberation(cast, &record));
            told.unwrap_or_else(|| "nothing".to_owned())
        }
        ["sees", who, path] => part(cast, &view(who)?, path)?,
        ["sees", who, whom, field] => {
            let (view, whom) = (view(who)?, cast.id(whom)?);
            match view.people.iter().position(|person| person.id == whom) {
                Some(place) => part(cast, &view, &format!("people.{place}.{field}"))?,
                None => "nobody".to_owned(),
            }
        }
        ["transcript", who] => transcript(cast, who)?,
        ["signers"] => {
            list(cast.hearing.transcript_signers().into_iter().map(|who| cast.name(who)))
        }
        ["own_parts"] => list(cast.hearing.called_signers().into_iter().map(|who| cast.name(who))),
        ["replaced"] => {
            let replaced = cast.hearing.recording_replaces_transcript();
            if replaced { "yes" } else { "no" }.to_owned()
        }
        ["unheard", who] => list(view(who)?.me.unheard.iter().map(|kind| kind.name())),
        _ => return Ok(None),
    }))
}

/// What somebody does with the transcript now: writes it, and reads what is said at this moment.
fn transcript(cast: &Cast, who: &str) -> Result<String, String> {
    let who = cast.id(who)?;
    let writes = match cast.hearing.pen(who) {
        Ok(pen) => format!("writes ({})", room(pen.room)),
        Err(why) => format!("does not write: {}", snake(&why)),
    };
    let reads = match (cast.hearing.reads_along(who), cast.hearing.pen_of_all()) {
        (Some(reader), Ok(now)) => reader.may_read(now.room, &now.called),
        (None, _) | (_, Err(_)) => false,
    };
    let before = cast
        .hearing
        .reads_along(who)
        .is_some_and(|reader| reader.may_read(TranscriptRoom::Court {}, &[]));
    let reads = match (before, reads) {
        (true, true) => "reads all",
        (true, false) => "reads what was said before all",
        (false, true) => "reads what is said now",
        (false, false) => "reads nothing",
    };
    Ok(format!("{writes}; {reads}"))
}

fn room(room: TranscriptRoom) -> String {
    match room {
        TranscriptRoom::Court {} => "court".to_owned(),
        TranscriptRoom::Closed {} => "closed".to_owned(),
        TranscriptRoom::Caucus { side } => format!("caucus {}", snake(&side)),
    }
}

fn media(cast: &Cast, who: &str, kind: &str) -> Result<String, String> {
    let kind: TrackKind = word(kind)?;
    let track = TrackId::new(cast.id(who)?, kind);
    let grants = cast.hearing.grants();
    let people = grants.receive.keys().filter(|subscriber| grants.reaches(track, **subscriber));
    let reached = list(people.map(|subscriber| cast.name(*subscriber)));
    let record = if grants.record.contains(&track) { "on the record" } else { "off the record" };
    Ok(format!("reaches {reached}; {record}"))
}

/// What one person knows of another, name and role apart.
fn traits(person: &Person) -> String {
    let flags = [
        (person.checked_in, "checked_in"),
        (person.online, "online"),
        (person.media, "media"),
        (person.locked, "locked"),
        (person.screen_allowed, "screen_allowed"),
        (person.tested, "tested"),
    ];
    let mut told = vec![snake(&person.place)];
    told.extend(flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned()));
    if person.hand > 0 {
        told.push(format!("hand {}", person.hand));
    }
    if person.warnings > 0 {
        told.push(format!("warnings {}", person.warnings));
    }
    told.extend(person.devices.iter().map(|kind| format!("{} on", kind.name())));
    told.extend(person.unheard.iter().map(|kind| format!("{} unheard", kind.name())));
    told.extend(person.grade.map(|grade| format!("line {}", snake(&grade))));
    told.extend(person.trouble.map(|trouble| format!("for {}", snake(&trouble))));
    if !person.others_present.reveal().is_empty() {
        told.push(format!("others \"{}\"", person.others_present.reveal()));
    }
    told.join(", ")
}

fn record(state: &RecordState) -> String {
    match state {
        RecordState::Paused { ground } => format!("paused {}", snake(ground)),
        RecordState::Faulty { fault } => format!("faulty {}", snake(fault)),
        RecordState::Off | RecordState::Starting | RecordState::Rolling | RecordState::Sealed => {
            snake(state)
        }
    }
}

/// Who has the floor, for how long, and whether nobody else is heard.
fn floor(cast: &Cast) -> Result<String, String> {
    let people = &cast.hearing.docket().attendees;
    let any = people.first().and_then(|person| cast.hearing.view(person.id, cast.now, 1));
    let floor = any.ok_or("nobody sits here")?.procedure.floor;
    let mut told = floor.holder.map_or("nobody", |who| cast.name(who)).to_owned();
    if let Some(until) = floor.until {
        told.push_str(&format!(", {} s left", until.since(cast.now.utc).as_secs()));
    }
    if floor.strict {
        told.push_str(", strict");
    }
    Ok(told)
}

fn chambers(cast: &Cast, view: &View) -> String {
    let told = view.chambers.iter().map(|room| {
        let tree = Tree::of(&room.chamber).unwrap_or(Tree::Nothing);
        let mut told = plain_of(cast, "chamber", &tree);
        for (set, word) in [(room.mine, " (inside)"), (room.locked, " (locked)")] {
            told.push_str(if set { word } else { "" });
        }
        let people = room.people.iter();
        let people: Vec<_> =
            people.map(|one| format!("{} {}", cast.name(one.who), snake(&one.answer))).collect();
        if people.is_empty() { told } else { format!("{told}: {}", people.join(", ")) }
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
}

fn evidence(cast: &Cast, view: &EvidenceView) -> String {
    let items: Vec<_> = view.items.iter().map(|item| item.id.0.to_string()).collect();
    let mut told = if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    if let Some(shown) = &view.shown {
        told.push_str(&format!("; {} is shown by {}", shown.item.id.0, cast.name(shown.by)));
        told.push_str(&format!(", page {}", shown.page));
        if let Some(playing) = shown.playing {
            let how = if playing.running { "plays from" } else { "held at" };
            told.push_str(&format!(", {how} {} ms", playing.at_ms));
        }
        if !shown.strokes.is_empty() {
            told.push_str(&format!(", {} lines", shown.strokes.len()));
        }
        for (may, word) in [(shown.may_turn, ", may turn"), (shown.may_draw, ", may draw")] {
            told.push_str(if may { word } else { "" });
        }
    }
    for opinion in &view.opinions {
        let mut words = Vec::new();
        let tree = Tree::of(&opinion.opinion).unwrap_or(Tree::Nothing);
        tell_tree(cast, "opinion", &tree, &mut words);
        let (who, item) = (cast.name(opinion.who), opinion.item.0);
        told.push_str(&format!("; {who} on {item}: {}", words.join(" ")));
    }
    told
}

fn tell_mediation(cast: &Cast, view: &MediationView) -> String {
    let done: Vec<_> = view.done.iter().map(snake).collect();
    let mut told = vec![if done.is_empty() {
        "nothing done".to_owned()
    } else {
        format!("done {}", done.join(", "))
    }];
    told.push(snake(&view.record_mode));
    if view.waits {
        told.push("waits".to_owned());
    }
    for sheet in &view.sheets {
        let read = if sheet.read { " read" } else { "" };
        let names = |people: &mut dyn Iterator<Item = model::ParticipantId>| {
            people.map(|who| cast.name(who)).collect::<Vec<_>>().join(", ")
        };
        let signers = names(&mut sheet.signers.iter().copied());
        let mut line = format!("{} {}{read}, for {signers}", snake(&sheet.sheet), sheet.version);
        if !sheet.signed.is_empty() {
            let signed = names(&mut sheet.signed.iter().map(|signature| signature.who));
            line.push_str(&format!(", signed by {signed}"));
        }
        if !sheet.refused.is_empty() {
            line.push_str(&format!(", refused by {}", names(&mut sheet.refused.iter().copied())));
        }
        told.push(line);
    }
    if view.effective_at.is_some() {
        told.push("in force".to_owned());
    }
    told.extend(view.failed.map(|why| format!("failed {}", snake(&why))));
    told.join("; ")
}

/// The record of a deliberation for somebody who may read it.
fn deliberation(cast: &Cast, record: &DeliberationView) -> String {
    let mut told = format!("version {}: \"{}\"", record.version, record.text.reveal());
    if !record.conclusion.reveal().is_empty() {
        told.push_str(&format!("; decided \"{}\"", record.conclusion.reveal()));
    }
    for dissent in &record.dissents {
        let (who, text) = (cast.name(dissent.who), dissent.text.reveal());
        told.push_str(&format!("; {who} differs \"{text}\""));
    }
    let signed = list(record.signed.iter().map(|signature| cast.name(signature.who)));
    told.push_str(&format!("; signed by {signed}"));
    told
}

/// One part of somebody's view, by its path (`procedure.challenge`).
fn part(cast: &Cast, view: &View, path: &str) -> Result<String, String> {
    let tree = Tree::of(view)?;
    let mut part = &tree;
    let mut last = "";
    for name in path.split('.') {
        part = match (part, name.parse::<usize>()) {
            (Tree::List(list), Ok(place)) => list.get(place),
            (part, _) => part.get(name),
        }
        .ok_or_else(|| format!("a view has no {path}"))?;
        last = name;
    }
    if matches!(last, "holder" | "spotlight" | "listens_to") || words::is_people(last) {
        last = "who";
    }
    let mut told = Vec::new();
    if matches!(part, Tree::Fields(_)) {
        tell_tree(cast, last, part, &mut told);
    } else {
        told.push(plain_of(cast, last, part));
    }
    Ok(if told.is_empty() { "nothing".to_owned() } else { told.join(" ") })
}

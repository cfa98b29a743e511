//! The calm after the steps, and what must then be true of the hearing and its record.
//! What is not here: what must be true all the time, which is in `invariants.rs`.

use core::time::Duration;
use std::collections::BTreeMap;

use hearing::Hearing;
use model::{Ask, Place, RecordState, Role, Stage, Timestamp, TrackKind};
use record::entry::Entry;
use record::ledger::{LEDGER_FILE, parse};
use record::recovery::Reader;
use record::verify::{Liveness, verify};

use super::House;
use super::mark::Mark;
use super::network::Line;

/// Long enough for every wait of the house to end.
const CALM: Duration = Duration::from_secs(40);
/// How long it is counted who hears whom.
const COUNTED: Duration = Duration::from_secs(4);
/// Sound packets expected in that time, with room for what is on its way.
const SOUNDS_MIN: u32 = 50;
/// Picture packets expected in that time: a keyframe may have to come first.
const PICTURES_MIN: u32 = 8;

impl House {
    /// Everything mends; then the hearing must work, and its record be whole.
    pub(super) fn end(&mut self) -> Result<(), String> {
        self.note("calm".to_owned());
        self.calm = true;
        self.recorder.disk.failing = false;
        for line in self.lines.values_mut() {
            *line = Line::good();
        }
        self.rest(CALM)?;
        self.everything_is_answered()?;
        self.everybody_is_heard()?;
        self.recorder_rolls()?;
        self.replay_is_right()?;
        self.close()?;
        self.record_is_whole()
    }

    /// Time passes; people come back and connect, and do nothing else.
    fn rest(&mut self, time: Duration) -> Result<(), String> {
        let end = self.agenda.now().instant.plus(time);
        while self.agenda.now().instant < end {
            self.people_come();
            self.people_connect();
            self.pass(super::STEP)?;
        }
        Ok(())
    }

    fn everything_is_answered(&self) -> Result<(), String> {
        for station in &self.stations {
            if let Some((request, ask)) = station.unanswered.first_key_value() {
                return Err(format!("{} has no answer to {request}: {ask}", station.who));
            }
        }
        Ok(())
    }

    /// Whoever may hear somebody who sends does hear them.
    fn everybody_is_heard(&mut self) -> Result<(), String> {
        for station in &mut self.stations {
            station.heard.clear();
        }
        self.rest(COUNTED)?;
        let node = self.node.as_ref().ok_or("the node did not start again")?;
        let grants = node.desk.hearing.grants();
        if grants.epoch != node.grants_told || *grants != self.watch.grants {
            return Err("the router has another table than the hearing".to_owned());
        }
        for station in &self.stations {
            let inside =
                station.view.as_ref().is_some_and(|view| view.me.place == Place::InHearing);
            let place = node.desk.hearing.durable().seats.get(&station.who).map(|seat| seat.place);
            if station.online && inside != (place == Some(Place::InHearing)) {
                return Err(format!("{} has an old view", station.who));
            }
            for track in grants.receive.get(&station.who).into_iter().flatten() {
                let sends = self
                    .stations
                    .iter()
                    .any(|from| from.who == track.participant && from.leg.is_some());
                let heard = station.heard.get(track).copied().unwrap_or(0);
                let least = match track.kind {
                    TrackKind::Microphone => SOUNDS_MIN,
                    TrackKind::Camera | TrackKind::Screen => PICTURES_MIN,
                };
                // Two screen slots for three screens: one may be left out.
                let owed = track.kind != TrackKind::Screen;
                if owed && sends && station.leg.is_some() && heard < least {
                    return Err(format!("{} heard {track} only {heard} times", station.who));
                }
            }
            let connected = station.leg.is_some() && station.online && inside;
            let lost = node
                .desk
                .hearing
                .durable()
                .seats
                .get(&station.who)
                .map(|seat| seat.lost_since.is_some());
            if connected && lost == Some(true) {
                return Err(format!("{} is back and noted as lost", station.who));
            }
            if station.leg.is_none() && station.online && inside {
                return Err(format!("{} is inside and has no media", station.who));
            }
        }
        Ok(())
    }

    /// On the record the recorder rolls and says so, off the record it does not.
    fn recorder_rolls(&self) -> Result<(), String> {
        let stage = self.node.as_ref().map(|node| node.desk.hearing.stage());
        let mut reader = Reader::default();
        reader.push(self.recorder.disk.files.get(LEDGER_FILE).map_or(&[][..], Vec::as_slice));
        let rolls = reader.index.rolling_since.is_some();
        if rolls != stage.is_some_and(Stage::is_on_record) {
            return Err(format!("{stage:?}, and that the recorder rolls is {rolls}"));
        }
        let sends = self.stations.iter().any(|station| {
            station.leg.is_some()
                && station
                    .view
                    .as_ref()
                    .is_some_and(|view| view.me.may_publish.contains(&TrackKind::Microphone))
        });
        let told = self.stations.iter().filter_map(|station| Some(&station.view.as_ref()?.record));
        let wrong = told.filter(|told| sends && rolls && **told != RecordState::Rolling).count();
        if wrong > 0 {
            return Err(format!("{wrong} people are not told that the recorder rolls"));
        }
        Ok(())
    }

    /// The minutes in the ledger give the live hearing.
    pub(super) fn replay_is_right(&self) -> Result<(), String> {
        let now = self.agenda.now();
        let Some(node) = self.node.as_ref().filter(|node| node.desk.is_idle()) else {
            return Ok(());
        };
        let mut reader = Reader::default();
        reader.push(self.recorder.disk.files.get(LEDGER_FILE).map_or(&[][..], Vec::as_slice));
        let minutes = &reader.index.minutes;
        let rebuilt = Hearing::rebuild(now, self.docket.clone(), minutes);
        if !node.desk.late && rebuilt.durable() != node.desk.hearing.durable() {
            return Err("the minutes of the ledger do not give the live hearing".to_owned());
        }
        Ok(())
    }

    /// A hearing that was opened is closed by the judge; every other stays as it is.
    fn close(&mut self) -> Result<(), String> {
        let stage = self.node.as_ref().map(|node| node.desk.hearing.stage());
        let judge = self.stations.iter().find(|station| {
            station.role == Role::PresidingJudge
                && station.view.as_ref().is_some_and(|view| view.me.place == Place::InHearing)
        });
        if let (Some(true), Some(judge)) = (stage.map(Stage::is_open), judge) {
            let judge = judge.who;
            self.ask(judge, Ask::Close);
            self.rest(Duration::from_secs(5))?;
            let stage = self.node.as_ref().map(|node| node.desk.hearing.stage());
            if stage != Some(Stage::Closed) {
                return Err(format!("the judge closed and it is {stage:?}"));
            }
        }
        Ok(())
    }

    /// The folder verifies, and holds all sound that was on the record or names it.
    fn record_is_whole(&mut self) -> Result<(), String> {
        let closed =
            self.node.as_ref().is_some_and(|node| node.desk.hearing.stage() == Stage::Closed);
        self.verifies(if closed { Liveness::AtRest } else { Liveness::Growing })?;
        let now = self.agenda.now();
        let mut reader = Reader::default();
        let ledger = self.recorder.disk.files.get(LEDGER_FILE).cloned().unwrap_or_default();
        reader.push(&ledger);
        if closed && !reader.index.sealed {
            return Err("the hearing is closed and its ledger is not sealed".to_owned());
        }
        self.report.minutes = reader.index.minutes.len() as u64;
        self.report.opened = reader.index.zero.is_some();
        self.report.virtual_ms = now.instant.0 / 1_000;
        let mut on_disk: BTreeMap<Mark, u32> = BTreeMap::new();
        for (name, bytes) in &self.recorder.disk.files {
            if !name.starts_with("torn-") {
                for (mark, _) in Mark::all(bytes) {
                    *on_disk.entry(mark).or_default() += 1;
                }
            }
        }
        let record = reader.index.archive_record(&reader.ledger);
        let gaps = record.map(|record| record.gaps).unwrap_or_default();
        let rolled = rolled(&ledger, now.utc);
        let (recorded, named) = self.watch.compare(now.instant, &on_disk, &rolled, &gaps);
        self.report.recorded = recorded;
        self.report.named_lost = named;
        self.watch.wrong.take().map_or(Ok(()), Err)
    }

    pub(super) fn verifies(&mut self, liveness: Liveness) -> Result<(), String> {
        if self.recorder.disk.files.is_empty() {
            return Ok(());
        }
        let verdict = match verify(&mut self.recorder.disk, liveness) {
            Ok(verdict) => verdict,
            Err(never) => match never {},
        };
        if verdict.intact { Ok(()) } else { Err(format!("the record: {:?}", verdict.findings)) }
    }
}

/// The stretches in which the hearing was on the record, as the ledger tells.
fn rolled(ledger: &[u8], now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut stretches = Vec::new();
    let mut since = None;
    for line in ledger.split(|byte| *byte == b'\n').filter_map(|line| parse(line).ok()) {
        match line.entry {
            Entry::Roll { rolling: true, ordered_at, .. } => since = Some(ordered_at),
            Entry::Roll { ordered_at: at, .. } | Entry::Recovered { to: at, .. } => {
                stretches.extend(since.take().map(|since| (since, at)));
            }
            Entry::Opened { .. }
            | Entry::Reopened { .. }
            | Entry::Minute { .. }
            | Entry::Segment { .. }
            | Entry::Commit { .. }
            | Entry::SegmentSealed { .. }
            | Entry::Lost { .. }
            | Entry::Reanchor { .. }
            | Entry::Fault { .. }
            | Entry::Mended { .. }
            | Entry::Sealed { .. } => {}
        }
    }
    stretches.extend(since.map(|since| (since, now)));
    stretches
}

//! A small court for tests: a docket with four people, and rooms whose other ends the test holds.
//!
//! What is not here: any test.

use core::ops::Range;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use model::archive::{
    Archive, ArchiveFault, ArchiveLine, ArchiveRecord, Attendee, Package, Playable, Proof, Proofs,
    Verdict,
};
use model::check_value::{CheckState, CheckValues, Confirmed};
use model::films::{FilmFile, FilmRefusal, FilmSpan, FilmState, FilmTimes, Films};
use model::letters::{Notice, Order, RecordNotice, RecordOrder};
use model::recording::{Erasure, PartMade, PartOrder, RecordFacts, Tombstone};
use model::review::{
    CertificateFault, CertificateOf, SignatureFile, TranscriptShelf, VersionDigests,
};
use model::stamps::{StampRequest, Stamps};
use model::view::Heading;
use model::{
    ActEntry, HearingId, Instant, Minute, Now, ParticipantId, Private, Relay, Role, Timestamp,
};
use prometheus::Registry;
use protocol::StaffKind;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::docket::{Docket, Entry, NewAccount, NewHearing, NewPerson};
use crate::reach::Reach;

/// When the hearing is due.
pub(crate) const NOW: Timestamp = Timestamp(1_000_000);
/// The hearing the archive of tests holds.
pub(crate) const ARCHIVED: HearingId = HearingId(1);
/// Bytes of its one playable file, that of the plaintiff.
pub(crate) const TAPE: &[u8] = b"0123456789";

/// The court.
#[derive(Debug)]
pub(crate) struct Court {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) docket: Arc<Docket>,
    pub(crate) entry: Entry,
    /// Passwords of `judge`, `clerk`, `ops`, `admin`, `mediator` and `stranger`, a judge who sits
    /// nowhere.
    pub(crate) passwords: Vec<(&'static str, Private<String>)>,
}

/// Seats of the court's one hearing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seats {
    pub(crate) judge: ParticipantId,
    pub(crate) clerk: ParticipantId,
    pub(crate) plaintiff: ParticipantId,
    pub(crate) witness: ParticipantId,
}

impl Court {
    /// Makes it.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let docket = Docket::open(folder.path()).await.unwrap();
        let staff = [
            ("judge", StaffKind::Judge),
            ("clerk", StaffKind::Clerk),
            ("ops", StaffKind::Ops),
            ("stranger", StaffKind::Judge),
            ("admin", StaffKind::Admin),
            ("audit", StaffKind::Audit),
            ("mediator", StaffKind::Mediator),
        ];
        let mut passwords = Vec::new();
        let mut ids = Vec::new();
        for (name, kind) in staff {
            let account = NewAccount { name: name.to_owned(), shown_name: name.into(), kind };
            let (id, password) = docket.set_account(account).await.unwrap();
            passwords.push((name, password));
            ids.push(id);
        }
        let person = |role, name: &str, account| NewPerson::new(role, name.into(), account);
        let people = vec![
            person(Role::PresidingJudge, "Judge J", Some(ids[0])),
            person(Role::Clerk, "Clerk C", Some(ids[1])),
            person(Role::Plaintiff, "Plaintiff P", None),
            person(Role::Witness, "Witness W", None),
        ];
        let id = docket.add_hearing(&NewHearing::new(heading(), people), NOW).await.unwrap();
        let entry = docket.entry(id).await.unwrap().unwrap();
        Self { folder, docket: Arc::new(docket), entry, passwords }
    }

    /// Its seats.
    pub(crate) fn seats(&self) -> Seats {
        let seat = |number: usize| self.entry.people[number].id;
        Seats { judge: seat(0), clerk: seat(1), plaintiff: seat(2), witness: seat(3) }
    }

    /// A password by account name.
    pub(crate) fn password(&self, name: &str) -> &Private<String> {
        &self.passwords.iter().find(|(found, _)| *found == name).unwrap().1
    }
}

fn heading() -> Heading {
    Heading {
        court: "Court of tests".to_owned(),
        case_number: "(2026) No. 17".into(),
        cause: "Loan".into(),
        scheduled_at: NOW,
    }
}

/// The time on the wall, because certificates are checked against it.
pub(crate) fn wall() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(now.as_millis()).unwrap())
}

/// A clock that follows the runtime's, so that paused time is paused for it too.
pub(crate) fn clock() -> Clock {
    let (started, began) = (tokio::time::Instant::now(), wall());
    Clock::new(move || {
        let passed = started.elapsed();
        let micros = u64::try_from(passed.as_micros()).unwrap();
        Now { instant: Instant(micros), utc: began.plus(passed) }
    })
}

/// The other rooms' ends of the channels.
#[derive(Debug)]
pub(crate) struct OtherRooms {
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) notices: mpsc::Sender<Notice>,
    pub(crate) record_orders: mpsc::Receiver<RecordOrder>,
    pub(crate) record_notices: mpsc::Sender<RecordNotice>,
}

/// An archive that holds one hearing with one file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneTape {
    pub(crate) holds: Option<HearingId>,
    pub(crate) who: ParticipantId,
}

impl OneTape {
    fn line(hearing: HearingId) -> ArchiveLine {
        ArchiveLine {
            hearing,
            brief: model::Brief::default(),
            heading: heading(),
            attendees: vec![Attendee::new(ParticipantId(3), Role::Plaintiff, "Plaintiff P".into())],
            opened_at: None,
            closed_at: None,
            sealed: true,
            bytes: 10,
        }
    }

    fn check(&self, hearing: HearingId) -> Result<(), ArchiveFault> {
        if self.holds == Some(hearing) { Ok(()) } else { Err(ArchiveFault::NotFound) }
    }
}

impl Films for OneTape {
    fn state(&self, hearing: HearingId) -> FilmState {
        if self.check(hearing).is_err() {
            return FilmState::None;
        }
        let bytes = TAPE.len() as u64;
        FilmState::Ready { bytes, sound_bytes: bytes, made_at: NOW }
    }

    fn order(&self, hearing: HearingId) -> Result<FilmState, FilmRefusal> {
        self.check(hearing).map_err(|_| FilmRefusal::NotSealed)?;
        Ok(self.state(hearing))
    }

    fn cancel(&self, _hearing: HearingId) {}

    fn times(&self, hearing: HearingId) -> Result<FilmTimes, ArchiveFault> {
        self.check(hearing)?;
        // The second minute is not in the film; a card of 3 s stands for it.
        let span = |from_ms, to_ms, film_ms| FilmSpan { from_ms, to_ms, film_ms };
        let spans = vec![span(0, 60_000, 0), span(120_000, 180_000, 63_000)];
        Ok(FilmTimes { zero: Timestamp(0), spans })
    }

    fn forget(&self, _hearing: HearingId) -> Result<(), ArchiveFault> {
        Ok(())
    }

    fn read(
        &self,
        hearing: HearingId,
        _file: FilmFile,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault> {
        Archive::read(self, hearing, self.who, false, range)
    }
}

impl Archive for OneTape {
    fn list(&self) -> Result<Vec<ArchiveLine>, ArchiveFault> {
        Ok(self.holds.into_iter().map(Self::line).collect())
    }

    fn hearings(&self) -> Result<Vec<HearingId>, ArchiveFault> {
        Ok(self.holds.into_iter().collect())
    }

    fn facts(&self, hearing: HearingId) -> Result<RecordFacts, ArchiveFault> {
        self.check(hearing)?;
        Ok(record_facts(Self::line(hearing), Vec::new()))
    }

    fn part(&self, order: &PartOrder, into: &Path) -> Result<PartMade, ArchiveFault> {
        self.check(order.hearing)?;
        std::fs::write(into, TAPE).map_err(|fault| ArchiveFault::Disk(fault.to_string()))?;
        Ok(PartMade { bytes: TAPE.len() as u64, sha256: "ab".to_owned(), pieces: 1 })
    }

    fn erase(&self, erasure: &Erasure) -> Result<Tombstone, ArchiveFault> {
        self.check(erasure.hearing)?;
        let line = Self::line(erasure.hearing);
        Ok(Tombstone {
            hearing: erasure.hearing,
            case_number: line.heading.case_number,
            opened_at: None,
            closed_at: None,
            bytes: 0,
            files: 1,
            head_sha256: "cd".to_owned(),
            head_sm3: String::new(),
            by: erasure.by.clone(),
            at: erasure.at,
            reason: erasure.reason.clone(),
            kept_until: erasure.kept_until,
        })
    }

    fn tombstones(&self) -> Result<Vec<Tombstone>, ArchiveFault> {
        Ok(Vec::new())
    }

    fn line(&self, hearing: HearingId) -> Result<ArchiveLine, ArchiveFault> {
        self.check(hearing).map(|()| Self::line(hearing))
    }

    fn record(&self, hearing: HearingId) -> Result<ArchiveRecord, ArchiveFault> {
        self.check(hearing)?;
        Ok(ArchiveRecord {
            line: Self::line(hearing),
            media_zero: None,
            media_ms: 0,
            stretches: Vec::new(),
            voices: Vec::new(),
            gaps: Vec::new(),
            minutes: Vec::new(),
            head_sha256: String::new(),
            head_sm3: String::new(),
        })
    }

    fn proofs(&self, hearing: HearingId) -> Result<Proofs, ArchiveFault> {
        self.check(hearing)?;
        Ok(Proofs {
            line: Self::line(hearing),
            minutes: Vec::new(),
            whole: true,
            entries: 1,
            head_sha256: String::new(),
            head_sm3: String::new(),
        })
    }

    fn playable(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
    ) -> Result<Playable, ArchiveFault> {
        self.check(hearing)?;
        if who != self.who || screen {
            return Err(ArchiveFault::NotFound);
        }
        Ok(Playable { media_type: "video/webm", bytes: 10 })
    }

    fn read(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault> {
        self.playable(hearing, who, screen)?;
        let at = |place: u64| usize::try_from(place).unwrap();
        Ok(TAPE[at(range.start)..at(range.end)].to_vec())
    }

    fn verify(&self, hearing: HearingId) -> Result<Verdict, ArchiveFault> {
        self.check(hearing)?;
        Ok(Verdict {
            intact: true,
            sealed: true,
            entries: 1,
            segments: 0,
            findings: Vec::new(),
            remarks: Vec::new(),
        })
    }

    fn package(
        &self,
        hearing: HearingId,
        _packed_at: Timestamp,
        _beside: Vec<(String, Vec<u8>)>,
    ) -> Result<Arc<dyn Package>, ArchiveFault> {
        self.check(hearing)?;
        Ok(Arc::new(*self))
    }
}

/// The tape is its package.
impl Package for OneTape {
    fn name(&self) -> String {
        "assize-h1.tar".to_owned()
    }

    fn bytes(&self) -> u64 {
        TAPE.len() as u64
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<u8>, ArchiveFault> {
        let at = |place: u64| usize::try_from(place).unwrap().min(TAPE.len());
        // Never more than four bytes, as a file that ends in the middle of what was asked.
        Ok(TAPE[at(range.start)..at(range.end.min(range.start + 4))].to_vec())
    }
}

/// Nothing is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoStamps;

impl Stamps for NoStamps {
    fn due(&self) -> Result<Vec<HearingId>, ArchiveFault> {
        Ok(Vec::new())
    }

    fn request(&self, _hearing: HearingId) -> Result<StampRequest, ArchiveFault> {
        Err(ArchiveFault::NotFound)
    }

    fn keep(&self, _: &StampRequest, _: &[u8]) -> Result<Result<(), String>, ArchiveFault> {
        Err(ArchiveFault::NotFound)
    }
}

/// The check value of [`ARCHIVED`].
pub(crate) const VALUE: &str = "00ff";

/// A desk with one value.
#[derive(Debug, Default)]
pub(crate) struct OneValue {
    confirmed: Mutex<Vec<Confirmed>>,
}

impl CheckValues for OneValue {
    fn state(&self, hearing: HearingId) -> Result<CheckState, ArchiveFault> {
        if hearing != ARCHIVED {
            return Err(ArchiveFault::NotFound);
        }
        let confirmed = self.confirmed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(CheckState {
            sha256: VALUE.to_owned(),
            sm3: String::new(),
            fingerprint: None,
            confirmed,
        })
    }

    fn confirm(
        &self,
        hearing: HearingId,
        value: &str,
        (who, _, _): (ParticipantId, Role, Private<String>),
        at: Timestamp,
    ) -> Result<Option<CheckState>, ArchiveFault> {
        if value == VALUE {
            let mut confirmed = self.confirmed.lock().unwrap_or_else(PoisonError::into_inner);
            confirmed.push(Confirmed { who, at });
        }
        let state = self.state(hearing)?;
        Ok((value == VALUE).then_some(state))
    }
}

/// What a ledger with these minutes says of its making.
pub(crate) fn record_facts(line: ArchiveLine, minutes: Vec<Minute>) -> RecordFacts {
    let proof = |(number, minute): (u64, Minute)| Proof {
        number,
        sha256: String::new(),
        sm3: String::new(),
        minute,
    };
    RecordFacts {
        line,
        minutes: (1..).zip(minutes).map(proof).collect(),
        zero: Some(NOW),
        media_ms: 3_600_000,
        rolls: Vec::new(),
        events: Vec::new(),
        software: Vec::new(),
        whole: true,
        entries: 1,
        head_sha256: String::new(),
        head_sm3: String::new(),
        said: Vec::new(),
    }
}

/// No streams are taken, and there is one relay.
pub(crate) fn reach() -> Reach {
    Reach {
        streams: Arc::new(drop),
        relays: Arc::new(|_, _, host| {
            let urls = vec![format!("turn:{host}?transport=tcp")];
            vec![Relay { urls, username: "a".into(), credential: "b".into() }]
        }),
    }
}

/// A registry of its own.
pub(crate) fn registry() -> Registry {
    Registry::new()
}

/// A shelf of transcripts in memory.
#[derive(Debug, Default)]
pub(crate) struct OneShelf {
    acts: Mutex<Vec<ActEntry>>,
    texts: Mutex<BTreeMap<u32, Vec<u8>>>,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl OneShelf {
    fn take(&self, name: String, bytes: &[u8]) -> VersionDigests {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(name, bytes.to_vec());
        let (sha256, sm3) = crate::evidence::digests(bytes);
        VersionDigests { sha256, sm3 }
    }

    fn given(&self, name: &str) -> Result<Vec<u8>, ArchiveFault> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(name).cloned().ok_or(ArchiveFault::NotFound)
    }
}

impl TranscriptShelf for OneShelf {
    fn acts(&self, _: HearingId) -> Result<Vec<ActEntry>, ArchiveFault> {
        Ok(self.acts.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn put(&self, _: HearingId, version: u32, text: &[u8]) -> Result<VersionDigests, ArchiveFault> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(version, text.to_vec());
        let sha256 = format!("sha256 of {}", text.len());
        Ok(VersionDigests { sha256, sm3: "sm3".to_owned() })
    }

    fn put_part(
        &self,
        _: HearingId,
        (version, who): (u32, ParticipantId),
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault> {
        Ok(self.take(format!("{version}-{}", who.0), text))
    }

    fn part(
        &self,
        _: HearingId,
        version: u32,
        who: ParticipantId,
    ) -> Result<Vec<u8>, ArchiveFault> {
        self.given(&format!("{version}-{}", who.0))
    }

    fn put_file(
        &self,
        _: HearingId,
        (act, ending): (u64, &str),
        bytes: &[u8],
    ) -> Result<SignatureFile, ArchiveFault> {
        let name = format!("transcript-sign-{act}.{ending}");
        let VersionDigests { sha256, sm3 } = self.take(name.clone(), bytes);
        Ok(SignatureFile { name, bytes: bytes.len() as u64, sha256, sm3 })
    }

    fn certificate(
        &self,
        signature: &[u8],
        text: &[u8],
        _: Timestamp,
    ) -> Result<CertificateOf, CertificateFault> {
        // `<name> signs <digest>`, so that every answer can be had.
        let said = String::from_utf8(signature.to_vec()).map_err(|_| CertificateFault::Form)?;
        let (name, digest) = said.split_once(" signs ").ok_or(CertificateFault::Form)?;
        if digest != crate::evidence::digests(text).0 {
            return Err(CertificateFault::Text);
        }
        Ok(CertificateOf {
            subject: name.into(),
            issuer: "CN=咸宁测试机构".to_owned(),
            serial: "0a".to_owned(),
        })
    }

    fn file(&self, _: HearingId, name: &str) -> Result<Vec<u8>, ArchiveFault> {
        self.given(name)
    }

    fn get(&self, _: HearingId, version: u32) -> Result<Vec<u8>, ArchiveFault> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.get(&version).cloned().ok_or(ArchiveFault::NotFound)
    }

    fn append(&self, _: HearingId, acts: &[ActEntry]) -> Result<(), ArchiveFault> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(acts);
        Ok(())
    }
}

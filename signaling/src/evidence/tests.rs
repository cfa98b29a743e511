//! The folder of evidence on a real disk: stored once, swept, and checked before it is shown.
//! What is not here: HTTP.

use std::fs;
use std::path::PathBuf;

use ::docket::Closing;
use model::{EvidenceForm, EvidenceKind, Side};

use super::*;
use crate::fixture::{Court, NOW, registry};

struct Desk {
    court: Court,
    evidence: Evidence,
}

impl Desk {
    async fn new() -> Self {
        let court = Court::new().await;
        let evidence = opened(&court).await;
        Self { court, evidence }
    }

    fn hand(&self) -> Hand {
        let (hearing, who) = (self.court.entry.hearing, self.court.seats().plaintiff);
        Hand { hearing, who, court: false, at: NOW }
    }

    async fn add(&self, bytes: &[u8]) -> Result<EvidenceItem, EvidenceFault> {
        let (mut incoming, _place) = self.evidence.incoming()?;
        for piece in bytes.chunks(1_000) {
            incoming.write(piece).await?;
        }
        let received = incoming.finish().await?;
        let (received, found) = self.evidence.inspect(received, String::new()).await?;
        let new = NewEvidence {
            side: Some(Side::Plaintiff),
            name: "loan".into(),
            kind: EvidenceKind::Document,
            purpose: "that it was lent".into(),
            form: EvidenceForm::Copy,
            media_type: found.media_type,
            pages: found.pages,
            bytes: received.bytes,
            sha256: received.sha256.clone(),
            sm3: received.sm3.clone(),
        };
        self.evidence.add(self.hand(), &new, received).await
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.court.folder.path().join("evidence").join(name)
    }

    fn place(&self, item: &EvidenceItem) -> PathBuf {
        self.folder("kept").join(&item.sha256[..2]).join(&item.sha256)
    }
}

async fn opened(court: &Court) -> Evidence {
    let metrics = Metrics::register(&registry()).unwrap();
    Evidence::open(court.folder.path(), Arc::clone(&court.docket), metrics).await.unwrap()
}

fn files(folder: PathBuf) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn the_same_file_is_stored_once_and_stays_as_long_as_a_list_names_it() {
    let desk = Desk::new().await;
    let one = desk.add(&samples::pdf(2)).await.unwrap();
    let two = desk.add(&samples::pdf(2)).await.unwrap();
    assert_eq!((one.number, two.number), (1, 2));
    assert_eq!((&one.sha256, &one.sm3, one.pages), (&two.sha256, &two.sm3, 2));
    assert_eq!(files(desk.place(&one).parent().unwrap().to_owned()), 1);
    desk.evidence.remove(desk.hand(), one.id).await.unwrap();
    assert!(desk.evidence.file(&two).await.is_ok());
    desk.evidence.remove(desk.hand(), two.id).await.unwrap();
    assert!(!desk.place(&two).exists());
    assert_eq!(files(desk.folder("incoming")), 0);
}

#[tokio::test]
async fn a_list_goes_whole_with_its_files_and_takes_none_from_another() {
    let desk = Desk::new().await;
    let items =
        [desk.add(&samples::pdf(2)).await.unwrap(), desk.add(&samples::png(3, 3)).await.unwrap()];
    let hearing = desk.court.entry.hearing;
    desk.evidence.forget(HearingId(hearing.0 + 1)).await.unwrap();
    assert_eq!(desk.court.docket.evidence_of(hearing).await.unwrap().len(), 2);
    desk.evidence.forget(hearing).await.unwrap();
    assert_eq!(desk.court.docket.evidence_of(hearing).await.unwrap(), []);
    for item in &items {
        assert!(!desk.place(item).exists());
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let refused = desk.add(b"<script>").await;
    assert!(matches!(refused, Err(EvidenceFault::Refused(Refusal::FileNotReadable))));
    assert!(matches!(desk.add(b"").await, Err(EvidenceFault::Refused(_))));
    desk.court.docket.close(desk.court.entry.hearing, &Closing::of(&[], NOW)).await.unwrap();
    let late = desk.add(&samples::png(3, 3)).await;
    assert!(matches!(late, Err(EvidenceFault::Refused(Refusal::HearingClosed))));
    assert_eq!(files(desk.folder("incoming")), 0);
    for shelf in fs::read_dir(desk.folder("kept")).unwrap() {
        assert_eq!(files(shelf.unwrap().path()), 0);
    }
}

#[tokio::test]
async fn an_altered_file_is_found_before_it_is_shown_and_a_good_copy_mends_it() {
    let desk = Desk::new().await;
    let bytes = samples::pdf(1);
    let item = desk.add(&bytes).await.unwrap();
    let hearing = desk.court.entry.hearing;
    assert_eq!(desk.evidence.unfit(hearing, item.id).await, None);
    let mut other = bytes.clone();
    other[40] ^= 1;
    fs::write(desk.place(&item), &other).unwrap();
    assert!(matches!(desk.evidence.file(&item).await, Err(EvidenceFault::Altered)));
    assert_eq!(desk.evidence.unfit(hearing, item.id).await, Some(Refusal::EvidenceAltered));
    fs::write(desk.place(&item), &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(desk.evidence.file(&item).await, Err(EvidenceFault::Altered)));
    fs::remove_file(desk.place(&item)).unwrap();
    assert_eq!(desk.evidence.unfit(hearing, item.id).await, Some(Refusal::EvidenceAltered));
    fs::write(desk.place(&item), &other).unwrap();
    desk.add(&bytes).await.unwrap();
    assert_eq!(desk.evidence.unfit(hearing, item.id).await, None);
}

#[tokio::test]
async fn a_start_clears_away_what_no_list_names() {
    let desk = Desk::new().await;
    let item = desk.add(&samples::pdf(1)).await.unwrap();
    let stray = desk.place(&item).parent().unwrap().join("0".repeat(64));
    fs::write(&stray, b"left by a crash").unwrap();
    fs::write(desk.folder("incoming").join("7"), b"on its way").unwrap();
    let evidence = opened(&desk.court).await;
    assert!(!stray.exists());
    assert_eq!(files(desk.folder("incoming")), 0);
    assert!(evidence.file(&item).await.is_ok());
}

#[tokio::test]
async fn one_hearing_takes_so_many_pieces_and_bytes() {
    use model::limits::{EVIDENCE_BYTES_MAX, EVIDENCE_HEARING_BYTES_MAX, EVIDENCE_MAX};
    let desk = Desk::new().await;
    let piece = |number: u64, bytes| NewEvidence {
        side: Some(Side::Plaintiff),
        name: "n".into(),
        kind: EvidenceKind::Document,
        purpose: "p".into(),
        form: EvidenceForm::Copy,
        media_type: "image/png",
        pages: 1,
        bytes,
        sha256: number.to_string(),
        sm3: String::new(),
    };
    let docket = &desk.court.docket;
    for number in 0..EVIDENCE_HEARING_BYTES_MAX / EVIDENCE_BYTES_MAX {
        let added = docket.add_evidence(desk.hand(), &piece(number, EVIDENCE_BYTES_MAX)).await;
        assert!(added.unwrap().is_ok());
    }
    let over = docket.add_evidence(desk.hand(), &piece(999, EVIDENCE_BYTES_MAX)).await;
    assert_eq!(over.unwrap().err(), Some(Refusal::EvidenceFull));
    // The same file takes no room again.
    assert!(docket.add_evidence(desk.hand(), &piece(0, EVIDENCE_BYTES_MAX)).await.unwrap().is_ok());
    let left = EVIDENCE_MAX - docket.evidence_of(desk.hand().hearing).await.unwrap().len();
    for _ in 0..left {
        assert!(docket.add_evidence(desk.hand(), &piece(1_000, 1)).await.unwrap().is_ok());
    }
    let over = docket.add_evidence(desk.hand(), &piece(1_000, 1)).await;
    assert_eq!(over.unwrap().err(), Some(Refusal::EvidenceFull));
}
